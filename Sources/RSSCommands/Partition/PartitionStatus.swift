import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl partition status`
public struct PartitionStatus: Verb {
    public static let declaration = Declaration(
        "partition status", "Show the partitions of a table with bounds, rows and sizes",
        needs: [.settings, .postgres],
        examples: [.init("The partitions of visit_reports", "rssctl partition status")], exits: [.pending])

    @OptionGroup public var global: GlobalOptions

    @Argument(help: "The partitioned table.")
    var table: TableArgument = .visitReports

    public init() {}

    public func execute(_ context: Context) async throws -> PartitionMap {
        let connection = try await context.connectPostgres(readOnly: true)
        let premake = context.settings.integer(.partitionPremake) ?? 3
        let planner = PartitionPlanner(premake: premake)
        let maintenance = PartitionMaintenance(
            connection, planner: planner, lockPolicy: LockPolicy(context.settings), runID: context.runID)
        let found = try await maintenance.table(schema: table.schema, name: table.name)
        await connection.close()
        let today = CalendarDate(context.world.now())
        return PartitionMap(found, missing: planner.missing(in: found, takenNames: [], today: today), today: today)
    }
}

/// The result of `partition status`.
public struct PartitionMap: CommandResult {
    struct Entry: Encodable {
        let name: String
        let lower: CalendarDate?
        let upper: CalendarDate?
        let isDefault: Bool
        let isDetachPending: Bool
        let estimatedRows: Double?
        let bytes: Int64
    }

    let table: String
    let partitions: [Entry]
    let coveredUntil: CalendarDate?
    let runwayDays: Int?
    let missing: [String]

    init(_ table: PartitionedTable, missing: [PartitionToCreate], today: CalendarDate) {
        self.table = "\(table.schema).\(table.name)"
        partitions = table.partitions.map {
            Entry(
                name: $0.name, lower: $0.bound?.lower, upper: $0.bound?.upper, isDefault: $0.isDefault,
                isDetachPending: $0.isDetachPending, estimatedRows: $0.estimatedRows, bytes: $0.bytes)
        }
        coveredUntil = PartitionMaintenance.coverage(of: table, from: today)
        runwayDays = coveredUntil.map { $0.daysSinceEpoch - today.daysSinceEpoch }
        self.missing = missing.map { "\($0.lower) … \($0.upper)" }
    }

    public var exitStatus: ExitStatus {
        missing.isEmpty && !partitions.contains { $0.isDetachPending } ? .done : .pending
    }

    public var tables: [Table] {
        var notes = [
            coveredUntil.map { "Covered until \($0): \(runwayDays ?? 0) days from today." }
                ?? "Today is not covered by any partition."
        ]
        if !missing.isEmpty {
            notes.append("Missing: \(missing.joined(separator: ", ")). Make them: rssctl partition maintain")
        }
        return [
            Table(
                columns: [
                    Column("partition"), Column("from"), Column("to"), .number("rows", header: "rows (est.)"),
                    .number("size"), Column("state"),
                ],
                rows: partitions.map { entry in
                    [
                        .text(entry.name),
                        .text(entry.isDefault ? "DEFAULT" : entry.lower?.description ?? "MINVALUE"),
                        .text(entry.isDefault ? "" : entry.upper?.description ?? "MAXVALUE"),
                        entry.estimatedRows.map { .integer(Int64($0)) } ?? .null, .bytes(entry.bytes),
                        .verdict(entry.isDetachPending ? .critical : .ok),
                    ]
                }, notes: notes, emptyMessage: "\(table) has no partitions.")
        ]
    }
}
