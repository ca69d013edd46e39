import Foundation
import PostgresClient
import RSSModel

/// Keeps the tables that have a policy, one after the other; the trouble of one never stops the others.
public struct MaintenanceRun: Sendable {
    /// What is asked for.
    public struct Options: Sendable {
        /// The tables; all that have a policy when empty.
        public var tables: [RelationName] = []
        /// Partitions made ahead, in the place of what the policies say.
        public var premake: Int?
        /// Partitions made ahead where a table has no policy.
        public var defaultPremake = 3
        /// The time that counts as now.
        public var at: Date
        /// Only plans.
        public var isDryRun = false
        /// The plan that is to be carried out, and nothing else.
        public var saved: SavedMaintenancePlan?

        /// Makes options for a time.
        public init(at: Date) { self.at = at }
    }

    private let connection: PostgresConnection
    private let maintenance: PartitionMaintenance

    /// Makes a run on a session that can hold locks.
    ///
    /// - Parameter observer: how to open a second session, which reads the progress of long statements; nil for none.
    public init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil
    ) {
        self.connection = connection
        maintenance = PartitionMaintenance(connection, lockPolicy: lockPolicy, runID: runID, observer: observer)
    }

    /// Does it.
    ///
    /// - Throws: `CancellationError`, ``PartitionError`` for a saved plan that is out of date, `PostgresError` when the
    ///   connection is lost.
    public func run(_ options: Options, progress: ProgressReporter) async throws -> [TableMaintenance] {
        let chosen = try await policies(options)
        if let saved = options.saved {
            // Nothing is done by halves: all tables are looked at before the first is touched.
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

    /// A table that is to be kept, with its policy or what keeps it from being carried out.
    private struct Chosen {
        var table: RelationName
        var policy: Result<PartitionPolicy, any Error>
        /// Whether the database keeps the policy.
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
            return TableMaintenance(
                table: policy.table, plan: try await maintenance.plan(policy, at: options.at), outcomes: [])
        }
        return try await connection.keepingPartitions(of: policy.table) {
            try await RetiredPartition.closeDropped(of: policy.table, connection)
            var plan = try await maintenance.plan(policy, at: options.at, sizes: false)
            var outcomes = try await maintenance.apply(plan, progress: progress)
            if outcomes.contains(where: { $0.operation.kind == .finishDetach && $0.error == nil }) {
                // Only now is it free what the half detached partition held.
                plan = try await maintenance.plan(policy, at: options.at, sizes: false)
                outcomes += try await maintenance.apply(plan, progress: progress)
            }
            return TableMaintenance(table: policy.table, plan: plan, outcomes: outcomes)
        }
    }

    /// The tables to be kept, with what the options say in the place of their policies.
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

    /// Whether the backend's own table is there: it is maintained without a policy as well.
    private func isShippedTableThere() async throws -> Bool {
        try await connection.query(
            "SELECT 1 FROM pg_class WHERE oid = to_regclass('public.visit_reports') AND relkind = 'p'"
        ).isEmpty == false
    }

    /// How a table without a policy is kept.
    private func ownPolicy(of table: RelationName, _ options: Options) async throws -> PartitionPolicy {
        let found = try await PartitionCatalog(connection).table(table)
        guard let policy = PartitionPolicy.implied(by: found, premake: options.defaultPremake) else {
            throw PartitionError.noPolicy(table.quoted)
        }
        return policy
    }
}

/// What became of one table.
public struct TableMaintenance: Sendable {
    /// The table.
    public var table: RelationName
    /// What was to be done; nil when it could not be told.
    public var plan: MaintenancePlan?
    /// How each operation ended; empty in a dry run.
    public var outcomes: [MaintenanceOutcome]
    /// What kept the table from being looked at.
    public var error: ErrorReport?
}
