import Foundation

/// Reads an archive to its end and compares everything with its manifest. Needs no server.
public struct ArchiveVerifier: Sendable {
    /// The archive's folder.
    public let folder: String

    /// Makes a verifier.
    ///
    /// - Parameter path: the archive's folder, or its manifest.
    public init(_ path: String) {
        let url = URL(fileURLWithPath: path)
        folder = url.lastPathComponent == ArchiveManifest.name ? url.deletingLastPathComponent().path : url.path
    }

    /// Looks at every byte: the checksum of each file, that it can be decompressed to its end, the number of rows, and the
    /// digest of their contents, which is the one that the server computed.
    ///
    /// - Throws: ``ArchiveError/damaged(file:problem:)``, `CancellationError`.
    @discardableResult
    public func verify() async throws -> ArchiveManifest {
        let manifest = try ArchiveManifest(folder: folder)
        for content in manifest.contents { try await Self.verify(content, in: folder) }
        return manifest
    }

    /// Looks at one file.
    static func verify(_ content: ArchiveManifest.Content, in folder: String) async throws {
        let path = "\(folder)/\(content.file.name)"
        var digest = RowDigest(columns: content.columns.count)
        let found = try await ArchiveFileReader(path: path).read { bytes in
            try Task.checkCancellation()
            digest.feed(bytes)
        }
        let problem: String? =
            if found.bytes != content.file.bytes {
                "it has \(found.bytes) bytes, and not \(content.file.bytes)"
            } else if found.sha256 != content.file.sha256 {
                "its SHA-256 is another"
            } else if digest.rows != content.digest.rows || !digest.isComplete {
                "it has \(digest.rows) rows, and not \(content.digest.rows)"
            } else if digest.text != content.digest.sum {
                "the digest of its rows is another"
            } else {
                nil
            }
        if let problem { throw ArchiveError.damaged(file: path, problem: problem) }
    }
}
