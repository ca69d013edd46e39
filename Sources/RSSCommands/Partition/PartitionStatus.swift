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
        var options = MaintenanceRun.Options(at: context.world.now())
        options.tables = [table.relation]
        options.defaultPremake = context.settings.integer(.partitionPremake) ?? 3
        options.isDryRun = true
        let connection = try await context.connectPostgres(readOnly: true)
        let results = try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(context.settings), runID: context.runID
        ).run(options, progress: context.progress)
        await connection.close()
        guard let plan = results.first?.plan else { throw PartitionError.notPartitioned(table.relation.quoted) }
        return PartitionMap(plan)
    }
}

/// The result of `partition status`.
public struct PartitionMap: CommandResult {
    struct Entry: Encodable {
        let name: String
        let lower: String?
        let upper: String?
        let isDefault: Bool
        let isDetachPending: Bool
        let estimatedRows: Double?
        let bytes: Int64
    }

    let table: String
    let partitions: [Entry]
    let coveredUntil: String?
    let runwayDays: Int?
    let missing: [String]

    init(_ plan: MaintenancePlan) {
        let (found, key) = (plan.table, plan.table.key)
        table = found.relation.quoted
        partitions = found.partitions.map {
            Entry(
                name: $0.name, lower: $0.bound?.lower.map(key.label), upper: $0.bound?.upper.map(key.label),
                isDefault: $0.isDefault, isDetachPending: $0.isDetachPending, estimatedRows: $0.estimatedRows,
                bytes: $0.bytes)
        }
        let end = found.coverage(from: plan.now)
        coveredUntil = end.map(key.label)
        runwayDays = key.kind.isTime ? end.map { Int(($0 - plan.now) / 86_400_000_000) + 1 } : nil
        missing = plan.operations.filter { $0.kind == .create || $0.kind == .drain }.compactMap(\.range)
    }

    public var exitStatus: ExitStatus {
        missing.isEmpty && !partitions.contains { $0.isDetachPending } ? .done : .pending
    }

    public var tables: [Table] {
        var notes = [
            coveredUntil.map { "Covered until \($0)\(runwayDays.map { ": \($0) days from today" } ?? "")." }
                ?? "What is new now is not covered by any partition."
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
                        .text(entry.isDefault ? "DEFAULT" : entry.lower ?? "MINVALUE"),
                        .text(entry.isDefault ? "" : entry.upper ?? "MAXVALUE"),
                        entry.estimatedRows.map { .integer(Int64($0)) } ?? .null, .bytes(entry.bytes),
                        .verdict(entry.isDetachPending ? .critical : .ok),
                    ]
                }, notes: notes, emptyMessage: "\(table) has no partitions.")
        ]
    }
}
