import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// What a running application observes while partitions are retired, archived and reattached.
@Suite struct LivePartitionTests {
    /// Writers and readers of a table, each on a session of its own, until they are stopped.
    private final class Application: Sendable {
        /// An error of a statement of the application.
        struct Failure: Sendable {
            var statement: String
            var state: SQLState?
            var message: String
        }

        private let isOver = Mutex(false)
        private let failed = Mutex<[Failure]>([])
        private let written = Mutex<[String: Int]>([:])

        var failures: [Failure] { failed.withLock { $0 } }

        /// Rows that were committed, by the kind of writer.
        func committed(_ kind: String) -> Int { written.withLock { $0[kind] ?? 0 } }

        /// Runs statements in turn beside some work.
        func run(
            _ clients: [(kind: String, statement: @Sendable (Int) -> String)], _ options: ConnectionOptions,
            beside work: () async throws -> Void
        ) async throws {
            let tasks = clients.enumerated().map { place, client in
                Task {
                    let connection = try await PostgresConnection.connect(options)
                    var number = place * 10_000_000
                    while !isOver.withLock({ $0 }) {
                        number += 1
                        let statement = client.statement(number)
                        do {
                            _ = try await connection.query(statement)
                            written.withLock { $0[client.kind, default: 0] += 1 }
                        } catch let error as PostgresError {
                            failed.withLock {
                                $0.append(Failure(statement: statement, state: error.sqlState, message: error.message))
                            }
                        }
                    }
                    await connection.close()
                }
            }
            let result: Result<Void, any Error>
            do {
                for (kind, _) in clients {
                    let isBusy = try await eventually { committed(kind) > 20 }
                    #expect(isBusy, "\(kind)")
                }
                result = .success(try await work())
            } catch { result = .failure(error) }
            isOver.withLock { $0 = true }
            for task in tasks { try await task.value }
            try result.get()
        }
    }

    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE ev (id bigint, d date NOT NULL, v text) PARTITION BY RANGE (d);
            CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            CREATE TABLE ev_3 PARTITION OF ev FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
            CREATE TABLE ev_def PARTITION OF ev DEFAULT;
            INSERT INTO ev SELECT -g, date '2026-01-01' + g % 85, 'old' FROM generate_series(1, 1000) g;
            """)
    }

    @Test func `undo succeeds while the application writes into the range, and loses no row`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make(connection)
            let run = RetirementRun(
                connection, lockPolicy: LockPolicy(timeout: .milliseconds(100), budget: .seconds(30)),
                runID: UUID().uuidString, progress: .silent)
            let before = try await connection.value("SELECT count(*) FROM ev_1") ?? ""
            for round in 0..<3 {
                _ = try await run.retire([ArchiveScenario.name("ev_1")], quarantineDays: 7, isDryRun: false)
                let application = Application()
                let writer: @Sendable (Int) -> String = {
                    "INSERT INTO ev VALUES (\($0), '2026-01-15', 'round \(round)')"
                }
                try await application.run(
                    [("writer", writer), ("writer", writer), ("writer", writer)], options
                ) { _ = try await run.undo(ArchiveScenario.name("ev_1"), isDryRun: false) }
                #expect(application.failures.isEmpty, "\(application.failures.prefix(3))")
                let rows = try await connection.value("SELECT count(*) FROM ev_1 WHERE v = 'round \(round)'")
                #expect(rows == "\(application.committed("writer"))")
                #expect(try await connection.value("SELECT count(*) FROM ev_1 WHERE v = 'old'") == before)
                try await connection.execute("DELETE FROM ev WHERE v LIKE 'round%'")
            }
            await connection.close()
        }
    }

    /// With a default partition that is read under the lock, and one for which a constraint is validated in advance.
    @Test(arguments: [1, 300_000]) func `undo succeeds when rows are inserted after its check for them`(rows: Int)
        async throws
    {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await make(connection)
            try await connection.execute(
                "INSERT INTO ev SELECT g, '2027-01-01', 'far' FROM generate_series(1, $1) g", [rows])
            let run = RetireScenario.run(connection)
            _ = try await run.retire([ArchiveScenario.name("ev_1")], quarantineDays: 7, isDryRun: false)
            let before = try await connection.value("SELECT count(*) FROM ev_1") ?? ""
            let points = Mutex<[String]>([])
            try await FaultPoint.$handler.withValue({ name in
                points.withLock { $0.append(name) }
                if name == "undo.looked" { try await other.execute("INSERT INTO ev VALUES (2, '2026-01-20', 'late')") }
            }) { _ = try await run.undo(ArchiveScenario.name("ev_1"), isDryRun: false) }
            #expect(points.withLock { $0.contains("guard.raised") } == (rows > 1))
            #expect(try await connection.value("SELECT count(*) FROM ev_1 WHERE v = 'late'") == "1")
            #expect(try await connection.value("SELECT count(*) FROM ev_1 WHERE v = 'old'") == before)
            #expect(
                try await connection.value("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'rssctl%'") == "0")
            await other.close()
            await connection.close()
        }
    }

    @Test func `a guard whose validation fails is dropped, and its rows are drained by the next run`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make(connection)
            try await connection.execute("INSERT INTO ev VALUES (1, '2027-01-01', 'far')")
            let table = try await PartitionCatalog(connection).table(ArchiveScenario.name("ev"))
            let bound = Partition.Bound(
                lower: table.partitions[2].bound?.upper,
                upper: table.partitions[2].bound?.upper.map { $0 + 86_400_000_000 })
            let defaultGuard = try #require(try await DefaultGuard(table, bounds: [bound], readable: 0, connection))
            try await connection.execute("INSERT INTO ev VALUES (2, '2026-04-01', 'in the way')")
            await #expect(throws: PostgresError.self) { try await defaultGuard.raise(LockPolicy(), .silent) }
            #expect(
                try await connection.value("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'rssctl%'") == "0")
            await connection.close()
        }
    }

    /// Three writers and two readers; January is retired on purpose, and only its rows may be affected by that.
    @Test func `writers and readers get no error outside what is retired, while all the verbs run`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make(connection)
            var policy = PartitionPolicy(table: ArchiveScenario.name("ev"), column: "d", premake: 1)
            policy.quarantineDays = 7
            try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
            let lockPolicy = LockPolicy(timeout: .milliseconds(100), budget: .seconds(30))
            let run = RetirementRun(
                connection, lockPolicy: lockPolicy, runID: UUID().uuidString, observer: options, progress: .silent)
            let at = try Date("2026-03-15T12:00:00Z", strategy: .iso8601)
            let application = Application()
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                try await application.run(
                    [
                        ("march", { "INSERT INTO ev VALUES (\($0), '2026-03-10', 'march')" }),
                        ("february", { "INSERT INTO ev VALUES (\($0), '2026-02-10', 'february')" }),
                        (
                            "update",
                            { "UPDATE ev SET v = 'changed \($0)' WHERE id = \(-1 - $0 % 1000) AND d >= '2026-02-01'" }
                        ),
                        ("reader", { _ in "SELECT count(*), max(id) FROM ev WHERE d >= '2026-02-01'" }),
                        ("reader", { "SELECT * FROM ev WHERE id = \(-1 - $0 % 1000)" }),
                    ], options
                ) {
                    for round in 0..<3 {
                        try FileManager.default.createDirectory(
                            atPath: "\(folder)/\(round)", withIntermediateDirectories: true)
                        _ = try await PartitionArchiver(
                            connection, lockPolicy: lockPolicy, runID: UUID().uuidString, second: options
                        ).archive(ArchiveScenario.name("ev_2"), to: "\(folder)/\(round)", progress: .silent)
                        _ = try await run.retire([ArchiveScenario.name("ev_1")], quarantineDays: 7, isDryRun: false)
                        let kept = try await RetireScenario.maintain(connection, "ev", at: at)
                        #expect(kept.errors.isEmpty, "\(kept)")
                        _ = try await run.undo(ArchiveScenario.name("ev_1"), isDryRun: false)
                    }
                }
            }
            #expect(application.failures.isEmpty, "\(application.failures.prefix(3))")
            for month in ["march", "february"] {
                let rows = try await connection.value("SELECT count(*) FROM ev WHERE v = '\(month)'")
                #expect(rows == "\(application.committed(month))")
            }
            #expect(try await connection.value("SELECT count(*) FROM ev WHERE id < 0") == "1000")
            await connection.close()
        }
    }
}
