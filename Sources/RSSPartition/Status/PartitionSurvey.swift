import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// What is to be seen of one partitioned table: its partitions, its policy, and what maintaining it requires now.
package struct PartitionSurvey: Sendable {
    /// A partition that was taken out of the table and is not dropped yet.
    package struct Retired: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// `detaching`, `quarantined`, `dropping`
        package var state: String
        /// When it may be dropped, to the minute in UTC.
        package var dropAfter: String
        /// Whether that is past.
        package var isDue: Bool
        /// Whether there is such a table.
        package var isThere: Bool
        /// Table and indexes as of the last VACUUM or ANALYZE.
        package var bytes: Int64
        /// What it held.
        package var bound: Partition.Bound
        /// Whether it is a partition of the table again, or still.
        package var isAttached: Bool

        /// Whether it is detached, and its range is kept free for it.
        package var isInQuarantine: Bool { isThere && !isAttached }
    }

    /// The table.
    package var table: PartitionedTable
    /// The policy by which it is maintained; nil where it has none and none is implied.
    package var policy: PartitionPolicy?
    /// Whether that policy is in the database; nil where the role may not see the policies.
    package var isPolicyKept: Bool?
    /// What maintaining it requires; nil without a policy that fits.
    package var plan: MaintenancePlan?
    /// Why the policy cannot be applied; nil when it can.
    package var misfit: ErrorReport?
    /// The point that counts as now; nil for an integer key without a policy.
    package var now: Int64?
    /// What was taken out; nil where the role may not see it.
    package var retired: [Retired]?

    /// The point up to which it is covered without a gap from now on; nil when now is not.
    package var coveredUntil: Int64? { now.flatMap { table.coverage(from: $0) } }

    /// Seconds from now until new rows have no partition; nil for an integer key. A table that is covered indefinitely
    /// has no end.
    package var runwaySeconds: Double? {
        guard table.key.isTime, let now else { return nil }
        guard let end = coveredUntil else { return 0 }
        let perSecond = table.key.epoch.map { 1_000_000 / Double($0.length) } ?? 1_000_000
        return end == .max ? .infinity : (Double(end) - Double(now)) / perSecond
    }

    /// The partitions that are wanted and not there, in order.
    var missing: [PartitionOperation] { plan?.operations.filter { $0.kind == .create || $0.kind == .drain } ?? [] }

    /// The ranges of the partitions that are wanted and not there.
    package var missingRanges: [String] { missing.compactMap(\.range) }

    /// The gaps between partitions.
    var gaps: [Partition.Bound] {
        let bounds = table.partitions.compactMap(\.bound)
        let (lowers, uppers) = (bounds.map { $0.lower ?? .min }, bounds.map { $0.upper ?? .max })
        guard let first = lowers.min(), let last = uppers.max() else { return [] }
        return table.uncovered(from: first, to: last)
    }
}

/// A table that has a policy, or was asked for, and cannot be checked.
package struct PartitionLoss: Sendable, Equatable {
    /// The table.
    package var table: RelationName
    /// Why, with what to do.
    package var error: ErrorReport
    /// The check that it is a finding of.
    package var check = "policy"
}

/// What is to be seen of several tables.
package struct PartitionOverview: Sendable {
    /// The tables that could be checked.
    package var surveys: [PartitionSurvey] = []
    /// Those that could not.
    package var losses: [PartitionLoss] = []
}

/// Surveys partitioned tables. Changes nothing, and reads no user's table but a default partition.
package struct PartitionSurveyor: Sendable {
    let connection: PostgresConnection

    /// Makes one of a session that reads.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// Surveys tables; all that have a policy, and the backend's own, when none is named.
    ///
    /// - Throws: ``PartitionError`` for a table that is not partitioned, `PostgresError`.
    package func survey(_ tables: [RelationName], defaultPremake: Int, at date: Date) async throws -> [PartitionSurvey]
    {
        try await overview(tables, defaultPremake: defaultPremake, at: date).surveys
    }

    /// Surveys tables as ``survey(_:defaultPremake:at:)`` does; a table that has a policy and cannot be checked does not
    /// stop the others.
    ///
    /// - Throws: ``PartitionError`` for a named table that is not partitioned, `PostgresError`.
    package func overview(
        _ tables: [RelationName], defaultPremake: Int, at date: Date
    ) async throws -> PartitionOverview {
        let kept = try await policies()
        var chosen = tables
        if chosen.isEmpty {
            chosen = (kept ?? []).map(\.table)
            let shipped = PartitionPolicy.visitReports.table
            let isThere =
                try await connection.query(
                    "SELECT 1 FROM pg_class WHERE oid = to_regclass('public.visit_reports') AND relkind = 'p'"
                ).isEmpty == false
            if !chosen.contains(shipped), isThere { chosen.insert(shipped, at: 0) }
            // Whoever may not see the policies must not read that there are none.
            if chosen.isEmpty, kept == nil { _ = try await PolicyStore(connection).kept() }
        }
        var overview = PartitionOverview()
        for table in chosen {
            let entry = kept?.first { $0.table == table }
            do {
                var survey = try await survey(table, entry, defaultPremake: defaultPremake, at: date)
                if kept == nil { survey.isPolicyKept = nil }
                overview.surveys.append(survey)
            } catch PartitionError.notPartitioned(let name, _) where tables.isEmpty && entry != nil {
                overview.losses.append(
                    PartitionLoss(table: table, error: PartitionError.policyWithoutTable(name).report))
            } catch let error where Self.isLoss(error, isNamed: !tables.isEmpty || entry == nil) {
                overview.losses.append(PartitionLoss(table: table, error: ErrorReport(describing: error)))
            }
        }
        if tables.isEmpty {
            overview.losses += try await UnfinishedConversion.all(connection).filter { $0.holder == nil }.map {
                PartitionLoss(table: $0.table, error: $0.report, check: "work")
            }
        }
        return overview
    }

    /// Whether an error is reported for one table, and the others are checked: a lock of another session, and an error of a
    /// table that was not named.
    private static func isLoss(_ error: any Error, isNamed: Bool) -> Bool {
        if PartitionMaintenance.endsAll(error) { return false }
        return !isNamed || (error as? PostgresError)?.sqlState == .lockNotAvailable
    }

    private func survey(
        _ name: RelationName, _ kept: KeptPolicy?, defaultPremake: Int, at date: Date
    ) async throws -> PartitionSurvey {
        var policy = kept?.policy
        var (plan, misfit) = try await plan(policy, at: date)
        let table = if let plan { plan.table } else { try await PartitionCatalog(connection).table(name) }
        if kept == nil, let implied = PartitionPolicy.implied(by: table, premake: defaultPremake) {
            policy = implied
            (plan, misfit) = try await self.plan(policy, at: date)
        }
        if case .failure(let error)? = kept?.reading { misfit = error.report }
        var survey = PartitionSurvey(
            table: plan?.table ?? table, policy: policy, isPolicyKept: kept != nil, plan: plan, misfit: misfit,
            now: plan?.now)
        if plan == nil, table.key.kind.isTime {
            survey.now = Int64((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
        }
        survey.retired = try await retired(table)
        return survey
    }

    /// The stored policies; nil where the role may not see them.
    func policies() async throws -> [KeptPolicy]? {
        do {
            return try await PolicyStore(connection).kept()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            return nil
        }
    }

    private func plan(
        _ policy: PartitionPolicy?, at date: Date
    ) async throws -> (MaintenancePlan?, ErrorReport?) {
        guard let policy else { return (nil, nil) }
        do {
            return (try await MaintenancePlanner(connection: connection).plan(policy, at: date), nil)
        } catch let error where !PartitionMaintenance.endsAll(error) {
            return (nil, ErrorReport(describing: error))
        }
    }

    /// What was taken out of a table and is not dropped; nil where the role may not see it.
    func retired(_ table: PartitionedTable) async throws -> [PartitionSurvey.Retired]? {
        do {
            guard try await RetiredLedger(connection).exists() else { return [] }
            let records = try await RetiredLedger(connection).open(of: table)
            return try await connection.query(
                SQLResource(PackageResources.check_retired_sql).text, [table.schema, table.name]
            ).compactMap { row in
                let (name, state, dropAfter, isDue, isThere, bytes, id) = try row.decode(
                    String.self, String.self, String.self, Bool.self, Bool.self, Int64.self, Int64.self)
                guard let record = records.first(where: { $0.id == id }) else { return nil }
                return PartitionSurvey.Retired(
                    name: name, state: state, dropAfter: dropAfter, isDue: isDue, isThere: isThere, bytes: bytes,
                    bound: record.bound, isAttached: record.isAttached)
            }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            return nil
        }
    }
}
