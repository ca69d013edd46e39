import Foundation
import RSSCore
import RSSSystem

/// The file by which a folder is recognized as one that `sandbox up` made: in the sandbox's folder, and in that of its
/// sockets where that is elsewhere, with the same random text. It belongs to the user who made the sandbox.
struct SandboxMark: Equatable {
    /// The file's name.
    static let name = ".rssctl-sandbox"
    private static let title = "made by rssctl sandbox up; rssctl sandbox destroy removes what is beside it"

    private let id: String

    /// A mark of its own.
    init() { id = UUID().uuidString.lowercased() }

    /// The mark of a folder; nil when there is none.
    ///
    /// - Throws: `PrivateFolderError` for one that another user made.
    init?(in folder: String) throws {
        guard let bytes = try PrivateFile.read("\(folder)/\(Self.name)", limit: 1000) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, lines[0] == Self.title else { return nil }
        id = String(lines[1])
    }

    /// Puts the mark into a folder.
    ///
    /// - Throws: ``FileError``.
    func write(in folder: String) throws(FileError) {
        try WholeFile.write(
            Data("\(Self.title)\n\(id)\n".utf8), to: "\(folder)/\(Self.name)", mode: .exactly(0o600))
    }
}
