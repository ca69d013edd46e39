import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct ConcurrentIndexTests {
    private static let table =
        "CREATE TABLE t (id int, x text); INSERT INTO t SELECT g, g FROM generate_series(1, 500) g;"

    private func isValid(_ index: String, _ connection: PostgresConnection) async throws -> Bool? {
        try await connection.value("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('\(index)')")
            .map { $0 == "t" }
    }

    /// Leaves an invalid index, as an interrupted build does.
    private func spoil(_ sql: String, _ options: ConnectionOptions) async throws {
        let writer = try await PostgresConnection.connect(options)
        try await writer.execute("BEGIN")
        try await writer.execute("UPDATE t SET x = x WHERE id = 1")
        let builder = try await PostgresConnection.connect(options)
        try await builder.execute("SET lock_timeout = '50ms'")
        await #expect(throws: PostgresError.self) { try await builder.execute(sql) }
        try await writer.execute("ROLLBACK")
        await writer.close()
        await builder.close()
    }

    @Test(arguments: ["", "IF NOT EXISTS "])
    func `an interrupted concurrent build is rebuilt`(exists: String) async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let source = try migrations(["V1__t.sql": Self.table])
            _ = try await migrator(connection, source).up(.silent)
            let sql = "CREATE INDEX CONCURRENTLY \(exists)t_x ON t (x)"
            try await spoil(sql, options)
            #expect(try await isValid("t_x", connection) == false)
            try write(["V2__index.sql": sql], to: source)
            let told = CollectedEvents()
            _ = try await migrator(connection, source).up(told.reporter)
            #expect(try await isValid("t_x", connection) == true)
            #expect(told.notes.contains { $0.contains("invalid after an interrupted build") })
            await connection.close()
        }
    }

    @Test func `a valid index of the same definition is taken, another one is an error`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__t.sql": Self.table])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("CREATE INDEX t_x ON t USING btree (lower(x), id DESC) WHERE (id > 5)")
            try write(
                ["V2__same.sql": "CREATE INDEX CONCURRENTLY t_x ON public.t (lower(x), id desc) where id>5"], to: source
            )
            let before = try await connection.value("SELECT 't_x'::regclass::oid")
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT 't_x'::regclass::oid") == before)
            try write(["V3__other.sql": "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_x ON t (x)"], to: source)
            let error = await #expect(throws: IndexBuildError.self) {
                try await migrator(connection, source).up(.silent)
            }
            #expect(error?.report.code == "RSS-MIGRATE-025")
            try write(["V3__other.sql": "CREATE INDEX CONCURRENTLY t ON t (x)"], to: source)
            let taken = await #expect(throws: IndexBuildError.self) {
                try await migrator(connection, source).up(.silent)
            }
            #expect(taken?.report.code == "RSS-MIGRATE-024")
        }
    }

    @Test(arguments: ["pg_cancel_backend", "pg_terminate_backend"])
    func `a build interrupted in the middle fails, and the next run finishes it`(how: String) async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let admin = try await PostgresConnection.connect(options)
            let writer = try await PostgresConnection.connect(options)
            let source = try migrations(["V1__t.sql": Self.table])
            _ = try await migrator(connection, source).up(.silent)
            try write(["V2__index.sql": "CREATE INDEX CONCURRENTLY t_x ON t (x)"], to: source)
            let pid = await connection.backendPID
            let run = Task {
                try await FaultPoint.$handler.withValue({ name in
                    // So young that the check in advance does not see it yet.
                    guard name == "alone.begun" else { return }
                    try await writer.execute("BEGIN")
                    try await writer.execute("UPDATE t SET x = x WHERE id = 1")
                }) {
                    _ = try await migrator(connection, source).up(.silent)
                }
            }
            let isBuilding = try await eventually {
                try await admin.query(
                    "SELECT 1 FROM pg_stat_progress_create_index WHERE pid = $1 AND phase LIKE 'waiting%'", [pid]
                ).count == 1
            }
            #expect(isBuilding)
            try await admin.query("SELECT \(how)($1)", [pid])
            await #expect(throws: MigrateError.self) { try await run.value }
            try await writer.execute("ROLLBACK")
            #expect(try await isValid("t_x", admin) != true)
            let next = try await PostgresConnection.connect(options)
            _ = try await migrator(next, source).up(.silent)
            #expect(try await isValid("t_x", admin) == true)
            for session in [connection, admin, writer, next] { await session.close() }
        }
    }

    @Test func `old transactions are named before a build, and the budget holds`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            var other = options
            other.session.applicationName = "old-reader"
            let reader = try await PostgresConnection.connect(other)
            let source = try migrations(["V1__t.sql": Self.table])
            _ = try await migrator(connection, source).up(.silent)
            try write(["V2__index.sql": "CREATE INDEX CONCURRENTLY t_x ON t (x)"], to: source)
            try await reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try await reader.execute("SELECT 1")
            try await Task.sleep(for: .milliseconds(550))
            let error = await #expect(throws: MigrateError.self) {
                try await migrator(connection, source, budget: .milliseconds(300)).up(.silent)
            }
            #expect(error?.report.exit == .tryAgain)
            #expect(error?.report.blockers?.first?.application == "old-reader")
            #expect(try await isValid("t_x", connection) == nil)
            try await reader.execute("COMMIT")
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await isValid("t_x", connection) == true)
            await reader.close()
            await connection.close()
        }
    }

    @Test func `a lock_timeout of the role does not cancel a build`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let writer = try await PostgresConnection.connect(options)
            let source = try migrations(["V1__t.sql": "SET lock_timeout = '20ms'; \(Self.table)"])
            _ = try await migrator(connection, source).up(.silent)
            try write(
                ["V2__index.sql": "SET lock_timeout = '20ms'; CREATE INDEX CONCURRENTLY t_x ON t (x)"], to: source)
            try await FaultPoint.$handler.withValue({ name in
                guard name == "alone.begun" else { return }
                try await writer.execute("BEGIN")
                try await writer.execute("UPDATE t SET x = x WHERE id = 1")
                Task {
                    try await Task.sleep(for: .milliseconds(300))
                    try await writer.execute("COMMIT")
                }
            }) {
                _ = try await migrator(connection, source).up(.silent)
            }
            #expect(try await isValid("t_x", connection) == true)
            await writer.close()
            await connection.close()
        }
    }

    @Test func `an index on a partitioned table is built leaf by leaf and ends valid`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__p.sql": """
                CREATE SCHEMA "S";
                CREATE TABLE "S"."P" (id int, d int NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE "S"."P1" PARTITION OF "S"."P" FOR VALUES FROM (0) TO (10);
                CREATE TABLE "S"."P2" PARTITION OF "S"."P" FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
                CREATE TABLE "S"."P2 a" PARTITION OF "S"."P2" FOR VALUES IN (1);
                CREATE TABLE "S"."P2 b" PARTITION OF "S"."P2" DEFAULT;
                INSERT INTO "S"."P" SELECT g % 3, g % 20 FROM generate_series(1, 100) g;
                CREATE INDEX mine ON "S"."P1" (d);
                """,
                "V2__index.sql": "CREATE INDEX CONCURRENTLY \"P d\" ON \"S\".\"P\" (d);",
            ])
            _ = try await migrator(connection, source).up(.silent)
            let rows = try await connection.query(
                """
                SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE c.relnamespace = '"S"'::regnamespace ORDER BY c.relname COLLATE "C"
                """
            ).map { try $0.decode(String.self, Bool.self) }
            #expect(rows.map(\.0) == ["P d", "P2 a_P2_P d", "P2 b_P2_P d", "P2_P d", "mine"])
            #expect(rows.allSatisfy { $0.1 })
            #expect(
                try await connection.value("SELECT count(*) FROM pg_inherits WHERE inhrelid = '\"S\".mine'::regclass")
                    == "1")
        }
    }

    @Test func `what a dry run shows of a partitioned index is what makes it`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__p.sql": """
                CREATE TABLE "P" (id int, d int NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE "P1" PARTITION OF "P" FOR VALUES FROM (0) TO (10);
                CREATE TABLE "P2" PARTITION OF "P" FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
                CREATE TABLE "P2 a" PARTITION OF "P2" DEFAULT;
                """
            ])
            _ = try await migrator(connection, source).up(.silent)
            try write(["V2__i.sql": "CREATE INDEX CONCURRENTLY i ON \"P\" (d);"], to: source)
            let statement = try #require(
                try await migrator(connection, source).plan().pending.first?.script.statements.first)
            for sql in try await StatementPreview(connection).statements(for: statement) {
                try await connection.execute(sql)
            }
            #expect(try await isValid("i", connection) == true)
            // And the run finds nothing left to do.
            let before = try await connection.value("SELECT 'i'::regclass::oid")
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT 'i'::regclass::oid") == before)
        }
    }

    @Test func `an attached leaf that is invalid is rebuilt in place`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let source = try migrations([
                "V1__p.sql": """
                CREATE TABLE p (id int, d int NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (10);
                ALTER TABLE p ADD COLUMN x text;
                INSERT INTO p SELECT g, g % 10, g FROM generate_series(1, 100) g;
                """
            ])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("CREATE INDEX p_x ON ONLY p (x)")
            try await spoil("CREATE INDEX CONCURRENTLY t_own ON t (x)", options)
            try await connection.execute("ALTER INDEX p_x ATTACH PARTITION t_own")
            #expect(try await isValid("p_x", connection) == false)
            try write(["V2__index.sql": "CREATE INDEX CONCURRENTLY p_x ON p (x)"], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await isValid("p_x", connection) == true)
            #expect(try await isValid("t_own", connection) == true)
            await connection.close()
        }
    }

    @Test func `how far a build is never turns back, and waits take no share`() {
        let phases = [
            BuildProgress(phase: "initializing"), BuildProgress(phase: "waiting for writers before build"),
            BuildProgress(phase: "building index: scanning table", blocksTotal: 100, blocksDone: 50),
            BuildProgress(phase: "building index: loading tuples in tree", tuplesTotal: 10, tuplesDone: 5),
            BuildProgress(phase: "waiting for writers before validation"),
            BuildProgress(phase: "index validation: scanning table", blocksTotal: 10, blocksDone: 10),
            BuildProgress(phase: "waiting for old snapshots"),
        ]
        let shares = phases.compactMap(\.fraction)
        #expect(shares == shares.sorted() && shares.count == phases.count)
        #expect(abs(shares[2] - 0.315) < 0.001 && shares.last.map { abs($0 - 1) < 0.001 } == true)
        #expect(BuildProgress(phase: "something new").fraction == nil)
    }

    @Test func `an index may name its columns by the table`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let source = try migrations([
                "V1__t.sql": Self.table + """
                    CREATE TABLE p (a int, x text) PARTITION BY RANGE (a);
                    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
                    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (a);
                    CREATE TABLE p21 PARTITION OF p2 FOR VALUES FROM (10) TO (20);
                    """
            ])
            _ = try await migrator(connection, source).up(.silent)
            let sql = "CREATE INDEX CONCURRENTLY t_x ON t (lower(t.x)) WHERE t.id > 5"
            try await spoil(sql, options)
            try write(
                [
                    "V2__t.sql": sql,
                    "V3__p.sql": "CREATE INDEX CONCURRENTLY p_x ON p (lower(p.x)) WHERE p.a > 5",
                ], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await isValid("t_x", connection) == true)
            #expect(try await isValid("p_x", connection) == true)
            await connection.close()
        }
    }

    @Test func `a foreign table among the partitions is reported before anything is built`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__p.sql": """
                CREATE FOREIGN DATA WRAPPER w;
                CREATE SERVER s FOREIGN DATA WRAPPER w;
                CREATE TABLE p (a int) PARTITION BY RANGE (a);
                CREATE FOREIGN TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10) SERVER s;
                """,
                "V2__i.sql": "CREATE INDEX CONCURRENTLY p_a ON p (a)",
            ])
            let error = await #expect(throws: IndexBuildError.self) {
                try await migrator(connection, source).up(.silent)
            }
            #expect(error?.report.code == "RSS-MIGRATE-043")
            #expect(try await isValid("p_a", connection) == nil)
        }
    }

    @Test func `an index is not dropped while another session is in the way, which is named`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let reader = try await PostgresConnection.connect(options)
            let source = try migrations(["V1__t.sql": Self.table + "CREATE INDEX t_x ON t (x);"])
            _ = try await migrator(connection, source).up(.silent)
            try await reader.execute("BEGIN")
            try await reader.execute("SELECT * FROM t")
            try await Task.sleep(for: .milliseconds(600))
            try write(["V2__drop.sql": "DROP INDEX CONCURRENTLY t_x"], to: source)
            let error = await #expect(throws: MigrateError.self) {
                try await migrator(connection, source, budget: .milliseconds(500)).up(.silent)
            }
            #expect(error?.report.exit == .tryAgain && error?.report.blockers?.isEmpty == false)
            #expect(try await isValid("t_x", connection) == true)
            try await reader.execute("ROLLBACK")
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await isValid("t_x", connection) == nil)
            await connection.close()
            await reader.close()
        }
    }

    @Test(arguments: [
        "REINDEX INDEX CONCURRENTLY p_x", "REINDEX TABLE CONCURRENTLY p", "REINDEX SCHEMA CONCURRENTLY s",
    ])
    func `what an interrupted rebuild left on a partition is swept`(sql: String) async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__p.sql": """
                CREATE SCHEMA s;
                CREATE TABLE s.p (a int, x text) PARTITION BY RANGE (a);
                CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);
                INSERT INTO s.p VALUES (1, 'x'), (2, 'x');
                CREATE INDEX p_x ON s.p (x);
                """
            ])
            _ = try await migrator(connection, source).up(.silent)
            try write(["V2__again.sql": "SET search_path = s; \(sql);"], to: source)
            await #expect(throws: PostgresError.self) {
                try await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY p1_x_idx_ccnew ON s.p1 (x)")
            }
            #expect(try await isValid("s.p1_x_idx_ccnew", connection) == false)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await isValid("s.p1_x_idx_ccnew", connection) == nil)
        }
    }
}
