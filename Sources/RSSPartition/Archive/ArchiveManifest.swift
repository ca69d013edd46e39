import Foundation
import RSSCore

/// What an archive holds: the file `manifest.json` in its folder.
package struct ArchiveManifest: Sendable, Equatable, Codable {
    /// The rows of one table.
    package struct Content: Sendable, Equatable, Codable {
        /// The table.
        package var relation: RelationName
        /// The columns in the order of the file.
        package var columns: [String]
        /// Those of its primary key; empty for none.
        package var primaryKey: [String]
        /// The rows: their number and the digest that the server computes of them.
        package var digest: ContentDigest
        /// The file: blocks of columns in COPY's text format, compressed by zstd.
        package var file: ArchivedFile
        /// How the rows belong to those of the contents before; empty for the partition itself.
        package var links: [Link]
    }

    /// How rows of a table belong to rows of another.
    package struct Link: Sendable, Equatable, Codable {
        /// The place of the other one among the contents.
        package var parent: Int
        /// The columns of the foreign key.
        package var columns: [String]
        /// What they reference.
        package var parentColumns: [String]
        /// `NO ACTION`, `RESTRICT`, `CASCADE`, `SET NULL`, `SET DEFAULT`
        package var onDelete: String
        /// Whether the key registry is in between.
        package var isThroughRegistry: Bool
    }

    /// The form of the archive.
    package var format = 1
    /// When the snapshot was taken.
    package var at: Date
    /// The run that made it.
    package var runID: String
    /// The database.
    package var database: String
    /// The server's version as libpq counts it: 150018 for 15.18.
    package var serverVersion: Int32
    /// The encoding of the files.
    package var encoding: String
    /// The partitioned table.
    package var table: RelationName
    /// What that is partitioned by.
    package var key: PartitionKey
    /// The partition.
    package var partition: RelationName
    /// Its bound as PostgreSQL writes it.
    package var definition: String
    /// The bound as points of the key's axis.
    package var bound: Partition.Bound?
    /// The bound as people read it.
    package var range: String
    /// Statements that make the partition as it was, apart from its rows.
    package var structure: [String]
    /// The rows, those of the partition first.
    package var contents: [Content]

    /// Its name in the archive's folder.
    static let name = "manifest.json"
    /// The file beside it, as sha256sum writes and checks it.
    static let sumsName = "SHA256SUMS"

    /// The text of the file.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

}

extension ArchiveManifest {
    /// Reads the manifest of an archive, after its own checksum.
    ///
    /// - Parameter folder: the archive's folder.
    /// - Throws: ``ArchiveError/damaged(file:problem:)``.
    package init(folder: String) throws {
        let (path, sumsPath) = ("\(folder)/\(Self.name)", "\(folder)/\(Self.sumsName)")
        let (data, sums) = (try Self.contents(path), try Self.contents(sumsPath))
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            self = try decoder.decode(ArchiveManifest.self, from: data)
        } catch {
            throw ArchiveError.damaged(file: path, problem: error.documentProblem)
        }
        guard format == 1 else { throw ArchiveError.damaged(file: path, problem: "its form is \(format)") }
        // Whichever of the two is not as it was: they agree only as they were written.
        guard sums == sumsText(ofItself: data) else {
            throw ArchiveError.damaged(file: path, problem: "it does not agree with \(Self.sumsName)")
        }
        guard !contents.isEmpty, contents.allSatisfy({ !$0.file.name.contains("/") }) else {
            throw ArchiveError.damaged(file: path, problem: "it names no files of its folder")
        }
        if let flaw { throw ArchiveError.damaged(file: path, problem: flaw) }
    }

    /// What no archive written by rssctl has; nil for nothing. The checksums only show that nothing was changed by accident:
    /// who can write the files can write the sums.
    private var flaw: String? {
        // The one text of it that is part of a statement, as a name.
        if encoding.wholeMatch(of: /[A-Za-z0-9_]{1,63}/) == nil {
            return "'\(encoding)' is not the name of an encoding"
        }
        for (place, content) in contents.enumerated() {
            if content.columns.contains(where: \.isEmpty) || content.primaryKey.contains(where: \.isEmpty) {
                return "a column of \(content.relation.quoted) has no name"
            }
            for link in content.links {
                guard (0..<place).contains(link.parent), !link.columns.isEmpty else {
                    return "\(content.relation.quoted) belongs to nothing that is in it"
                }
            }
        }
        return nil
    }

    private static func contents(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ArchiveError.damaged(file: path, problem: "it cannot be read")
        }
        return data
    }

    /// The file with the checksums.
    func sumsText(ofItself json: Data) -> Data {
        let files = contents.map { ($0.file.name, $0.file.sha256) } + [(Self.name, Digest.sha256.hex(json))]
        return Data(files.map { "\($0.1)  \($0.0)\n" }.joined().utf8)
    }

    /// The digest by which an archive is identified: SHA-256 of its manifest, which holds that of every file.
    package static func seal(folder: String) -> String? {
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { Digest.sha256.hex($0) }
    }
}

extension TableReference.OnDelete {
    /// As SQL writes it.
    var name: String {
        switch self {
        case .noAction: "NO ACTION"
        case .restrict: "RESTRICT"
        case .cascade: "CASCADE"
        case .setNull: "SET NULL"
        case .setDefault: "SET DEFAULT"
        }
    }
}
