import Foundation
import PostgresClient
import RSSCore

/// Decides which partitions a drain, a split or a merge creates. Changes nothing.
struct ReshapePlanner: Sendable {
    /// A partition that is to be created.
    struct Wanted: Sendable, Equatable {
        var name: String
        var bound: Partition.Bound
    }

    /// The most partitions that one command creates.
    static let most = 1000

    let connection: PostgresConnection
    let table: PartitionedTable

    /// What stays in a default partition that is drained.
    struct Left: Sendable, Equatable, Codable {
        /// Rows outside of the cells that are drained.
        var rows: Int64 = 0
        /// The first and the last of them, as people read them.
        var range: String?
        /// Rows without a value, or an infinite one.
        var withoutPoint: Int64 = 0
    }

    /// The cells of a default partition that hold rows, and what is outside of those checked.
    func cells(_ policy: PartitionPolicy, all: Bool, at date: Date) async throws -> (wanted: [Wanted], left: Left) {
        guard let source = table.defaultPartition else { return ([], Left()) }
        let name = try await connection.quote(source.relation)
        let point = table.key.point(of: try await connection.quoteIdentifier(table.key.column))
        let ends = try await connection.query(
            "SELECT min(p), max(p), count(*) - count(p) FROM (SELECT \(point) FROM ONLY \(name)) AS points (p)",
            timeout: LongStatement.reading
        ).first?.decode(Int64?.self, Int64?.self, Int64.self)
        var left = Left(withoutPoint: ends?.2 ?? 0)
        guard let first = ends?.0, let last = ends?.1 else { return ([], left) }
        let grid = PartitionCells(policy: policy, key: table.key, connection: connection)
        var (lower, upper) = (first, last == .max ? last : last + 1)
        let now = try await grid.now(date, of: table)
        if !all {
            let back = try await grid.start(before: now, by: MaintenancePlanner.cellsBack(policy.interval))
            let existing = table.partitions.compactMap(\.bound).compactMap(\.lower).min() ?? back
            lower = max(lower, min(back, existing))
            upper = min(upper, try await grid.span(around: now, ahead: policy.premake).end)
        }
        let limit = 100_000
        let cells = lower < upper ? try await grid.cells(from: lower, to: upper, limit: limit + 1) : []
        guard cells.count <= limit else { throw ReshapeError.tooMany(table: table.relation.quoted, count: cells.count) }
        let retired = try await refuseQuarantined(source, from: lower, to: upper)
        let missing = PartitionPlanner.missing(
            in: table.occupying(retired), cells: cells, now: now,
            takenNames: try await PartitionCatalog(connection).takenNames(in: table.schema))
        let rows = try await connection.query(
            """
            SELECT CASE WHEN b > 0 AND (p < ($2::bigint[])[b] OR ($2::bigint[])[b] = 9223372036854775807) THEN b ELSE 0 END AS cell, count(*), min(p), max(p)
            FROM (SELECT p, CASE WHEN cardinality($1::bigint[]) = 0 THEN 0 ELSE width_bucket(p, $1::bigint[]) END AS b
                  FROM (SELECT \(point) FROM ONLY \(name)) AS points (p) WHERE p IS NOT NULL) AS buckets
            GROUP BY 1 ORDER BY 1
            """, [missing.map { $0.bound.lower ?? .min }, missing.map { $0.bound.upper ?? .max }],
            timeout: LongStatement.reading)
        var wanted: [Wanted] = []
        for row in rows {
            let (cell, count, low, high) = try row.decode(Int.self, Int64.self, Int64.self, Int64.self)
            if cell == 0 {
                left.rows = count
                left.range = low == high ? table.key.label(low) : "\(table.key.label(low)) … \(table.key.label(high))"
            } else {
                wanted.append(Wanted(name: missing[cell - 1].name, bound: missing[cell - 1].bound))
            }
        }
        return (wanted, left)
    }

    /// The bounds of partitions in quarantine, which are kept free so that they can be reattached.
    ///
    /// - Throws: ``ReshapeError/quarantined(table:range:partition:)`` where rows of a span belong to one of them.
    private func refuseQuarantined(
        _ source: Partition, from lower: Int64, to upper: Int64
    ) async throws -> [Partition.Bound] {
        let retired = try await RetiredLedger(connection).open(of: table).filter(\.isInQuarantine)
        let span = Partition.Bound(lower: lower, upper: upper)
        let column = try await connection.quoteIdentifier(table.key.column)
        for record in retired where lower < upper && record.bound.overlaps(span) {
            let condition = table.key.condition(record.bound, column: column)
            let found = try await connection.query(
                "SELECT FROM ONLY \(try await connection.quote(source.relation)) WHERE \(condition.isEmpty ? "true" : condition) LIMIT 1",
                timeout: LongStatement.reading)
            guard found.isEmpty else { throw quarantined(record) }
        }
        return retired.map(\.bound)
    }

    private func quarantined(_ record: RetiredPartition) -> ReshapeError {
        .quarantined(
            table: table.relation.quoted, range: table.label(record.bound), partition: record.relation.quoted)
    }

    /// The parts that a partition is divided into.
    func parts(of source: Partition, _ policy: PartitionPolicy, at date: Date) async throws -> [Wanted] {
        guard let bound = source.bound else { return [] }
        let grid = PartitionCells(policy: policy, key: table.key, connection: connection)
        var ends = (bound.lower, bound.upper)
        if bound.lower == nil || bound.upper == nil {
            // An open end is divided as far as there are rows; the rest stays as it is.
            let name = try await connection.quote(source.relation)
            let point = table.key.point(of: try await connection.quoteIdentifier(table.key.column))
            let found = try await connection.query(
                "SELECT min(p), max(p) FROM (SELECT \(point) FROM ONLY \(name)) AS points (p)",
                timeout: LongStatement.reading
            ).first?.decode(Int64?.self, Int64?.self)
            let now = try await grid.now(date, of: table)
            let last = found?.1 ?? bound.lower ?? now
            ends = (
                bound.lower ?? found?.0 ?? bound.upper ?? now, bound.upper ?? (last == .max ? last : last + 1)
            )
        }
        guard let lower = ends.0, let upper = ends.1 else { return [] }
        let cells = try await grid.cells(from: lower, to: upper, limit: Self.most + 1)
        guard let first = cells.first, let last = cells.last else { return [] }
        guard cells.count <= Self.most else {
            throw ReshapeError.tooMany(table: table.relation.quoted, count: cells.count)
        }
        var taken = try await takenNames(without: [source])
        var parts: [Wanted] = []
        func add(_ suffix: String, _ bound: Partition.Bound) {
            let name = PartitionPlanner.freeName(table.name, suffix, taken: taken)
            taken.insert(name)
            parts.append(Wanted(name: name, bound: bound))
        }
        if bound.lower == nil {
            let before = table.key.representable(Partition.Bound(lower: nil, upper: first.lower))
            if let before { add("before_\(first.suffix)", before) }
        }
        for cell in cells {
            let part = Partition.Bound(
                lower: max(cell.lower, bound.lower ?? .min), upper: min(cell.upper, bound.upper ?? .max))
            let isWhole = part == Partition.Bound(lower: cell.lower, upper: cell.upper)
            guard let part = table.key.representable(part) else { continue }
            var suffix = cell.suffix
            if case .week = policy.interval, policy.epoch == nil, let first = part.lower, first > cell.lower {
                // A week is named after its first day, which another partition may hold. Half a day later it is the same
                // day in every zone.
                suffix = PartitionGrid(policy.interval).suffix(of: first + PartitionKey.day / 2)
            }
            add(isWhole ? suffix : "\(suffix)_part", part)
        }
        // After the last number there is nothing to hold.
        if bound.upper == nil, parts.last?.bound.upper != nil {
            add("from_\(last.suffix)_on", Partition.Bound(lower: last.upper, upper: nil))
        }
        return parts
    }

    /// The bound of several partitions together; nil where they are not adjacent.
    func whole(of sources: [Partition], _ policy: PartitionPolicy) async throws -> Wanted? {
        let bounds = sources.compactMap(\.bound)
        guard let first = sources.first, bounds.count == sources.count,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0.upper != nil && $0.upper == $1.lower })
        else { return nil }
        let bound = Partition.Bound(lower: bounds.first?.lower, upper: bounds.last?.upper)
        guard let lower = bound.lower, let upper = bound.upper else { return Wanted(name: first.name, bound: bound) }
        // Named after the one cell that it is, or else after the first and the last of the longest that it consists of.
        let isTime = table.key.isTime || policy.epoch != nil
        let intervals: [PartitionInterval] =
            isTime ? PartitionInterval.ofTime.reversed() : [.step(max(1, upper - lower))]
        for interval in intervals where table.key.kind != .date || interval != .hour {
            var policy = policy
            policy.interval = interval
            let cells = try await PartitionCells(policy: policy, key: table.key, connection: connection).cells(
                from: lower, to: upper, limit: Self.most)
            guard let start = cells.first, let end = cells.last, start.lower == lower, end.upper == upper else {
                continue
            }
            let suffix = cells.count == 1 ? start.suffix : "\(start.suffix)_to_\(end.suffix)"
            let taken = try await takenNames(without: sources)
            return Wanted(name: PartitionPlanner.freeName(table.name, suffix, taken: taken), bound: bound)
        }
        return Wanted(name: first.name, bound: bound)
    }

    private func takenNames(without sources: [Partition]) async throws -> Set<String> {
        try await PartitionCatalog(connection).takenNames(in: table.schema).subtracting(
            sources.filter { $0.schema == table.schema }.map(\.name))
    }

    /// What is to be done, with names for the time while sources and targets are both there.
    ///
    /// - Throws: ``ReshapeError`` where there are obstacles.
    func spec(
        _ sources: [Partition], into wanted: [Wanted], withResidue: Bool, request: String, keepsSources: Bool,
        dropsEmptyDefault: Bool
    ) async throws -> ReshapeSpec {
        guard wanted.count <= Self.most else {
            throw ReshapeError.tooMany(table: table.relation.quoted, count: wanted.count)
        }
        // Partitions that are drained from a default partition are new there; the rows of a split or merge were there before.
        for record in try await RetiredLedger(connection).open(of: table) where withResidue && record.isInQuarantine {
            if wanted.contains(where: { $0.bound.overlaps(record.bound) }) { throw quarantined(record) }
        }
        let oids = sources.map(\.oid)
        let obstacles = try await connection.query(
            SQLResource(PackageResources.reshape_obstacles_sql).text, [table.oid, oids]
        ).map { try $0.decode(String.self, at: 0) }
        guard obstacles.isEmpty else {
            throw ReshapeError.obstacles(table: table.relation.quoted, obstacles.sorted())
        }
        guard
            let row = try await connection.query(
                SQLResource(PackageResources.reshape_structure_sql).text, [table.oid]
            ).first
        else { throw try await PartitionCatalog(connection).notPartitioned(table.relation) }
        var targets = wanted.map { ReshapeSpec.Target(name: $0.name, bound: $0.bound) }
        if withResidue, let residue = sources.first { targets.append(.init(name: residue.name, bound: nil)) }
        var found = sources.map {
            ReshapeSpec.Source(oid: $0.oid, schema: $0.schema, name: $0.name, definition: $0.definition)
        }
        var taken = try await PartitionCatalog(connection).takenNames(in: table.schema)
        taken.formUnion(wanted.map(\.name))
        for index in targets.indices {
            let name = targets[index].name
            guard let source = found.firstIndex(where: { $0.name == name && $0.schema == table.schema }) else {
                continue
            }
            let (aside, later) = (
                PartitionPlanner.freeName(name, "new", taken: taken),
                PartitionPlanner.freeName(name, "old", taken: taken)
            )
            targets[index].workName = aside
            found[source].laterName = later
            taken.formUnion([aside, later])
        }
        return ReshapeSpec(
            sources: found, targets: targets,
            identity: try await RowIdentity(
                of: oids, parent: table.oid, table: table.relation.quoted, connection),
            columns: try row.decode([String].self, "columns"), structure: try row.decode(String.self, "structure"),
            request: request, keepsSources: keepsSources, dropsEmptyDefault: dropsEmptyDefault)
    }
}

extension PartitionKey {
    /// An expression for the point of a column's value; NULL for none and for one that is infinite or beyond the axis. The name is quoted.
    func point(of column: String) -> String {
        switch kind {
        case .integer: "\(column)::bigint"
        case .date:
            "CASE WHEN \(kind.isOnAxis(column)) THEN (\(column) - date '1970-01-01')::bigint * 86400000000 END"
        case .timestamp, .timestamptz:
            "CASE WHEN \(kind.isOnAxis(column)) THEN (extract(epoch FROM \(column)) * 1000000)::bigint END"
        case .uuid: "('x' || left(replace(\(column)::text, '-', ''), 12))::bit(48)::bigint * 1000"
        }
    }
}
