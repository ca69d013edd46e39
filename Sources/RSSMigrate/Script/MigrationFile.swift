import Foundation
import RSSCore
import Synchronization

/// A file of a source of migrations. Its statements are read when they are asked for: of a migration that is applied the
/// checksum says all.
final class MigrationFile: Sendable {
    /// The file's name.
    let name: String
    /// Where it is; nil for one that is part of the program.
    let path: String?
    private let embedded: [UInt8]
    private let known = Mutex<(checksum: String?, script: MigrationScript?)>((nil, nil))

    /// A file of a folder.
    init(_ name: String, in folder: String) {
        self.name = name
        path = "\(folder)/\(name)"
        embedded = []
    }

    /// A file whose bytes are there.
    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        path = nil
        embedded = bytes
    }

    /// What it holds.
    func bytes() throws -> [UInt8] {
        try path.map { Array(try Data(contentsOf: URL(fileURLWithPath: $0))) } ?? embedded
    }

    /// SHA-256 of it, read in portions.
    func checksum() throws -> String {
        if let checksum = known.withLock(\.checksum) { return checksum }
        let checksum = try path.map(Self.checksum) ?? Digest.sha256.hex(embedded)
        known.withLock { $0.checksum = checksum }
        return checksum
    }

    private static func checksum(ofFile path: String) throws -> String {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }  // It was only read.
        let digest = DigestStream()
        while let portion = try file.read(upToCount: 1 << 20), !portion.isEmpty {
            portion.withUnsafeBytes { digest.update($0) }
        }
        return digest.hex()
    }

    /// Its statements.
    ///
    /// - Throws: ``MigrateError``.
    func script() throws -> MigrationScript {
        if let script = known.withLock(\.script) { return script }
        let script = try MigrationScript(file: name, bytes: try bytes())
        known.withLock { $0 = (script.checksum, script) }
        return script
    }

    /// In what alone a file differs from the one that was applied.
    enum Difference: String, Sendable {
        case whiteSpace = "comments or white space"
        /// Those within literals, as a checkout on another system changes them.
        case lineEnds = "the ends of lines"
    }

    /// In what alone the file differs from one with the same statements; nil where a statement differs.
    ///
    /// - Parameter contentHash: ``MigrationScript/contentHash`` of the other file.
    func difference(from contentHash: String) throws -> Difference? {
        if try script().contentHash == contentHash { return .whiteSpace }
        for other in LineEnds.allCases {
            let bytes = other.applied(to: try bytes())
            if try MigrationScript(file: name, bytes: bytes).contentHash == contentHash { return .lineEnds }
        }
        return nil
    }
}

/// How the lines of a text end.
enum LineEnds: CaseIterable {
    case lineFeed, carriageReturnLineFeed, carriageReturn

    /// The text with all its lines ended so.
    func applied(to text: [UInt8]) -> [UInt8] {
        let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        let end: [UInt8] =
            switch self {
            case .lineFeed: [lf]
            case .carriageReturnLineFeed: [cr, lf]
            case .carriageReturn: [cr]
            }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            if byte == lf, index > 0, text[index - 1] == cr { continue }
            if byte == lf || byte == cr { result += end } else { result.append(byte) }
        }
        return result
    }
}
