import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk history`
package struct BulkHistory: Verb {
    package static let declaration = Declaration(
        "bulk history", "List the recorded bulk runs, newest first",
        discussion: """
            The database records what each run loaded, so every host sees the same list, and any of them can undo a run. A run that is interrupted resumes when \
            its file is imported again.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The last 20", "rssctl bulk history"),
            .init("All of them, for a script", "rssctl bulk history --limit 0 --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "The maximum number of runs; 0 for all.")
    var limit = 20

    package init() {}

    package func validate() throws {
        if limit < 0 { throw ValidationError("--limit must not be negative.") }
    }

    package func execute(_ context: Context) async throws -> BulkRunList {
        let connection = try await context.connectPostgres(readOnly: true)
        let runs = try await RunHistory.list(connection, limit: limit == 0 ? .max : limit)
        return BulkRunList(runs: runs)
    }
}

/// The result of `bulk history`.
package struct BulkRunList: CommandResult {
    let runs: [RunHistoryEntry]

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("run"), Column("started"), Column("operation"), Column("file", isFlexible: true),
                    Column("state"),
                    .number("inserted"), .number("updated"), .number("deleted", isOptional: true),
                    .number("unchanged", isOptional: true), .number("rejected"), Column("by", isOptional: true),
                ],
                rows: runs.map { run in
                    [
                        .text(String(run.run.suffix(12))), .timestamp(run.startedAt),
                        .text("\(run.operation) \(run.object)"), .text(run.file), .text(run.state),
                        .count(run.inserted), .count(run.updated), .count(run.deleted), .count(run.unchanged),
                        .count(run.rejected), .text(run.by),
                    ]
                },
                notes: runs.contains { $0.state == "done" } ? ["Undo one of them: rssctl bulk undo RUN"] : [],
                emptyMessage: "Nothing was loaded so far.")
        ]
    }
}
