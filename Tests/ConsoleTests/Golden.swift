import Foundation
import Testing

/// Whole outputs kept as files; `RSSCTL_RECORD=1 swift test` records them again.
enum Golden {
    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["RSSCTL_RECORD"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        // Compared as bytes: Swift's string equality would not see a difference of normalization.
        #expect(Array(text.utf8) == Array(expected.utf8), "\(name) differs:\n\(text)", sourceLocation: sourceLocation)
    }
}
