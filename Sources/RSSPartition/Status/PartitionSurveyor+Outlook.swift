import Foundation
import PostgresClient
import RSSCore
import RSSModel

extension PartitionSurveyor {
    /// Surveys every table that is partitioned by time, whoever maintains it, as far as the catalog shows it: no table is
    /// read, and of what a run would do only the creation of partitions is included.
    ///
    /// A table without a policy is treated as one whose bounds are continued, one partition ahead.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    func outlook(defaultPremake: Int, at date: Date) async throws -> PartitionOverview {
        let kept = try await policies()
        var overview = PartitionOverview()
        for row in try await connection.query(SQLResource(PackageResources.check_time_tables_sql).text) {
            let (schema, name) = try row.decode(String.self, String.self)
            let table = RelationName(schema: schema, name: name)
            do {
                overview.surveys.append(try await outlook(table, kept, defaultPremake: defaultPremake, at: date))
            } catch let error where !PartitionMaintenance.endsAll(error) {
                overview.losses.append(PartitionLoss(table: table, error: ErrorReport(describing: error)))
            }
        }
        return overview
    }

    private func outlook(
        _ name: RelationName, _ kept: [KeptPolicy]?, defaultPremake: Int, at date: Date
    ) async throws -> PartitionSurvey {
        var table = try await PartitionCatalog(connection).table(name, sizes: false)
        let entry = kept?.first { $0.table == name }
        let isShipped = name == PartitionPolicy.visitReports.table
        let bounds = table.partitions.compactMap(\.bound)
        let policy =
            try entry?.reading.get()
            ?? PartitionPolicy(
                table: name, column: table.key.column,
                interval: BoundsReading(bounds, among: PartitionInterval.ofTime.reversed())?.interval ?? .month,
                premake: isShipped ? defaultPremake : 1)
        table.key.epoch = policy.epoch
        try policy.refuseMisfit(table)
        let planner = MaintenancePlanner(connection: connection)
        let need = try await planner.need(policy, table, at: date)
        let retired = try await retired(table)
        let missing = PartitionPlanner.missing(
            in: table.occupying((retired ?? []).filter(\.isInQuarantine).map(\.bound)), cells: need.cells,
            now: need.now, takenNames: [])
        let plan = MaintenancePlan(
            policy: policy, table: table, at: date, now: need.now,
            operations: missing.map {
                PartitionOperation(
                    .create, RelationName(schema: table.schema, name: $0.name), bound: $0.bound,
                    range: table.label($0.bound), reason: $0.reason, locks: [])
            })
        return PartitionSurvey(
            table: table, policy: policy, isPolicyKept: kept == nil ? nil : entry != nil, plan: plan, misfit: nil,
            now: need.now, retired: retired)
    }
}
