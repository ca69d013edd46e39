import RSSCore
import RSSModel
import RSSPartition

/// The result of `partition archive`, `restore` and `verify-archive`.
package struct ArchiveReport: CommandResult {
    struct Rows: Encodable {
        let table: String
        let rows: Int64
        let digest: String
        let bytes: Int64
    }

    struct Entry: Encodable {
        let archive: String
        let partition: String?
        let range: String?
        let state: Verdict
        let contents: [Rows]
        let error: ErrorReport?
    }

    let archives: [Entry]
    let statements: [String]
    private let notes: [String]

    private enum CodingKeys: String, CodingKey { case archives, statements }

    init(_ archives: [Entry], statements: [String] = [], notes: [String] = []) {
        self.archives = archives
        self.statements = statements
        self.notes = notes
    }

    static func entry(_ folder: String, _ manifest: ArchiveManifest, _ state: Verdict) -> Entry {
        Entry(
            archive: folder, partition: manifest.partition.quoted, range: manifest.range, state: state,
            contents: manifest.contents.map {
                Rows(table: $0.relation.quoted, rows: $0.digest.rows, digest: $0.digest.sum, bytes: $0.file.bytes)
            }, error: nil)
    }

    package var exitStatus: ExitStatus { archives.contains { $0.error != nil } ? .dataError : .done }

    package var counts: [String: Int64] {
        let contents = archives.flatMap(\.contents)
        return contents.isEmpty
            ? [:] : ["rows": contents.reduce(0) { $0 + $1.rows }, "bytes": contents.reduce(0) { $0 + $1.bytes }]
    }

    package var tables: [Table] {
        if !statements.isEmpty { return [Table(sql: statements)] }
        var rows: [[Cell]] = []
        for archive in archives {
            for content in archive.contents {
                rows.append([
                    .optional(archive.partition), .text(content.table), .integer(content.rows), .bytes(content.bytes),
                    .verdict(archive.state),
                ])
            }
            if archive.error != nil {
                rows.append([.optional(archive.partition), .text(archive.archive), .null, .null, .verdict(.failed)])
            }
        }
        let errors = archives.compactMap(\.error).map { "\($0.code): \($0.line)" }
        return [
            Table(
                columns: [
                    Column("partition"), Column("table", isFlexible: true), .number("rows"), .number("size"),
                    Column("state"),
                ], rows: rows,
                notes: archives.filter { $0.error == nil }.map { "Archive: \($0.archive)" } + notes + errors)
        ]
    }
}
