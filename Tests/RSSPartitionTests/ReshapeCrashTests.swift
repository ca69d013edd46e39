import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// A drain is interrupted at every point there is; run again, it must have the result of an uninterrupted one, and aborted,
/// the state of before.
@Suite(.serialized) struct ReshapeCrashTests {
    private typealias Scenario = ReshapeScenario

    /// Changes of every kind, made at each point that is reached: they must be in the table afterwards, as made.
    private static func change(_ connection: PostgresConnection, _ point: Int) async throws {
        try await connection.executeScript(
            """
            SET lock_timeout = '10ms';
            DO $$ BEGIN
                INSERT INTO events (id, day, value) VALUES (\(5000 + point), date '2026-01-01' + \(point % 120), 5);
                UPDATE events SET value = value + 1 WHERE id = \(point % 400 + 1);
                UPDATE events SET day = day + 31, id = id + 10000 WHERE id = \((point * 7) % 400 + 1);
                DELETE FROM events WHERE id = \((point * 11) % 400 + 1);
            EXCEPTION WHEN lock_not_available THEN NULL; END $$
            """)
    }

    private func run(
        _ options: ConnectionOptions, breakingInAt fatal: Int?, named point: String? = nil, changing: Bool = false,
        _ work: @Sendable (Reshape) async throws -> ReshapeOutcome
    ) async throws -> (points: [String], failure: (any Error)?) {
        let connection = try await PostgresConnection.connect(options)
        let admin = try await PostgresConnection.connect(options)
        let pid = await connection.backendPID
        let points = Mutex<[String]>([])
        var failure: (any Error)?
        do {
            try await FaultPoint.$handler.withValue({ name in
                let count = points.withLock { points in
                    points.append(name)
                    return points.count
                }
                if changing { try await Self.change(admin, count) }
                if count == fatal || name == point {
                    try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid])
                }
            }) {
                _ = try await work(Scenario.reshape(connection))
            }
        } catch { failure = error }
        await connection.close()
        await admin.close()
        return (points.withLock { $0 }, failure)
    }

    private func prepared<T>(_ body: (ConnectionOptions) async throws -> T) async throws -> T {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(Scenario.make)
            await connection.close()
            return try await body(options)
        }
    }

    private func ask(_ options: ConnectionOptions, _ sql: String) async throws -> String? {
        let connection = try await PostgresConnection.connect(options)
        let value = try await connection.value(sql)
        await connection.close()
        return value
    }

    @Test func `a session lost at any point leaves nothing that the next run does not finish`() async throws {
        let drain: @Sendable (Reshape) async throws -> ReshapeOutcome = {
            try await $0.drain(Scenario.table, Scenario.options(), progress: .silent)
        }
        let (points, wanted) = try await prepared { options in
            let (points, failure) = try await run(options, breakingInAt: nil, drain)
            #expect(failure == nil, "\(String(describing: failure))")
            return (points, try await ask(options, Scenario.state))
        }
        #expect(points.count >= 30, "\(points)")
        try await concurrently(1...points.count) { fatal in
            try await prepared { options in
                let (_, failure) = try await run(options, breakingInAt: fatal, drain)
                let again = try await run(options, breakingInAt: nil, drain)
                #expect(
                    again.failure == nil, "point \(fatal), \(points[fatal - 1]): \(again.failure.map { "\($0)" } ?? "")"
                )
                #expect(try await ask(options, Scenario.state) == wanted, "point \(fatal), \(points[fatal - 1])")
                #expect(try await ask(options, Scenario.leftovers) == "", "point \(fatal), \(points[fatal - 1])")
                _ = failure
            }
        }
    }

    @Test func `aborted at any point, all is as it was; in use, it is too late`() async throws {
        let drain: @Sendable (Reshape) async throws -> ReshapeOutcome = {
            try await $0.drain(Scenario.table, Scenario.options(), progress: .silent)
        }
        let (points, before) = try await prepared { options in
            let before = try await ask(options, Scenario.state)
            return (try await run(options, breakingInAt: nil, drain).points, before)
        }
        let committed = (points.firstIndex(of: "reshape.committed") ?? 0) + 1
        try await concurrently(1..<committed) { fatal in
            try await prepared { options in
                let reached = try await run(options, breakingInAt: fatal, drain).points
                // A run that had to wait less often than the one that was counted gets further.
                if reached.contains("reshape.committed") { return }
                let aborted = try await run(options, breakingInAt: nil) {
                    try await $0.abort(Scenario.table, progress: .silent)
                }
                #expect(
                    aborted.failure == nil,
                    "point \(fatal), \(points[fatal - 1]): \(aborted.failure.map { "\($0)" } ?? "")")
                #expect(try await ask(options, Scenario.state) == before, "point \(fatal), \(points[fatal - 1])")
                #expect(try await ask(options, Scenario.leftovers) == "", "point \(fatal), \(points[fatal - 1])")
            }
        }
        try await prepared { options in
            _ = try await run(options, breakingInAt: nil, named: "reshape.committed", drain)
            let late = try await run(options, breakingInAt: nil) {
                try await $0.abort(Scenario.table, progress: .silent)
            }
            #expect(late.failure as? ReshapeError == .tooLateToAbort(table: "public.events", kind: "drain"))
        }
    }

    @Test func `what changes between any two steps is in the new partitions as it was made`() async throws {
        let comparison = """
            SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM events e
            """
        try await prepared { options in
            let connection = try await PostgresConnection.connect(options)
            // The same changes on a table without a drain show what the result must be.
            try await connection.executeScript("CREATE DATABASE plain_\(getpid()) TEMPLATE template0")
            var plain = options
            plain.keywords["dbname"] = "plain_\(getpid())"
            let other = try await PostgresConnection.connect(plain)
            try await other.executeScript(Scenario.make)
            let seen = Mutex(0)
            let worker = try await PostgresConnection.connect(options)
            try await FaultPoint.$handler.withValue({ name in
                // Under the locks of the swap, and of the trigger, no session gets through.
                if ["reshape.locked", "reshape.swapped", "reshape.capture", "reshape.clear", "reshape.abort"].contains(
                    name)
                {
                    return
                }
                let count = seen.withLock { seen in
                    seen += 1
                    return seen
                }
                for connection in [connection, other] { try await Self.change(connection, count) }
            }) {
                _ = try await Scenario.reshape(worker).drain(Scenario.table, Scenario.options(), progress: .silent)
            }
            #expect(seen.withLock { $0 } > 15)
            #expect(try await connection.value(comparison) == (try await other.value(comparison)))
            await other.close()
            try await connection.execute("DROP DATABASE plain_\(getpid())")
            await worker.close()
            await connection.close()
        }
    }

    @Test func `a table that is rewritten while it is copied is copied from the start, and TRUNCATE is refused`()
        async throws
    {
        try await prepared { options in
            let connection = try await PostgresConnection.connect(options)
            let worker = try await PostgresConnection.connect(options)
            let before = try await connection.value("SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM events e")
            let copied = Mutex(0)
            let truncated = Mutex("")
            try await FaultPoint.$handler.withValue({ name in
                guard name == "reshape.copied" else { return }
                let count = copied.withLock { copied in
                    copied += 1
                    return copied
                }
                if count == 2 { try await connection.execute("VACUUM FULL events_default") }
                do {
                    try await connection.execute("TRUNCATE events")
                } catch let error as PostgresError { truncated.withLock { $0 = error.sqlState?.rawValue ?? "" } }
            }) {
                _ = try await Scenario.reshape(worker).drain(Scenario.table, Scenario.options(), progress: .silent)
            }
            #expect(truncated.withLock { $0 } == "55006")
            #expect(
                try await connection.value("SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM events e") == before)
            await worker.close()
            await connection.close()
        }
    }

    @Test func `a column added meanwhile is detected before the swap`() async throws {
        try await prepared { options in
            let connection = try await PostgresConnection.connect(options)
            let worker = try await PostgresConnection.connect(options)
            let error = await #expect(throws: ReshapeError.self) {
                try await FaultPoint.$handler.withValue({ name in
                    if name == "reshape.built" {
                        try await connection.execute("ALTER TABLE events ADD COLUMN more int")
                    }
                }) {
                    _ = try await Scenario.reshape(worker).drain(Scenario.table, Scenario.options(), progress: .silent)
                }
            }
            #expect(error?.report.code == "RSS-PARTITION-024")
            _ = try await Scenario.reshape(worker).abort(Scenario.table, progress: .silent)
            #expect(try await connection.value(Scenario.leftovers) == "")
            await worker.close()
            await connection.close()
        }
    }

    @Test func `a referenced row can be deleted as soon as nothing in the table references it, whatever copies do`()
        async throws
    {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                CREATE TABLE owners (a int, b text, PRIMARY KEY (a, b));
                CREATE TABLE events (id bigint, day date, owner int, owner_b text, PRIMARY KEY (id, day),
                    CONSTRAINT "own""er" FOREIGN KEY (owner, owner_b) REFERENCES owners,
                    FOREIGN KEY (owner, owner_b) REFERENCES owners ON DELETE CASCADE) PARTITION BY RANGE (day);
                CREATE TABLE events_default PARTITION OF events DEFAULT;
                INSERT INTO owners SELECT g, 'b' FROM generate_series(1, 100) g;
                INSERT INTO events SELECT g, date '2026-01-01' + g % 59, g % 100 + 1, 'b' FROM generate_series(1, 1000) g;
                """)
            let worker = try await PostgresConnection.connect(options)
            let seen = Mutex<[String]>([])
            var drain = Scenario.options()
            drain.readableUnderLock = 0
            try await FaultPoint.$handler.withValue({ name in
                if ["reshape.locked", "reshape.swapped", "reshape.capture", "reshape.clear"].contains(name) { return }
                // Each point three times: on a busy machine a run catches up again and again, and there are 100 owners.
                let count = seen.withLock { seen -> Int? in
                    guard seen.count(where: { $0 == name }) < 3 else { return nil }
                    seen.append(name)
                    return seen.count
                }
                guard let n = count else { return }
                // Deleted, and its owner with it; moved to another owner, and the former one deleted; an owner deleted and
                // made again in one transaction, under rows that stay.
                try await connection.executeScript(
                    """
                    SET lock_timeout = '1s';
                    DELETE FROM events WHERE owner = \(n * 2); DELETE FROM owners WHERE a = \(n * 2);
                    UPDATE events SET owner = 100 WHERE owner = \(n * 2 + 1); UPDATE owners SET a = -a WHERE a = \(n * 2 + 1);
                    """)
            }) {
                _ = try await Scenario.reshape(worker).drain(Scenario.table, drain, progress: .silent)
            }
            let n = seen.withLock { $0.count }
            #expect(seen.withLock { $0.contains("reshape.key") && $0.contains("reshape.built") } && n < 50)
            #expect(
                try await connection.value("SELECT count(*) FROM events")
                    == "\(1000 - 10 * n)")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM events e LEFT JOIN owners o ON (a, b) = (owner, owner_b) WHERE a IS NULL")
                    == "0")
            #expect(try await connection.value("SELECT count(*) FROM events WHERE owner = 100") == "\(10 * n + 10)")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND conrelid = 'events_2026_01'::regclass AND conparentid <> 0"
                ) == "2")
            #expect(try await connection.value(Scenario.leftovers) == "")
            await worker.close()
            await connection.close()
        }
    }
}
