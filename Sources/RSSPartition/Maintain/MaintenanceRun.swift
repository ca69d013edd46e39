import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Maintains the tables that have a policy, one after the other; a failure of one never stops the others.
package struct MaintenanceRun: Sendable {
    /// What is asked for.
    package struct Options: Sendable {
        /// The tables; all that have a policy when empty.
        package var tables: [RelationName] = []
        /// Partitions made ahead, instead of what the policies say.
        package var premake: Int?
        /// Partitions made ahead where a table has no policy.
        package var defaultPremake = 3
        /// The time that counts as now.
        package var at: Date
        /// Only plans.
        package var isDryRun = false
        /// How many partitions of a table retention may retire though they are more than a quarter of it.
        package var allowedRetirements: Int?
        /// The plan that is to be executed, and nothing else.
        package var saved: SavedMaintenancePlan?

        /// Makes options for a time.
        package init(at: Date) { self.at = at }
    }

    private let connection: PostgresConnection
    private let maintenance: PartitionMaintenance

    /// Makes a run on a session that can hold locks.
    ///
    /// - Parameter observer: how to open a second session, which reads the progress of long statements; nil for none.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil
    ) {
        self.connection = connection
        maintenance = PartitionMaintenance(connection, lockPolicy: lockPolicy, runID: runID, observer: observer)
    }

    /// Does it.
    ///
    /// - Throws: `CancellationError`, ``PartitionError`` for a saved plan that is out of date, `PostgresError` when the
    ///   connection is lost.
    package func run(_ options: Options, progress: ProgressReporter) async throws -> [TableMaintenance] {
        var options = options
        if let saved = options.saved {
            // What is old is decided by the time of the plan, which cannot be ahead of the server's clock.
            guard saved.at <= options.at else { throw MaintenanceError.planAhead }
            options.at = saved.at
        }
        let chosen = try await policies(options)
        if let saved = options.saved {
            // Nothing is done in part: all tables are checked before the first is changed.
            for entry in chosen {
                let policy = try entry.policy.get()
                let plan = try await maintenance.plan(policy, at: options.at)
                guard saved.agrees(with: plan) else { throw PartitionError.stalePlan(table: policy.table.quoted) }
            }
        }
        var results: [TableMaintenance] = []
        for entry in chosen {
            do {
                results.append(try await keep(entry, options, progress))
            } catch let error where chosen.count > 1 && !PartitionMaintenance.endsAll(error) {
                results.append(
                    TableMaintenance(
                        table: entry.table, plan: nil, outcomes: [], error: ErrorReport(describing: error)))
            }
        }
        if options.isDryRun, options.tables.isEmpty, options.saved == nil {
            for conversion in try await UnfinishedConversion.all(connection) where conversion.holder == nil {
                results.append(
                    TableMaintenance(table: conversion.table, plan: nil, outcomes: [], error: conversion.report))
            }
        }
        return results
    }

    /// A table that is to be maintained, with its policy or why that cannot be applied.
    private struct Chosen {
        var table: RelationName
        var policy: Result<PartitionPolicy, any Error>
        /// Whether the policy is in the database.
        var isKept: Bool
    }

    private func keep(
        _ entry: Chosen, _ options: Options, _ progress: ProgressReporter
    ) async throws -> TableMaintenance {
        do {
            return try await keep(try entry.policy.get(), options, progress)
        } catch PartitionError.notPartitioned(let name, _) where entry.isKept {
            throw PartitionError.policyWithoutTable(name)
        }
    }

    private func keep(
        _ policy: PartitionPolicy, _ options: Options, _ progress: ProgressReporter
    ) async throws -> TableMaintenance {
        if options.isDryRun {
            let plan = try await maintenance.plan(policy, at: options.at)
            return TableMaintenance(
                table: policy.table, plan: plan, outcomes: [], coveredUntil: plan.coveredUntil,
                error: plan.massRetirement(allowing: options.allowedRetirements)?.report)
        }
        return try await connection.keepingPartitions(of: policy.table) {
            try await RetiredLedger(connection).closeDropped(of: policy.table)
            var (plan, stopped) = try await plan(policy, options)
            // A partition that is taken out is a table of its own until it is dropped.
            let takesOut = plan.operations.contains { [.detach, .finishDetach, .drop, .liftBlock].contains($0.kind) }
            var outcomes =
                takesOut
                ? try await connection.changingSchema { try await maintenance.apply(plan, progress: progress) }
                : try await maintenance.apply(plan, progress: progress)
            if outcomes.contains(where: { $0.operation.kind == .finishDetach && $0.error == nil }) {
                // Only now is the range of the half detached partition free.
                (plan, stopped) = try await self.plan(policy, options)
                outcomes += try await maintenance.apply(plan, progress: progress)
            }
            // What exists now, not what was planned: another run may have been in between, and operations may fail.
            let table =
                outcomes.isEmpty
                ? plan.table : try await PartitionCatalog(connection).table(policy.table, sizes: false)
            return TableMaintenance(
                table: policy.table, plan: plan, outcomes: outcomes, coveredUntil: table.coverage(from: plan.now),
                error: stopped?.report)
        }
    }

    /// The plan of a table, and why its retention is left out of it. What the table needs to take rows is done nevertheless.
    private func plan(
        _ policy: PartitionPolicy, _ options: Options
    ) async throws -> (MaintenancePlan, MaintenanceError?) {
        let plan = try await maintenance.plan(policy, at: options.at, sizes: false)
        guard let error = plan.massRetirement(allowing: options.allowedRetirements) else { return (plan, nil) }
        return (plan.withoutRetention(), error)
    }

    /// The tables to be maintained, with what the options say instead of their policies.
    private func policies(_ options: Options) async throws -> [Chosen] {
        let kept = try await PolicyStore(connection).kept()
        var tables = options.saved?.tables.map(\.table) ?? options.tables
        if tables.isEmpty, options.saved == nil {
            tables = kept.map(\.table)
            let shipped = PartitionPolicy.visitReports.table
            if !tables.contains(shipped), try await isShippedTableThere() { tables.insert(shipped, at: 0) }
        }
        var chosen: [Chosen] = []
        for table in tables {
            if let entry = kept.first(where: { $0.table == table }) {
                chosen.append(
                    Chosen(table: table, policy: entry.reading.mapError { $0 as any Error }, isKept: true))
                continue
            }
            do {
                chosen.append(
                    Chosen(table: table, policy: .success(try await ownPolicy(of: table, options)), isKept: false))
            } catch let error where !PartitionMaintenance.endsAll(error) {
                chosen.append(Chosen(table: table, policy: .failure(error), isKept: false))
            }
        }
        chosen = try await ordered(chosen)
        guard let premake = options.premake else { return chosen }
        return chosen.map { entry in
            var entry = entry
            entry.policy = entry.policy.map { policy in
                var policy = policy
                policy.premake = premake
                return policy
            }
            return entry
        }
    }

    /// The tables, each after those that reference it: what these retain no longer does not block it then.
    private func ordered(_ chosen: [Chosen]) async throws -> [Chosen] {
        if chosen.count < 2 { return chosen }
        let pairs = try await connection.query(
            SQLResource(PackageResources.maintain_order_sql).text, [chosen.map(\.table.quoted)]
        ).map { try $0.decode(Int.self, Int.self) }
        var (order, visited): ([Int], Set<Int>) = ([], [])
        func visit(_ place: Int) {
            guard visited.insert(place).inserted else { return }
            for (referencing, referenced) in pairs where referenced == place { visit(referencing) }
            order.append(place)
        }
        for place in chosen.indices { visit(place) }
        return order.map { chosen[$0] }
    }

    /// Whether the backend's own table exists: it is maintained without a policy as well.
    private func isShippedTableThere() async throws -> Bool {
        try await connection.query(
            "SELECT 1 FROM pg_class WHERE oid = to_regclass('public.visit_reports') AND relkind = 'p'"
        ).isEmpty == false
    }

    /// How a table without a policy is maintained.
    private func ownPolicy(of table: RelationName, _ options: Options) async throws -> PartitionPolicy {
        let found = try await PartitionCatalog(connection).table(table)
        guard let policy = PartitionPolicy.implied(by: found, premake: options.defaultPremake) else {
            throw PartitionError.noPolicy(table.quoted)
        }
        return policy
    }
}

/// The outcome for one table.
package struct TableMaintenance: Sendable {
    /// The table.
    package var table: RelationName
    /// What was to be done; nil when it could not be determined.
    package var plan: MaintenancePlan?
    /// How each operation ended; empty in a dry run.
    package var outcomes: [MaintenanceOutcome]
    /// Up to where the table is covered from now on without a gap, at the end of the run; nil when now is not.
    package var coveredUntil: Int64?
    /// Why the table could not be checked, or its retention not applied.
    package var error: ErrorReport?

    /// Whether the retention was left out because it would have retired too much.
    package var isStopped: Bool { error?.code == MaintenanceError.massRetirement }
}
