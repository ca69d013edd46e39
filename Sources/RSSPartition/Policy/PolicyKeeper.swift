import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Sets, removes, imports and adopts policies, each checked before it is stored.
package struct PolicyKeeper: Sendable {
    private let connection: PostgresConnection
    private let runID: String
    private let isDryRun: Bool

    private var store: PolicyStore { PolicyStore(connection) }

    /// Makes a keeper on a session that may make a temporary table.
    package init(_ connection: PostgresConnection, runID: String, isDryRun: Bool) {
        self.connection = connection
        self.runID = runID
        self.isDryRun = isDryRun
    }

    /// Changes the policy of a table, or makes one.
    ///
    /// - Parameters:
    ///   - interval: that of a new policy for a table whose key is not a date.
    ///   - change: what is wanted; the rest stays as it is.
    /// - Throws: ``PolicyError``, ``PartitionError``, `PostgresError`.
    package func set(
        _ table: RelationName, interval: PartitionInterval?, defaultPremake: Int,
        _ change: (inout PartitionPolicy) -> Void
    ) async throws -> PolicyOutcome {
        // One that cannot be read is set again.
        let kept = try await store.kept().first { $0.table == table }
        let before = kept?.policy
        var policy: PartitionPolicy
        if let before {
            policy = before
        } else {
            let found = try await PartitionCatalog(connection).table(table)
            let implied = PartitionPolicy.implied(by: found, premake: defaultPremake)
            guard let interval = interval ?? implied?.interval else {
                throw PolicyError.interval(
                    table.quoted, problem: kept == nil ? "it has no policy yet" : "that of its policy cannot be read")
            }
            policy = PartitionPolicy(
                table: found.relation, column: found.key.column, interval: interval, premake: defaultPremake)
        }
        if let interval { policy.interval = interval }
        change(&policy)
        let check = PolicyCheck(connection: connection)
        let notes = try await check.check(policy) + (try await check.overdue(policy))
        let outcome = PolicyOutcome(keeping: policy, before: before, notes: notes, isDryRun: isDryRun)
        if outcome.isChange, !isDryRun { try await store.set(policy, runID: runID) }
        return outcome
    }

    /// Removes the policies of tables; their partitions stay as they are.
    ///
    /// - Throws: `PostgresError`.
    package func remove(_ tables: [RelationName]) async throws -> [PolicyOutcome] {
        let kept = try await store.kept()
        let outcomes = tables.map { table in
            let found = kept.first { $0.table == table }
            return PolicyOutcome(
                forgetting: table, before: found?.policy, isThere: found != nil, isDryRun: isDryRun)
        }
        try await carryOut(outcomes)
        return outcomes
    }

    /// Stores the policies of a document: all of them, or none where one cannot be stored.
    ///
    /// - Parameter prunes: whether policies that are not in it are removed.
    /// - Throws: ``PolicyError``, ``PartitionError``, `PostgresError`.
    package func keep(_ document: PolicyDocument, prunes: Bool) async throws -> [PolicyOutcome] {
        let kept = try await store.kept()
        var outcomes: [PolicyOutcome] = []
        for policy in document.policies {
            let before = kept.first { $0.table == policy.table }?.policy
            do {
                let notes = try await PolicyCheck(connection: connection).check(policy)
                outcomes.append(
                    PolicyOutcome(keeping: policy, before: before, notes: notes, isDryRun: isDryRun))
            } catch PartitionError.notPartitioned where policy == before {
                // It is stored already, and its table was dropped since: that is reported, and does not stop the others.
                outcomes.append(
                    PolicyOutcome(
                        policy.table, failedWith: PartitionError.policyWithoutTable(policy.table.quoted).report))
            }
        }
        for entry in kept where prunes && !document.policies.contains(where: { $0.table == entry.table }) {
            outcomes.append(
                PolicyOutcome(forgetting: entry.table, before: entry.policy, isThere: true, isDryRun: isDryRun))
        }
        try await carryOut(outcomes)
        return outcomes
    }

    /// Derives policies from the partitions of tables, or of all tables that have none; failures are reported for each table.
    ///
    /// - Parameters:
    ///   - tables: the tables; all that have no policy when empty.
    ///   - epoch: what integer keys count; nil where they count nothing, or pg_partman says it.
    ///   - serverZone: the default time zone of the server's sessions.
    /// - Throws: `PostgresError`, and for one table alone ``PolicyError`` and ``PartitionError``.
    package func adopt(
        _ tables: [RelationName], interval: PartitionInterval?, timeZone: String?, epoch: EpochUnit? = nil,
        serverZone: String, defaultPremake: Int, at date: Date
    ) async throws -> [PolicyOutcome] {
        let kept = try await store.kept().compactMap(\.policy)
        let check = PolicyCheck(connection: connection)
        if let timeZone { try await check.checkZone(timeZone) }
        let adoption = PolicyAdoption(
            connection: connection,
            options: PolicyAdoption.Options(
                interval: interval, timeZone: timeZone, serverZone: serverZone, epoch: epoch,
                defaultPremake: defaultPremake, at: date
            ))
        var outcomes: [PolicyOutcome] = []
        for table in tables.isEmpty ? try await candidates() : tables {
            if let policy = kept.first(where: { $0.table == table }) {
                outcomes.append(PolicyOutcome(skipping: policy))
                continue
            }
            do {
                let adopted = try await adoption.read(table)
                let notes = try await check.check(adopted.policy)
                outcomes.append(
                    PolicyOutcome(
                        keeping: adopted.policy, before: nil, notes: adopted.notes + notes, isDryRun: isDryRun))
            } catch let error where tables.count != 1 && !PartitionMaintenance.endsAll(error) {
                outcomes.append(PolicyOutcome(table, failedWith: ErrorReport(describing: error)))
            }
        }
        try await carryOut(outcomes)
        return outcomes
    }

    private func candidates() async throws -> [RelationName] {
        try await connection.query(SQLResource(PackageResources.adopt_candidates_sql).text).map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return RelationName(schema: schema, name: name)
        }
    }

    private func carryOut(_ outcomes: [PolicyOutcome]) async throws {
        let changes = outcomes.filter(\.isChange)
        if isDryRun || changes.isEmpty { return }
        try await store.change(
            keeping: changes.compactMap(\.policy), forgetting: changes.filter { $0.policy == nil }.map(\.table),
            runID: runID)
    }
}
