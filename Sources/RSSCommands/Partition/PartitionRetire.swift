import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition retire`
package struct PartitionRetire: Verb {
    package static let declaration = Declaration(
        "partition retire", "Detach partitions from their table, for quarantine",
        discussion: """
            The rows are no longer visible through the table, and no data is lost: the partition becomes a separate table that \
            refuses writes. partition undo reattaches it. partition maintain archives and drops it when its quarantine is \
            over.

            The last partition and the default one are refused, and so is one whose rows are referenced by rows that would \
            lose the reference. Readers and writers are not blocked.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("The oldest month", "rssctl partition retire visit_reports_2023_12"),
            .init("The statements it would run", "rssctl partition retire visit_reports_2024_01 --dry-run"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitions.")
    var partitions: [TableArgument]

    @Option(help: "Days until it may be dropped, instead of the number in the policy; 7 without a policy.")
    var quarantineDays: Int?

    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let names = partitions.map(\.typed.quoted).joined(separator: ", ")
        return "Detach \(names) from its table? The rows will no longer be visible through it"
            + "; rssctl partition undo reattaches it."
    }

    package func validate() throws {
        if let quarantineDays, !(0...36_500).contains(quarantineDays) {
            throw ValidationError("--quarantine-days is a number from 0.")
        }
    }

    package func execute(_ context: Context) async throws -> RetireReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcomes = try await RetirementRun(
            connection, lockPolicy: locks.policy(context), runID: context.runID,
            observer: try context.postgresOptions(statementTimeout: .seconds(60), direct: true),
            progress: context.progress
        ).retire(
            context.resolve(partitions, on: connection), quarantineDays: quarantineDays, isDryRun: context.isDryRun)
        return RetireReport(outcomes, isDryRun: context.isDryRun)
    }
}

/// The result of `partition retire` and `partition undo`.
package struct RetireReport: CommandResult {
    struct Entry: Encodable {
        let table: String
        let partition: String
        let range: String
        let state: Verdict
        let statements: [String]
    }

    let partitions: [Entry]
    private let isDryRun: Bool

    private enum CodingKeys: String, CodingKey { case partitions }

    init(_ outcomes: [RetirementRun.Outcome], isDryRun: Bool) {
        partitions = outcomes.map {
            Entry(
                table: $0.table.quoted, partition: $0.partition.quoted, range: $0.range,
                state: isDryRun ? .pending : .done, statements: $0.statements)
        }
        self.isDryRun = isDryRun
    }

    package var counts: [String: Int64] { isDryRun ? [:] : ["partitions": Int64(partitions.count)] }

    package var tables: [Table] {
        let main = Table(
            columns: [Column("table", isOptional: true), Column("partition"), Column("range"), Column("state")],
            rows: partitions.map { [.text($0.table), .text($0.partition), .text($0.range), .verdict($0.state)] })
        guard isDryRun else { return [main] }
        return [main, Table(sql: partitions.flatMap(\.statements))]
    }
}
