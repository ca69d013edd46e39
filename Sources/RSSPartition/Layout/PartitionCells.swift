import Foundation
import PostgresClient

/// The cells of a policy on the axis of its table's key: of the wall clock of the policy's zone, as the server knows it.
struct PartitionCells: Sendable {
    let policy: PartitionPolicy
    let key: PartitionKey
    let connection: PostgresConnection

    /// The cells of the instants that the numbers of an epoch key count; nil for every other key.
    private var epoch: (unit: EpochUnit, clock: PartitionCells)? {
        guard key.kind == .integer, let unit = policy.epoch else { return nil }
        var (policy, key) = (self.policy, self.key)
        policy.epoch = nil
        key.kind = .timestamptz
        return (unit, PartitionCells(policy: policy, key: key, connection: connection))
    }

    /// An hour has the same length everywhere, whatever the clocks show: the hours are those of UTC, so that none is
    /// missing or twofold when the clocks change.
    private var needsZone: Bool {
        guard key.kind == .timestamptz || key.kind == .uuid else { return false }
        return policy.interval != .hour && policy.timeZone != "UTC"
    }

    /// The point that counts as now: the clock's, or the highest number of an integer key.
    func now(_ date: Date, of table: PartitionedTable) async throws -> Int64 {
        if let (unit, clock) = epoch { return unit.number(try await clock.now(date, of: table)) }
        guard key.kind == .integer else {
            let instant = Int64((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
            // What a column without a zone calls today is the day of the policy's zone.
            return key.kind == .timestamptz || key.kind == .uuid || policy.timeZone == "UTC"
                ? instant : try await local([instant]).first ?? instant
        }
        return try await HighestNumber(in: table, step: policy.interval.approximateLength, connection).value
    }

    /// The cells that hold the points from one up to but not including another, in order, and no more than a limit.
    func cells(from first: Int64, to end: Int64, limit: Int = .max) async throws -> [PartitionCell] {
        if let (unit, clock) = epoch {
            return try await clock.cells(from: unit.instant(first), to: unit.instant(end), limit: limit)
                .map(unit.numbers)
        }
        let grid = PartitionGrid(policy.interval)
        guard needsZone else { return grid.cells(from: first, to: end, limit: limit) }
        // A cell more on both sides: where clocks were put back, the wall clock of a later point is earlier.
        let wall = try await local([first, end])
        let cells = grid.cells(
            from: grid.start(of: wall[0], adding: -1), to: grid.start(of: wall[1], adding: 2),
            limit: limit > .max - 3 ? .max : limit + 3)
        return Array(
            try await instants(of: cells).filter { $0.upper > first && $0.lower < end }.prefix(limit))
    }

    /// The cell that holds a point, and the one that many cells after it.
    func span(around point: Int64, ahead: Int) async throws -> (first: Int64, end: Int64) {
        if let (unit, clock) = epoch {
            let span = try await clock.span(around: unit.instant(point), ahead: ahead)
            return (unit.number(span.first), unit.number(span.end))
        }
        let grid = PartitionGrid(policy.interval)
        guard needsZone else { return (grid.start(of: point), grid.start(of: point, adding: ahead + 1)) }
        let wall = try await local([point])[0]
        let cells = try await instants(
            of: grid.cells(from: grid.start(of: wall, adding: -1), to: .max, limit: ahead + 4))
        let index = cells.firstIndex { $0.lower <= point && point < $0.upper } ?? 0
        return (cells[index].lower, cells[min(index + ahead, cells.count - 1)].upper)
    }

    /// The start of the cell that many cells before the one that holds a point.
    func start(before point: Int64, by count: Int) async throws -> Int64 {
        if let (unit, clock) = epoch {
            return unit.number(try await clock.start(before: unit.instant(point), by: count))
        }
        let grid = PartitionGrid(policy.interval)
        guard needsZone else { return grid.start(of: point, adding: -count) }
        let wall = grid.start(of: try await local([point])[0], adding: -count)
        return try await instants([wall])[0]
    }

    /// The point whose cell and all later ones are retained: by the server's own arithmetic of intervals, on the wall clock of
    /// the policy's zone.
    func cutoff(_ retention: PartitionRetention, now: Int64) async throws -> Int64 {
        if let (unit, clock) = epoch {
            return unit.number(try await clock.cutoff(retention, now: unit.instant(now)))
        }
        // What reaches beyond the axis is kept indefinitely.
        let (least, overflows) = now.subtractingReportingOverflow(retention.longest)
        guard let interval = retention.interval else { return overflows ? .min : least }
        guard !overflows, least > Self.first else { return .min }
        let wall = needsZone ? try await local([now])[0] : min(now, Self.last)
        let before = try await connection.query(
            """
            SELECT (extract(epoch FROM timestamp '1970-01-01' + $1::bigint * interval '1 microsecond' - $2::interval)
                    * 1000000)::bigint
            """, [wall, interval]
        ).first?.decode(Int64.self, at: 0)
        guard let before else { return .min }
        return needsZone ? try await instants([before])[0] : before
    }

    /// Cells of the wall clock as cells of instants. One that the clocks leave out altogether, as a day was in Samoa in
    /// 2011, has no length and is left out.
    private func instants(of cells: [PartitionCell]) async throws -> [PartitionCell] {
        guard let last = cells.last else { return [] }
        let points = try await instants(cells.map(\.lower) + [last.upper])
        return zip(cells, zip(points, points.dropFirst())).compactMap { cell, bound in
            bound.0 < bound.1 ? PartitionCell(lower: bound.0, upper: bound.1, suffix: cell.suffix) : nil
        }
    }

    /// The first instants at which the clocks show what is asked for, or, where they leave it out, the next that they do.
    ///
    /// Of a time that is shown twice, AT TIME ZONE gives the second; a day that begins at such a midnight would lose its
    /// first hour.
    private func instants(_ wall: [Int64]) async throws -> [Int64] {
        try await convert(
            """
            extract(epoch FROM CASE WHEN earlier < late AND earlier AT TIME ZONE $2 = wall THEN earlier ELSE late END)
            """,
            """
            CROSS JOIN LATERAL (SELECT timestamp '1970-01-01' + p * interval '1 microsecond' AS wall) w
            CROSS JOIN LATERAL (SELECT wall AT TIME ZONE $2 AS late) l
            CROSS JOIN LATERAL (
                SELECT late - (((late - interval '1 day') AT TIME ZONE $2) + interval '1 day' - wall) AS earlier
            ) e
            """, wall)
    }

    private func local(_ instants: [Int64]) async throws -> [Int64] {
        try await convert(
            "extract(epoch FROM (timestamptz '1970-01-01 00:00+00' + p * interval '1 microsecond') AT TIME ZONE $2)",
            "",
            instants)
    }

    /// What the server can turn from one clock to another: what lies beyond is beyond all rows as well.
    private static let first: Int64 = -210_000_000_000_000_000
    private static let last: Int64 = 9_000_000_000_000_000_000

    private func convert(_ expression: String, _ joins: String, _ points: [Int64]) async throws -> [Int64] {
        try await connection.query(
            """
            SELECT (\(expression) * 1000000)::bigint FROM unnest($1::bigint[]) WITH ORDINALITY AS u (p, n) \(joins) ORDER BY n
            """,
            [points.map { min(max($0, Self.first), Self.last) }, policy.timeZone]
        ).map { try $0.decode(Int64.self, at: 0) }
    }
}
