import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

private func instant(_ text: String) -> Int64 {
    Int64((try? Date(text, strategy: .iso8601))?.timeIntervalSince1970 ?? 0) * 1_000_000
}

private let span = (from: instant("2020-01-01T00:00:00Z"), to: instant("2036-01-01T00:00:00Z"))

@Suite struct PartitionGridTests {
    @Test(arguments: PartitionInterval.ofTime + [.step(1), .step(7), .step(1_000_000)])
    func `every point is in one cell, and each cell ends where the next begins`(interval: PartitionInterval) {
        let grid = PartitionGrid(interval)
        let end = interval == .hour ? instant("2021-01-01T00:00:00Z") : span.to
        let cells =
            interval.isTime
            ? grid.cells(from: span.from, to: end) : grid.cells(from: -5_000_000, to: 5_000_000, limit: 5000)
        #expect(cells.count > 10 && (cells[0].lower...span.from).contains(span.from) || !interval.isTime)
        for (cell, next) in zip(cells, cells.dropFirst()) {
            #expect(cell.lower < cell.upper && cell.upper == next.lower)
            #expect(grid.start(of: cell.lower) == cell.lower && grid.start(of: cell.upper - 1) == cell.lower)
            #expect(grid.start(of: next.lower, adding: -1) == cell.lower)
        }
        #expect(Set(cells.map(\.suffix)).count == cells.count)
    }

    @Test func `the ends of the axis are handled`() {
        for interval in PartitionInterval.ofTime + [.step(10)] {
            let grid = PartitionGrid(interval)
            for point in [Int64.min, Int64.min + 1, -1, 0, Int64.max - 1, Int64.max] {
                _ = grid.start(of: point)
                _ = grid.start(of: point, adding: 1000)
                _ = grid.cells(from: point, to: .max, limit: 3)
            }
        }
    }

    @Test func `names show what a partition holds`() {
        let day = instant("2026-11-05T00:00:00Z")
        let names = PartitionInterval.ofTime.map {
            PartitionGrid($0).cells(from: day + 13 * 3_600_000_000, to: .max, limit: 1)[0].suffix
        }
        #expect(names == ["2026_11_05_13", "2026_11_05", "2026_11_02", "2026_11", "2026_q4", "2026"])
        #expect(PartitionGrid(.step(1000)).cells(from: -1, to: 1).map(\.suffix) == ["m1000", "0"])
    }

    @Test func `literals are exact, also before Christ and for UUIDs`() {
        func text(_ kind: PartitionKey.Kind, _ point: Int64) -> String {
            PartitionKey(column: "x", kind: kind).text(point)
        }
        #expect(text(.date, instant("2026-11-05T00:00:00Z")) == "2026-11-05")
        #expect(text(.timestamp, instant("2026-11-05T01:02:03Z") + 4) == "2026-11-05 01:02:03.000004")
        #expect(text(.timestamptz, -1) == "1969-12-31 23:59:59.999999+00")
        #expect(text(.timestamptz, -63_000_000_000_000_000) == "0028-08-11 08:00:00+00 BC")
        #expect(text(.integer, -7) == "-7")
        #expect(text(.uuid, instant("2026-11-05T00:00:00Z")) == "01a1a901-5800-0000-0000-000000000000")
        #expect(text(.uuid, -1) == "00000000-0000-0000-0000-000000000000")
    }

    @Test func `a retention is a number of units, or of numbers`() {
        for text in ["24 months", "1 year", "90 days", "5000"] {
            #expect(PartitionRetention(text)?.description == text)
        }
        for text in ["", "months", "0 days", "-1 days", "1 fortnight", "1 2 3"] {
            #expect(PartitionRetention(text) == nil)
        }
    }
}

@Suite struct PartitionZoneTests {
    private func cells(
        _ interval: PartitionInterval, _ zone: String, _ kind: PartitionKey.Kind, _ connection: PostgresConnection
    ) -> PartitionCells {
        let table = RelationName(schema: "public", name: "t")
        return PartitionCells(
            policy: PartitionPolicy(table: table, column: "at", interval: interval, timeZone: zone),
            key: PartitionKey(column: "at", kind: kind), connection: connection)
    }

    /// Every zone that the server knows, for sixteen years: the cells follow each other, and each but those of hours
    /// begins at the first instant of its day.
    @Test func `in no zone is there a gap, an overlap, or a day that begins elsewhere than at its first instant`()
        async throws
    {
        try await withConnection { connection in
            // Names of zones whose clocks agree every ten days are one zone's.
            let zones = try await connection.query(
                """
                SELECT min(name) FROM (
                    SELECT name, string_agg((at AT TIME ZONE name)::text, ' ' ORDER BY at) AS clocks
                    FROM pg_timezone_names, generate_series(timestamptz '2020-01-01', '2036-01-01', '10 days') AS at
                    WHERE name NOT LIKE 'posix%' AND name NOT LIKE 'right%' GROUP BY name) AS zones
                GROUP BY clocks ORDER BY 1
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(zones.count > 60)
            for zone in zones {
                for interval in PartitionInterval.ofTime where interval != .hour {
                    let cells = try await cells(interval, zone, .timestamptz, connection).cells(
                        from: span.from, to: span.to)
                    #expect(
                        cells[0].lower <= span.from && cells[cells.count - 1].upper >= span.to, "\(zone) \(interval)")
                    let isWhole = zip(cells, cells.dropFirst()).allSatisfy {
                        $0.lower < $0.upper && $0.upper == $1.lower
                    }
                    #expect(isWhole, "\(zone) \(interval)")
                }
                // The days hold the beginnings of all the others.
                let days = try await cells(.day, zone, .timestamptz, connection).cells(from: span.from, to: span.to)
                let wrong = try await connection.query(
                    """
                    SELECT p FROM unnest($1::bigint[]) p
                    CROSS JOIN LATERAL (SELECT timestamptz '1970-01-01 00:00+00' + p * interval '1 microsecond' AS t) x
                    WHERE (t AT TIME ZONE $2)::date = ((t - interval '1 microsecond') AT TIME ZONE $2)::date
                    """, [days.map(\.lower), zone])
                #expect(wrong.isEmpty, "\(zone)")
            }
        }
    }

    @Test func `bounds are the same from whatever zone they are made and read`() async throws {
        try await withConnection { connection in
            for (index, kind) in ["timestamptz", "timestamp", "date", "uuid"].enumerated() {
                for interval in PartitionInterval.ofTime where kind != "date" || interval != .hour {
                    let name = RelationName(schema: "public", name: "t\(index)_\(interval)")
                    try await connection.execute(
                        "CREATE TABLE \(name.quoted) (at \(kind) NOT NULL, x int) PARTITION BY RANGE (at)")
                    let policy = PartitionPolicy(
                        table: name, column: "at", interval: interval, timeZone: "America/New_York", premake: 3)
                    let now = Date(timeIntervalSince1970: 1_793_509_200)
                    var tables: [PartitionedTable] = []
                    for zone in ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"] {
                        try await connection.execute("SET TimeZone = '\(zone)'")
                        try await connection.execute("SET DateStyle = 'German'")
                        let plan = try await MaintenancePlanner(connection: connection).plan(policy, at: now)
                        if tables.isEmpty {
                            #expect(plan.operations.count == 4)
                            for statement in plan.operations.flatMap(\.statements) {
                                try await connection.execute(statement)
                            }
                        } else {
                            #expect(plan.operations.isEmpty, "\(kind) \(interval) \(zone)")
                        }
                        tables.append(try await PartitionCatalog(connection).table(name))
                    }
                    #expect(tables.allSatisfy { $0.partitions.map(\.bound) == tables[0].partitions.map(\.bound) })
                    #expect(tables[0].partitions.count == 4)
                }
            }
        }
    }

    /// Where PostgreSQL's own subtraction of the interval ends, at every day of four years with a leap day among them.
    @Test func `what is retained begins where PostgreSQL subtracts to, on month ends and leap days too`() async throws {
        try await withConnection { connection in
            func cutoff(_ retention: String, _ now: String, _ zone: String = "UTC") async throws -> String {
                let cells = cells(.month, zone, zone == "UTC" ? .date : .timestamptz, connection)
                let kept = try #require(PartitionRetention(retention))
                return cells.key.text(try await cells.cutoff(kept, now: instant(now)))
            }
            #expect(try await cutoff("33 months", "2026-11-30T01:00:00Z") == "2024-02-29")
            #expect(try await cutoff("24 months", "2026-11-24T00:00:00Z") == "2024-11-24")
            #expect(try await cutoff("1 month", "2026-03-31T00:00:00Z") == "2026-02-28")
            #expect(try await cutoff("1 month", "2024-03-31T23:59:59Z") == "2024-02-29")
            #expect(try await cutoff("1 year", "2024-02-29T00:00:00Z") == "2023-02-28")
            #expect(try await cutoff("4 quarters", "2024-02-29T00:00:00Z") == "2023-02-28")
            #expect(try await cutoff("90 days", "2026-11-24T00:00:00Z") == "2026-08-26")
            #expect(try await cutoff("2 weeks", "2026-11-24T00:00:00Z") == "2026-11-10")
            // Midnight of Berlin on the 31st, which is the evening of the 30th in UTC.
            #expect(
                try await cutoff("1 month", "2026-03-30T22:00:00Z", "Europe/Berlin") == "2026-02-27 23:00:00+00")
            for unit in ["hour", "day", "week", "month", "quarter", "year"] {
                let retention = try #require(PartitionRetention("7 \(unit)s"))
                for zone in ["UTC", "Europe/Berlin"] {
                    let cells = cells(.month, zone, .timestamptz, connection)
                    let days = try await connection.query(
                        """
                        SELECT (extract(epoch FROM at) * 1000000)::bigint,
                               (extract(epoch FROM ((at AT TIME ZONE $1) - $2::interval) AT TIME ZONE $1) * 1000000)::bigint
                        FROM generate_series(timestamptz '2023-12-01 12:00+00', '2024-04-02 12:00+00', '1 day') AS at
                        """, [zone, retention.interval]
                    ).map { try $0.decode(Int64.self, Int64.self) }
                    for (now, expected) in days {
                        #expect(try await cells.cutoff(retention, now: now) == expected, "\(unit) \(zone) \(now)")
                    }
                }
            }
            let numbers = cells(.step(10), "UTC", .integer, connection)
            #expect(try await numbers.cutoff(try #require(PartitionRetention("5000")), now: 12_000) == 7000)
            for text in [
                "99999999999999 days", "9223372036854775807 years", "9223372036854775807 quarters", "10000 years",
            ] {
                let retention = try #require(PartitionRetention(text))
                for now in [Int64.min, -5, 1_795_000_000_000_000] {
                    for zone in ["UTC", "Europe/Berlin"] {
                        let cells = cells(.month, zone, .timestamptz, connection)
                        #expect(try await cells.cutoff(retention, now: now) == .min, "\(text) before \(now)")
                    }
                }
            }
        }
    }

    @Test func `the hour that a clock shows twice is covered like any other`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE hours (at timestamptz NOT NULL) PARTITION BY RANGE (at)")
            let policy = PartitionPolicy(
                table: RelationName(schema: "public", name: "hours"), column: "at", interval: .hour,
                timeZone: "Europe/Berlin", premake: 12)
            let maintenance = PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let now = try Date("2026-10-24T20:30:00Z", strategy: .iso8601)
            _ = try await maintenance.apply(try await maintenance.plan(policy, at: now), progress: .silent)
            try await connection.execute(
                """
                INSERT INTO hours SELECT generate_series(timestamptz '2026-10-24 20:00+00', '2026-10-25 08:59+00', '1 minute')
                """)
            #expect(try await connection.value("SELECT count(DISTINCT tableoid) FROM hours") == "13")
        }
    }
}
