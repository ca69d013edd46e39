import Foundation

/// Reads an archive to its end and compares everything with its manifest. Needs no server.
package struct ArchiveVerifier: Sendable {
    /// The archive's folder.
    package let folder: String

    /// Makes a verifier.
    ///
    /// - Parameter path: the archive's folder, or its manifest.
    package init(_ path: String) {
        let url = URL(fileURLWithPath: path)
        folder = url.lastPathComponent == ArchiveManifest.name ? url.deletingLastPathComponent().path : url.path
    }

    /// Checks every byte: the checksum of each file, that it can be decompressed to its end, the number of rows, and the
    /// digest of their contents, which is the one that the server computes of them.
    ///
    /// - Throws: ``ArchiveError/damaged(file:problem:)``, `CancellationError`.
    @discardableResult
    package func verify() async throws -> ArchiveManifest {
        let manifest = try ArchiveManifest(folder: folder)
        for content in manifest.contents { try await Self.verify(content, in: folder) }
        return manifest
    }

    /// Checks one file.
    static func verify(_ content: ArchiveManifest.Content, in folder: String) async throws {
        let (file, digest) = try await read("\(folder)/\(content.file.name)", columns: content.columns.count)
        let problem: String? =
            if file.bytes != content.file.bytes {
                "it has \(file.bytes) bytes, and not \(content.file.bytes)"
            } else if file.sha256 != content.file.sha256 {
                "its SHA-256 differs"
            } else if digest.rows != content.digest.rows {
                "it has \(digest.rows) rows, and not \(content.digest.rows)"
            } else if digest.sum != content.digest.sum {
                "the digest of its rows differs"
            } else {
                nil
            }
        if let problem { throw ArchiveError.damaged(file: "\(folder)/\(content.file.name)", problem: problem) }
    }

    /// Reads a file to its end: what it is, and the digest of the rows in it.
    static func read(_ path: String, columns: Int) async throws -> (file: ArchivedFile, digest: ContentDigest) {
        var blocks = ColumnBlockReader(columns: columns)
        var total = ContentDigest.empty
        // While blocks are hashed, the next ones are decompressed; no more, so that memory stays small.
        var working: [Task<ContentDigest?, Never>] = []
        func take() async throws {
            guard let digest = await working.removeFirst().value else {
                throw ArchiveError.damaged(file: path, problem: "its rows cannot be read")
            }
            total = total + digest
        }
        let file = try await ArchiveFileReader(path: path).read { bytes in
            try Task.checkCancellation()
            guard let whole = blocks.feed(bytes) else {
                throw ArchiveError.damaged(file: path, problem: "its rows cannot be read")
            }
            for block in whole {
                if working.count == 2 { try await take() }
                working.append(Task { block.digest() })
            }
        }
        while !working.isEmpty { try await take() }
        guard blocks.isComplete else { throw ArchiveError.damaged(file: path, problem: "its rows are cut off") }
        return (file, total)
    }
}
