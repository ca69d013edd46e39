import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct PartitionIndexTests {
    private static let sql = "CREATE INDEX t_x ON t (lower(x), id DESC) WHERE t.id > 5"

    private func run(
        _ connection: PostgresConnection, dryRun: Bool = false, budget: Duration = .seconds(20)
    ) -> PartitionIndexRun {
        PartitionIndexRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: budget), runID: UUID().uuidString,
            isDryRun: dryRun)
    }

    private func name(_ name: String) -> RelationName { RelationName(schema: "public", name: name) }

    /// A table of twelve months with some rows.
    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE t (id int NOT NULL, x text, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
            DO $$ BEGIN FOR i IN 0..11 LOOP
                EXECUTE format('CREATE TABLE t_%s PARTITION OF t FOR VALUES FROM (%L) TO (%L)', to_char(i, 'FM00'),
                    date '2026-01-01' + i * interval '1 month', date '2026-01-01' + (i + 1) * interval '1 month');
            END LOOP; END $$;
            INSERT INTO t SELECT g, 'x' || g, date '2026-01-01' + g % 365 FROM generate_series(1, 3650) g;
            """)
    }

    private func valid(_ connection: PostgresConnection, _ index: String = "t_x") async throws -> String? {
        try await connection.value(
            """
            SELECT format('%s %s %s', bool_and(i.indisvalid), count(*), (SELECT count(*) FROM pg_index WHERE NOT indisvalid))
            FROM pg_partition_tree(to_regclass('\(index)')) t JOIN pg_index i ON i.indexrelid = t.relid
            """)
    }

    /// Ends a run at the n-th point of a name that it reaches.
    private func broken(at point: String, after count: Int, _ work: @Sendable () async throws -> Void) async throws {
        let counter = Counter()
        await #expect(throws: Broken.self) {
            try await FaultPoint.$handler.withValue({ name in
                if name == point, await counter.next() == count { throw Broken() }
            }) { try await work() }
        }
    }

    private struct Broken: Error {}

    private actor Counter {
        private var value = 0
        func next() -> Int {
            value += 1
            return value
        }
    }

    @Test(arguments: [("index.parent", 1), ("index.built", 1), ("index.built", 7), ("index.attached", 12)])
    func `an index is built on every partition, and an interrupted build is resumed`(point: String, count: Int)
        async throws
    {
        try await withConnection { connection in
            try await make(connection)
            // One partition has it already, under a name of its own.
            try await connection.execute("CREATE INDEX mine ON t_03 (lower(x), id DESC) WHERE id > 5")
            try await broken(at: point, after: count) {
                _ = try await run(connection).create(Self.sql, progress: .silent)
            }
            let outcome = try await run(connection).create(Self.sql, progress: .silent)
            #expect(try await valid(connection) == "t 13 0")
            #expect(outcome.steps.count == 13 && outcome.steps.allSatisfy { $0.state == .done || $0.state == .ok })
            #expect(outcome.steps.contains { $0.index.name == "mine" })
            let again = try await run(connection).create(Self.sql, progress: .silent)
            #expect(again.steps.allSatisfy { $0.state == .ok })
        }
    }

    @Test func `a dry run shows what psql would do, and does nothing`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let outcome = try await run(connection, dryRun: true).create(Self.sql, progress: .silent)
            #expect(try await connection.value("SELECT to_regclass('t_x')") == nil)
            #expect(try await connection.value("SELECT to_regclass('rssctl.operation')") == nil)
            for statement in outcome.steps.flatMap(\.statements) { try await connection.execute(statement) }
            #expect(try await valid(connection) == "t 13 0")
            let rest = try await run(connection, dryRun: true).create(Self.sql, progress: .silent)
            #expect(rest.steps.allSatisfy { $0.statements.isEmpty })
            let drop = try await run(connection, dryRun: true).drop(name("t_x"), progress: .silent)
            #expect(drop.steps.flatMap(\.statements) == ["DROP INDEX \"public\".\"t_x\""])
            #expect(try await valid(connection) == "t 13 0")
        }
    }

    @Test(arguments: ["SELECT 1", "CREATE INDEX ON t (x)", "CREATE INDEX a ON t (x); CREATE INDEX b ON t (x)"])
    func `what is not an index with a name is refused`(sql: String) async throws {
        try await withConnection { connection in
            try await make(connection)
            let error = await #expect(throws: PartitionIndexError.self) {
                try await run(connection).create(sql, progress: .silent)
            }
            #expect(error?.report.code == "RSS-PARTITION-100")
        }
    }

    @Test(arguments: [
        ("t_pkey", "RSS-PARTITION-103"), ("t_00_pkey", "RSS-PARTITION-104"), ("plain_x", "RSS-PARTITION-102"),
        ("nothing", "RSS-PARTITION-101"), ("ident", "RSS-PARTITION-105"), ("t_00", "RSS-PARTITION-102"),
    ])
    func `what cannot be dropped by itself is refused with what to do`(index: String, code: String) async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.executeScript(
                """
                CREATE TABLE plain (x int); CREATE INDEX plain_x ON plain (x);
                CREATE UNIQUE INDEX ident ON t (d, id); ALTER TABLE t REPLICA IDENTITY USING INDEX ident;
                """)
            let error = await #expect(throws: PartitionIndexError.self) {
                try await run(connection).drop(name(index), progress: .silent)
            }
            #expect(error?.report.code == code)
        }
    }

    @Test func `a drop waits for a reader without others waiting for it, and names the reader`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make(connection)
            try await connection.execute("CREATE INDEX t_x ON t (x)")
            var other = options
            other.session.applicationName = "long-reader"
            let reader = try await PostgresConnection.connect(other)
            try await reader.execute("BEGIN")
            try await reader.query("SELECT count(*) FROM t_05")
            try await Task.sleep(for: .milliseconds(600))
            let error = await #expect(throws: PartitionError.self) {
                try await run(connection, budget: .milliseconds(300)).drop(name("t_x"), progress: .silent)
            }
            #expect(error?.report.exit == .tryAgain && error?.report.blockers?.first?.application == "long-reader")
            #expect(try await valid(connection) == "t 13 0")
            await reader.close()
            _ = try await run(connection).drop(name("t_x"), progress: .silent)
            #expect(try await connection.value("SELECT count(*) FROM pg_class WHERE relname LIKE 't%_x%'") == "0")
            #expect(
                try await connection.value("SELECT detail FROM rssctl.operation WHERE object = 'public.t_x'")
                    == "dropped with its parts on 12 partitions")
            await connection.close()
        }
    }

    @Test func `a reindex rebuilds every part, and resumes after the last that it rebuilt`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.execute("CREATE INDEX t_x ON t (x)")
            func nodes() async throws -> [String] {
                try await connection.query(
                    "SELECT relfilenode::text FROM pg_class WHERE relname ~ '^t_.._x_idx$' ORDER BY relname"
                )
                .compactMap { $0.text(at: 0) }
            }
            let before = try await nodes()
            #expect(before.count == 12)
            try await broken(at: "index.rebuilt", after: 5) {
                _ = try await run(connection).reindex(name("t_x"), restarts: false, progress: .silent)
            }
            let middle = try await nodes()
            #expect(zip(before, middle).count { $0 != $1 } == 5)
            // What a kill in the midst of a rebuild leaves.
            try await connection.execute("CREATE INDEX t_07_x_idx_ccnew ON t_07 (x)")
            try await connection.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_07_x_idx_ccnew'::regclass")
            let outcome = try await run(connection).reindex(name("t_x"), restarts: false, progress: .silent)
            // The fifth was rebuilt, and that was not recorded any more.
            #expect(outcome.steps.map(\.state) == Array(repeating: .ok, count: 4) + Array(repeating: .done, count: 8))
            let after = try await nodes()
            #expect(after.prefix(4) == middle.prefix(4) && zip(middle, after).count { $0 != $1 } == 8)
            #expect(try await connection.value("SELECT to_regclass('t_07_x_idx_ccnew')") == nil)
            #expect(try await valid(connection) == "t 13 0")
            let again = try await run(connection).reindex(name("t_x"), restarts: false, progress: .silent)
            #expect(again.steps.allSatisfy { $0.state == .done })
            let whole = try await run(connection, dryRun: true).reindex(name("t"), restarts: false, progress: .silent)
            #expect(whole.steps.count == 24)
        }
    }

    @Test func `a part that cannot be rebuilt does not prevent the others from being rebuilt`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.executeScript(
                """
                CREATE INDEX t_x ON t (x);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('t_x'::regclass, 't_02_x_idx'::regclass);
                ALTER TABLE t_04 ADD CONSTRAINT one_only EXCLUDE USING btree (id WITH =);
                """)
            let outcome = try await run(connection).reindex(name("t"), restarts: false, progress: .silent)
            #expect(outcome.steps.filter { $0.state == .failed }.map(\.index.name) == ["one_only"])
            #expect(outcome.steps.count { $0.state == .done } == 24)
            #expect(try await valid(connection) == "t 13 0")
            let plain = await #expect(throws: PartitionIndexError.self) {
                try await run(connection).reindex(name("t_00_pkey"), restarts: false, progress: .silent)
            }
            #expect(plain?.report.hint?.contains("REINDEX INDEX CONCURRENTLY public.t_00_pkey") == true)
        }
    }

    @Test func `two runs on one table exclude each other`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await make(connection)
            try await other.acquire(.partitions(of: name("t")))
            await #expect(throws: AdvisoryLockError.self) {
                try await run(connection).create(Self.sql, progress: .silent)
            }
            await other.close()
            await connection.close()
        }
    }
}
