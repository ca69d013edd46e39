import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate dump`
package struct MigrateDump: Verb {
    package static let declaration = Declaration(
        "migrate dump", "Write the structure of the database as SQL, the same bytes each time",
        discussion: "The work is done by pg_dump, which must be installed and not be older than the server.",
        needs: [.settings, .postgres],
        examples: [
            .init("Into a file that is stored with the code", "rssctl migrate dump --file structure.sql"),
            .init("To stdout", "rssctl migrate dump"),
        ], exits: [.cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Option(
        help: "File to write, as a whole or not at all; by default stdout.", completion: .file(extensions: ["sql"]))
    var file: String?

    package init() {}

    package func execute(_ context: Context) async throws -> StructureReport {
        let connection = try await context.connectPostgres(readOnly: true)
        let dump = try await StructureDump(connection)
        guard let file else { return StructureReport(sql: try await dump.text()) }
        let summary = try await dump.write(toFile: file)
        return StructureReport(file: file, bytes: Int64(summary.bytes), lines: Int64(summary.lines))
    }
}

/// The result of `migrate dump`: the SQL itself, or the file written.
package struct StructureReport: CommandResult {
    let sql: String?
    let file: String?
    let bytes: Int64
    let lines: Int64

    init(sql: String) {
        self.sql = sql
        file = nil
        bytes = Int64(sql.utf8.count)
        lines = Int64(sql.utf8.count { $0 == UInt8(ascii: "\n") })
    }

    init(file: String, bytes: Int64, lines: Int64) {
        sql = nil
        self.file = file
        self.bytes = bytes
        self.lines = lines
    }

    package var document: String? { sql }

    package var counts: [String: Int64] { ["bytes": bytes] }

    package var tables: [Table] {
        guard let sql else {
            return [
                Table(
                    columns: [Column("file", isFlexible: true), .number("lines"), .number("bytes", header: "size")],
                    rows: [[.optional(file), .integer(lines), .bytes(bytes)]])
            ]
        }
        return [
            Table(
                columns: [Column("sql")],
                rows: sql.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
                    [.text(String($0))]
                })
        ]
    }
}
