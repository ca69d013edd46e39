import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition index create`
package struct PartitionIndexCreate: Verb {
    package static let declaration = Declaration(
        "partition index create", "Build an index on every partition, each concurrently",
        discussion: """
            PostgreSQL refuses CREATE INDEX CONCURRENTLY for a partitioned table, and without CONCURRENTLY every writer waits \
            for the whole build. Here it is created on the table only, built on each partition concurrently, and attached. An \
            interrupted run is resumed by running the command again; indexes that exist already are used.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init(
                "Newest changes first",
                "rssctl partition index create 'CREATE INDEX visit_reports_updated_idx ON visit_reports (updated_at DESC)'"
            ),
            .init(
                "The statements it would run",
                "rssctl partition index create 'CREATE INDEX visit_reports_drafts_idx ON visit_reports (technician_id) WHERE status = $$draft$$' --dry-run"
            ),
        ], exits: [])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: ArgumentHelp("A CREATE INDEX with a name, as it would be run in psql.", valueName: "sql"))
    var sql: String

    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func execute(_ context: Context) async throws -> PartitionIndexReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcome = try await PartitionIndexRun(context, connection, locks).create(sql, progress: context.progress)
        return PartitionIndexReport(outcome, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}

extension PartitionIndexRun {
    /// The run of a verb.
    init(_ context: Context, _ connection: PostgresConnection, _ locks: LockBudgetOption) throws {
        self.init(
            connection, lockPolicy: locks.policy(context), runID: context.runID,
            observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true),
            isDryRun: context.isDryRun)
    }
}
