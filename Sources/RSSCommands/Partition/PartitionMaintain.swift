import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl partition maintain`
public struct PartitionMaintain: Verb {
    public static let declaration = Declaration(
        "partition maintain", "Make the partitions of this month, of the months ahead, and of every gap",
        discussion: """
            By the bounds in PostgreSQL's catalog, never by names. Each partition is made aside and attached, so readers and \
            writers go on. With --quiet it says nothing when there is nothing to do.
            """,
        effect: .writes, lock: "partition", needs: [.settings, .postgres],
        examples: [
            .init("This month and three more", "rssctl partition maintain"),
            .init("The statements it would run", "rssctl partition maintain --dry-run"),
            .init("Half a year ahead, from cron", "rssctl partition maintain --premake 6 --quiet"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned table.")
    var table: TableArgument = .visitReports

    @Option(help: "Months made ahead of this one; partition.premake unless given.")
    var premake: Int?

    public init() {}

    public func validate() throws {
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
    }

    public func execute(_ context: Context) async throws -> MaintainReport {
        let connection = try await context.connectPostgres(direct: true)
        let planner = PartitionPlanner(premake: premake ?? context.settings.integer(.partitionPremake) ?? 3)
        let maintenance = PartitionMaintenance(
            connection, planner: planner, lockPolicy: LockPolicy(context.settings), runID: context.runID)
        let outcome = try await maintenance.run(
            schema: table.schema, name: table.name, today: CalendarDate(context.world.now()),
            isDryRun: context.isDryRun,
            progress: context.progress)
        await connection.close()
        return MaintainReport(outcome, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}

/// The result of `partition maintain`.
public struct MaintainReport: CommandResult {
    struct Entry: Encodable {
        let name: String
        let lower: CalendarDate
        let upper: CalendarDate
        let reason: String
        let state: Verdict
    }

    let table: String
    let partitions: [Entry]
    let statements: [String]
    let coveredUntil: CalendarDate?
    private let isDryRun: Bool
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case table, partitions, statements, coveredUntil }

    init(_ outcome: PartitionMaintenance.Outcome, isDryRun: Bool, isQuiet: Bool) {
        table = outcome.table
        partitions = outcome.created.map {
            Entry(
                name: $0.name, lower: $0.lower, upper: $0.upper, reason: $0.reason, state: isDryRun ? .pending : .done)
        }
        statements = outcome.statements
        coveredUntil = outcome.coveredUntil
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
    }

    public var counts: [String: Int64] { isDryRun ? [:] : ["created": Int64(partitions.count)] }

    public var tables: [Table] {
        // Cron wants silence when all is well.
        if isQuiet, partitions.isEmpty { return [] }
        let until = coveredUntil.map { "\(table) is covered until \($0)." }
        let main = Table(
            columns: [Column("partition"), Column("from"), Column("to"), Column("why"), Column("state")],
            rows: partitions.map {
                [
                    .text($0.name), .text($0.lower.description), .text($0.upper.description), .text($0.reason),
                    .verdict($0.state),
                ]
            }, notes: partitions.isEmpty ? [] : [until].compactMap { $0 },
            emptyMessage: "Nothing to do: \(until ?? "\(table) has all partitions asked for.")")
        guard isDryRun, !statements.isEmpty else { return [main] }
        return [
            main,
            Table(columns: [Column("sql", header: "-- SQL")], rows: statements.map { [.text("\($0);")] }),
        ]
    }
}
