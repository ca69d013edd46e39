import PostgresClient
import RSSCore
import RSSModel

/// Rows past the retention of a policy that no run retires, as their partition cannot be retired as a whole.
package struct OverdueRows: Sendable, Equatable {
    /// Why partitions stay.
    package enum Reason: Sendable, Equatable {
        /// They begin more than an interval before what is retained: above all the first partition of a conversion.
        case isLong
        /// They are partitioned themselves, or foreign tables: rssctl retires none of these.
        case isUnaccountable
        /// The default partition has no bounds that could be past.
        case isDefault
    }

    /// Why.
    package var reason: Reason
    /// The partitions.
    package var partitions: [RelationName]
    /// How many rows are past retention; nil where that is not known: the role may not read them, or a lock is held.
    package var rows: Double?
    /// Whether that was counted; else it is the planner's estimate.
    package var isExact: Bool
    /// What allows them to be retired: a command or a statement.
    package var remedy: String

    /// Whether there may be no such rows.
    package var isUncertain: Bool { rows == nil && reason != .isUnaccountable }

    /// `1771 rows of public.events_legacy are past retention and will stay: it holds newer rows too`
    package var sentence: String {
        let amount = rows.map { "\(isExact ? "" : "about ")\(Int64($0)) row\($0 == 1 ? "" : "s")" } ?? "rows"
        let names = partitions.prefix(3).map(\.quoted).joined(separator: ", ")
        let more = partitions.count > 3 ? " and \(partitions.count - 3) more partitions" : ""
        let why =
            switch reason {
            case .isLong: "it holds newer rows too"
            case .isUnaccountable: "partitions that are partitioned themselves, or foreign tables, are not retired"
            case .isDefault: "it is the default partition"
            }
        return "\(amount) of \(names)\(more) \(rows == 1 ? "is" : "are") past retention and will stay: \(why)"
    }
}

/// Finds rows past retention that stay. Reads the catalog, and of the one partition that holds the cutoff and of the default
/// one at most what is small; else it asks the planner.
struct OverdueSurvey: Sendable {
    let connection: PostgresConnection

    /// The most bytes of a partition that is counted.
    static let countable: Int64 = 16 << 20

    /// The rows of a table before a point that stay.
    ///
    /// - Parameter cutoff: the point before which the policy retains nothing.
    /// - Throws: `PostgresError`.
    func rows(_ table: PartitionedTable, _ policy: PartitionPolicy, before cutoff: Int64) async throws -> [OverdueRows]
    {
        if cutoff == .min { return [] }
        let cells = PartitionCells(policy: policy, key: table.key, connection: connection)
        let first = try await cells.span(around: cutoff, ahead: 0).first
        let going = Set(RetirementPlanner.expired(table, cutoff: cutoff).map(\.oid))
        let (long, unaccountable) = Self.staying(table, going: going, cutoff: cutoff, first: first)
        var found: [OverdueRows] = []
        if let partition = long, let (rows, isExact) = try await count(partition, of: table, before: cutoff) {
            found.append(
                OverdueRows(
                    reason: .isLong, partitions: [partition.relation], rows: rows, isExact: isExact,
                    remedy: "rssctl partition split \(partition.relation.quoted.shellWord) --into \(policy.interval)"))
        }
        let estimates = try await estimates(unaccountable)
        let full = zip(unaccountable, estimates).filter { $0.1 != 0 }
        if let partition = full.first?.0 {
            let known = full.compactMap(\.1)
            let (parent, name) = (
                try await connection.quote(table.relation), try await connection.quote(partition.relation)
            )
            found.append(
                OverdueRows(
                    reason: .isUnaccountable, partitions: full.map(\.0.relation),
                    rows: known.isEmpty ? nil : known.reduce(0, +), isExact: false,
                    remedy: "ALTER TABLE \(parent) DETACH PARTITION \(name)"))
        }
        if let partition = table.defaultPartition,
            let (rows, isExact) = try await count(partition, of: table, before: cutoff)
        {
            found.append(
                OverdueRows(
                    reason: .isDefault, partitions: [partition.relation], rows: rows, isExact: isExact,
                    remedy: "rssctl partition drain \(table.relation.quoted.shellWord) --all"))
        }
        return found
    }

    /// The partition that holds the cutoff and begins before its cell, if there is one, and the partitions before the cutoff
    /// that are never retired. Pure.
    static func staying(
        _ table: PartitionedTable, going: Set<Int64>, cutoff: Int64, first: Int64
    ) -> (long: Partition?, unaccountable: [Partition]) {
        var (long, unaccountable) = (Partition?.none, [Partition]())
        for partition in table.partitions where !partition.isDetachPending && !going.contains(partition.oid) {
            guard let bound = partition.bound, (bound.lower ?? .min) < min(cutoff, first) else { continue }
            if partition.isPartitioned || partition.isForeign {
                unaccountable.append(partition)
            } else if (bound.upper ?? .max) > cutoff {
                long = partition
            }
        }
        return (long, unaccountable)
    }

    /// Rows of partitions as the planner has them of their leaves; nil for one that was never analysed.
    private func estimates(_ partitions: [Partition]) async throws -> [Double?] {
        if partitions.isEmpty { return [] }
        return try await connection.query(
            """
            SELECT (SELECT sum(c.reltuples) FILTER (WHERE c.reltuples >= 0)
                    FROM pg_partition_tree(p.oid::oid::regclass) t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf)::float8
            FROM unnest($1::bigint[]) WITH ORDINALITY AS p (oid, n) ORDER BY p.n
            """, [partitions.map(\.oid)]
        ).map { try $0.decode(Double?.self, at: 0) }
    }

    /// How many rows of a partition are before a point; nil for none.
    private func count(
        _ partition: Partition, of table: PartitionedTable, before cutoff: Int64
    ) async throws -> (rows: Double?, isExact: Bool)? {
        if partition.isForeign || partition.isPartitioned { return nil }
        try await connection.refuseForeignCode(.reading, in: [table.relation.quoted, partition.relation.quoted])
        let name = try await connection.quote(partition.relation)
        try await connection.refuseForeignCode(.reading, in: [name])
        let column = try await connection.quoteIdentifier(table.key.column)
        var condition = table.key.condition(Partition.Bound(lower: nil, upper: cutoff), column: column)
        // No drain moves a row of minus infinity; partition.default_rows names it.
        if partition.bound == nil, [.date, .timestamp, .timestamptz].contains(table.key.kind) {
            condition += " AND isfinite(\(column))"
        }
        do {
            let size = try await connection.query("SELECT pg_relation_size($1::bigint::oid)", [partition.oid]).first?
                .decode(Int64?.self, at: 0)
            if size ?? 0 <= Self.countable {
                let rows = try await connection.query("SELECT count(*) FROM \(name) WHERE \(condition)").first?
                    .decode(Int64.self, at: 0)
                guard let rows, rows > 0 else { return nil }
                return (Double(rows), true)
            }
            let plan = try await connection.query("EXPLAIN (FORMAT JSON) SELECT FROM \(name) WHERE \(condition)").first?
                .text(at: 0)
            let rows = plan?.firstMatch(of: /"Plan Rows": (\d+)/).flatMap { Double($0.1) }
            // The planner knows of no plan with less than one row.
            guard let rows, rows > 1 else { return nil }
            return (rows, false)
        } catch let error as PostgresError
            where error.sqlState == .insufficientPrivilege || error.sqlState == .lockNotAvailable
        {
            return (nil, false)
        }
    }
}
