import Foundation
import PostgresClient
import RSSModel
import RSSPartition
import Synchronization
import TestSupport
import Testing

@testable import RSSCore

/// Writers and readers at work while a default partition is drained: no row is ever missing, no write is lost.
@Suite(.serialized) struct ReshapeLedgerTests {
    /// One writer's rows, as the last acknowledged write left them: id, day, value.
    private static func write(
        _ options: ConnectionOptions, _ number: Int, until isOver: @Sendable () -> Bool
    ) async throws -> [Int: (day: Int, value: Int)] {
        let connection = try await PostgresConnection.connect(options)
        var random = SystemRandomNumberGenerator()
        var rows: [Int: (day: Int, value: Int)] = [:]
        var next = 1_000_000 * number
        while !isOver() {
            let day = Int.random(in: 0..<700, using: &random)
            let value = Int.random(in: 0..<1000, using: &random)
            let victim = rows.keys.randomElement()
            switch (Int.random(in: 0..<10, using: &random), victim) {
            case (0..<3, let id?):
                try await connection.execute(
                    "UPDATE events SET day = date '2025-01-01' + $1::int WHERE id = $2::bigint", [day, id])
                rows[id]?.day = day
            case (3..<5, let id?):
                try await connection.execute("UPDATE events SET value = $1::int WHERE id = $2::bigint", [value, id])
                rows[id]?.value = value
            case (5, let id?):
                try await connection.execute("DELETE FROM events WHERE id = $1::bigint", [id])
                rows[id] = nil
            default:
                next += 1
                try await connection.execute(
                    "INSERT INTO events VALUES ($1::bigint, date '2025-01-01' + $2::int, $3::int)", [next, day, value])
                rows[next] = (day, value)
            }
        }
        await connection.close()
        return rows
    }

    @Test func `nothing is invisible and nothing lost while a default partition is drained`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                CREATE TABLE events (id bigint, day date, value int NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE events_default PARTITION OF events DEFAULT;
                INSERT INTO events SELECT g, date '2025-01-01' + g % 700, g FROM generate_series(1, 20000) g;
                """)
            let over = Mutex(false)
            let isOver: @Sendable () -> Bool = { over.withLock { $0 } }
            try await withThrowingTaskGroup(of: (rows: [Int: (day: Int, value: Int)], low: Int64).self) { group in
                for number in 1...4 {
                    group.addTask { (try await Self.write(options, number, until: isOver), 20000) }
                }
                group.addTask {
                    let reader = try await PostgresConnection.connect(options)
                    var lowest: Int64 = .max
                    while !isOver() {
                        let count = try await reader.query("SELECT count(*) FROM events WHERE id < 1000000").first?
                            .decode(Int64.self, at: 0)
                        lowest = min(lowest, count ?? 0)
                    }
                    await reader.close()
                    return ([:], lowest)
                }
                var drain = ReshapeScenario.options()
                drain.batch = 2000
                drain.pause = .milliseconds(20)
                let outcome = try await ReshapeScenario.reshape(connection, budget: .seconds(60)).drain(
                    ReshapeScenario.table, drain, progress: .silent)
                #expect(outcome.parts.count >= 20)
                try await Task.sleep(for: .milliseconds(100))
                over.withLock { $0 = true }
                var wanted: [Int: (day: Int, value: Int)] = [:]
                for try await result in group {
                    #expect(result.low == 20000)
                    wanted.merge(result.rows) { first, _ in first }
                }
                var found: [Int: (day: Int, value: Int)] = [:]
                for row in try await connection.query(
                    "SELECT id, day - date '2025-01-01', value FROM events WHERE id > 1000000")
                {
                    let (id, day, value) = try row.decode(Int.self, Int.self, Int.self)
                    #expect(found[id] == nil)
                    found[id] = (day, value)
                }
                #expect(!wanted.isEmpty && found.count == wanted.count)
                for (id, row) in wanted { #expect(found[id].map { $0 == row } == true, "\(id)") }
                #expect(
                    try await connection.value(
                        "SELECT count(*), sum(value)::text || min(day) FROM events WHERE id < 1000000 HAVING count(*) = 20000"
                    )
                        == "20000")
            }
            #expect(try await connection.value(ReshapeScenario.leftovers) == "")
            await connection.close()
        }
    }
}
