import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl migrate`
public struct MigrateUp: Verb {
    public static let declaration = Declaration(
        "migrate up", "Apply what is pending, one transaction a file", effect: .writes, lock: "migrate",
        needs: [.settings, .postgres],
        examples: [
            .init("Apply what is pending; nothing to do is no error", "rssctl migrate"),
            .init("What would be run", "rssctl migrate --dry-run"),
        ], exits: [.pending, .dataError, .tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions

    @Option(help: "Longest time of trying to get a lock.", transform: parseDuration)
    var lockBudget: Duration?

    public init() {}

    public func execute(_ context: Context) async throws -> MigrationReport {
        let connection = try await context.connectPostgres(direct: true)
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        let migrator = Migrator(connection, source: source.source, lockPolicy: policy, runID: context.runID)
        let plan = try await migrator.plan()
        guard !context.isDryRun else {
            await connection.close()
            return MigrationReport(pending: plan.pending, withStatements: true)
        }
        let done = try await migrator.up(context.progress)
        await connection.close()
        if !done.isEmpty, source.directory == nil {
            context.progress(.note("Partitions are made by: rssctl partition maintain"))
        }
        return MigrationReport(applied: done, total: plan.applied.count + done.count)
    }
}

/// The result of `migrate` and of `migrate --dry-run`.
public struct MigrationReport: CommandResult {
    struct Entry: Encodable {
        let version: Int64
        let name: String
        let state: Verdict
        let milliseconds: Int64?
        let sql: String?
    }

    let migrations: [Entry]
    let appliedInTotal: Int?

    init(pending: [Migration], withStatements: Bool) {
        migrations = pending.map {
            Entry(
                version: $0.version, name: $0.name, state: .pending, milliseconds: nil,
                sql: withStatements ? $0.sql : nil)
        }
        appliedInTotal = nil
    }

    init(applied: [(migration: Migration, milliseconds: Int64)], total: Int) {
        migrations = applied.map {
            Entry(
                version: $0.migration.version, name: $0.migration.name, state: .done, milliseconds: $0.milliseconds,
                sql: nil)
        }
        appliedInTotal = total
    }

    public var counts: [String: Int64] { appliedInTotal == nil ? [:] : ["applied": Int64(migrations.count)] }

    public var tables: [Table] {
        let main = Table(
            columns: [.number("version"), Column("name", isFlexible: true), Column("state"), .number("took")],
            rows: migrations.map {
                [
                    .integer($0.version), .text($0.name), .verdict($0.state),
                    $0.milliseconds.map { .duration(.milliseconds($0)) } ?? .null,
                ]
            }, emptyMessage: "Nothing to do\(appliedInTotal.map { ": all \($0) migrations are applied" } ?? "").")
        let statements = migrations.compactMap(\.sql)
        guard !statements.isEmpty else { return [main] }
        var lines: [String] = []
        for (entry, sql) in zip(migrations, statements) {
            lines.append("-- version \(entry.version): \(entry.name)")
            lines.append("BEGIN;")
            lines += sql.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines.append("COMMIT;")
        }
        return [main, Table(columns: [Column("sql", header: "-- SQL")], rows: lines.map { [Cell.text($0)] })]
    }
}
