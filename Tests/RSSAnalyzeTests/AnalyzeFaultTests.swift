import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSAnalyze
@testable import RSSPartition

/// Look-alikes that are not to be named, and faults that are, check by check.
@Suite struct AnalyzeFaultTests {
    private func found(
        _ check: String, _ sql: String, as role: String? = nil
    ) async throws -> CheckOutcome {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(sql)
            if let role { try await connection.execute("SET ROLE \(role)") }
            let reports = try await PerformanceAnalyzer(connection).run(
                PerformanceCheck.all.filter { $0.key == check }, .silent)
            await connection.close()
            return try #require(reports.first?.outcome)
        }
    }

    @Test func `only true twins are duplicates, and the stronger one is kept`() async throws {
        let outcome = try await found(
            "index.duplicate",
            """
            CREATE TABLE t (id int PRIMARY KEY, serial text, a int, b int, o int);
            CREATE UNIQUE INDEX u ON t (serial);
            DO $$ BEGIN IF current_setting('server_version_num')::int >= 150000 THEN
                EXECUTE 'CREATE UNIQUE INDEX u_nulls ON t (serial) NULLS NOT DISTINCT'; END IF; END $$;
            CREATE INDEX lower_a ON t (lower(serial)) WHERE a > 5;
            CREATE INDEX lower_with_a_longer_name ON t   (lower(serial)) WHERE   a > 5;
            CREATE INDEX lower_other ON t (lower(serial)) WHERE a > 6; CREATE INDEX upper_a ON t (upper(serial)) WHERE a > 5;
            CREATE INDEX lower_whole ON t (lower(serial));
            CREATE INDEX a_one ON t (a); CREATE UNIQUE INDEX a_b ON t (a, b); CREATE INDEX a_cover ON t (a) INCLUDE (b);
            CREATE INDEX a_desc ON t (a DESC); CREATE INDEX a_hash ON t USING hash (a);
            ALTER TABLE t ADD CONSTRAINT o_late UNIQUE (o) DEFERRABLE; CREATE UNIQUE INDEX o_now ON t (o);
            CREATE INDEX o_plain ON t (o);
            CREATE SCHEMA other; CREATE TABLE other.t (a int); CREATE INDEX a_one ON other.t (a);
            """)
        #expect(Set(outcome.findings.map(\.object)) == ["public.lower_with_a_longer_name", "public.o_plain"])
    }

    @Test func `an index is unused only where the statistics are known to cover seven days`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                CREATE TABLE t (id int PRIMARY KEY, x text);
                INSERT INTO t SELECT g, repeat('x', 50) || g FROM generate_series(1, 200000) g;
                """)
            func outcome() async throws -> CheckOutcome? {
                try await PerformanceAnalyzer(connection).run(
                    PerformanceCheck.all.filter { $0.key == "index.unused" }, .silent
                ).first?.outcome
            }
            let without = try await outcome()
            #expect(without == .ok(nil))
            try await connection.executeScript("CREATE INDEX unused ON t (x); ANALYZE t;")
            // Restored today: nothing shows that the statistics are older.
            let restored = try await outcome()
            #expect(restored?.verdict == .blind && restored?.unseen?.reason.contains("1 index") == true)
            _ = try await connection.query("SELECT pg_stat_reset_single_table_counters('unused'::regclass)")
            let reset = try await outcome()
            #expect(reset?.verdict == .blind)
            await connection.close()
        }
    }

    @Test func `a foreign key of a small table, an unlogged table and a cycling sequence are left alone`() async throws
    {
        let small = """
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);
            INSERT INTO p SELECT generate_series(1, 20); INSERT INTO c SELECT g, g FROM generate_series(1, 20) g; ANALYZE;
            """
        let foreignKey = try await found("foreign_key.no_index", small)
        #expect(foreignKey == .ok(nil))
        let large = try await found(
            "foreign_key.no_index",
            """
            CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 2000);
            CREATE TABLE c (id int, p int REFERENCES p, q int REFERENCES p) PARTITION BY RANGE (id);
            CREATE TABLE c_1 PARTITION OF c FOR VALUES FROM (0) TO (1000); CREATE TABLE c_2 PARTITION OF c FOR VALUES FROM (1000) TO (9999);
            CREATE INDEX ON c (p) WHERE p IS NOT NULL; CREATE INDEX ON c (q) WHERE q IS NULL;
            INSERT INTO c SELECT g, g, g FROM generate_series(1, 1500) g; ANALYZE c_1, c_2;
            """)
        #expect(large.findings.map(\.object) == ["public.c_q_fkey"])
        let unlogged = try await found("table.no_primary_key", "CREATE UNLOGGED TABLE stage (x int)")
        #expect(unlogged == .ok(nil))
        let sequences = try await found(
            "sequence.exhaustion",
            """
            CREATE SEQUENCE cycling AS smallint CYCLE; SELECT setval('cycling', 32767);
            CREATE SEQUENCE down AS int INCREMENT -1; SELECT setval('down', -2147483000);
            CREATE SEQUENCE late AS int MINVALUE -2147483648 START -2147483648; SELECT setval('late', 0);
            """)
        #expect(sequences.findings.map(\.object) == ["public.down"])
    }

    @Test func `a sequence that may not be read is not seen, and the others are`() async throws {
        let outcome = try await found(
            "sequence.exhaustion",
            """
            CREATE SEQUENCE hidden; CREATE SEQUENCE open AS smallint; SELECT setval('open', 32000);
            DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'half_seeing') THEN CREATE ROLE half_seeing; END IF; END $$;
            GRANT SELECT ON SEQUENCE open TO half_seeing;
            """, as: "half_seeing")
        #expect(outcome.findings.map(\.object) == ["public.open"])
        #expect(outcome.unseen?.reason == "the role may not read 1 sequence: public.hidden")
        #expect(outcome.unseen?.hint == "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO half_seeing")
    }

    @Test func `a member of pg_monitor that does not inherit is blind, and the hint says how to fix that`()
        async throws
    {
        try await withDatabase { options in
            let admin = try await PostgresConnection.connect(options)
            try await admin.executeScript(
                """
                DROP ROLE IF EXISTS closed_eyes; CREATE ROLE closed_eyes LOGIN NOINHERIT PASSWORD 'x';
                GRANT pg_monitor TO closed_eyes;
                """)
            var closed = options
            closed.keywords["user"] = "closed_eyes"
            closed.keywords["password"] = "x"
            let check = PerformanceCheck.all.filter {
                $0.needs.contains(.pgMonitor) && !$0.needs.contains(.pgStatStatements)
            }
            #expect(check.count >= 6)
            func outcomes() async throws -> [CheckOutcome] {
                let connection = try await PostgresConnection.connect(closed)
                let reports = try await PerformanceAnalyzer(connection).run(check, .silent)
                await connection.close()
                return reports.map(\.outcome)
            }
            let before = try await outcomes()
            #expect(before.allSatisfy { $0.verdict == .blind })
            try await admin.execute(try #require(before.first?.unseen?.hint ?? nil))
            let after = try await outcomes()
            #expect(after.allSatisfy { $0.verdict != .blind })
            try await admin.execute("DROP ROLE closed_eyes")
            await admin.close()
        }
    }

    @Test func `of a check with several queries the one is run that the server has the columns for`() async throws {
        let check = try #require(PerformanceCheck.all.first { $0.key == "collation.version" })
        #expect(check.queries.map(\.reads) == ["pg_database.datcollversion", "pg_collation.collversion"])
        try await withConnection { connection in
            let reports = try await PerformanceAnalyzer(connection).run([check], .silent)
            #expect(reports.first?.outcome.unseen == nil)
            var unknown = check
            unknown.queries = [PerformanceCheck.Query(reads: "pg_database.no_such_column", sql: "SELECT nonsense")]
            let blind = try await PerformanceAnalyzer(connection).run([unknown], .silent)
            #expect(blind.first?.outcome.verdict == .blind)
        }
    }

    @Test(arguments: ["SELECT 1", "CREATE TABLE t ()"])
    func `every check ends in an empty database`(sql: String) async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(sql)
            await connection.close()
            let outcomes = try await AnalyzeLockTests.outcomes(options)
            #expect(outcomes.count == PerformanceCheck.all.count + PartitionInspector.overallChecks.count)
            // The extension pg_stat_statements is not installed there.
            for (check, outcome) in outcomes where check != "statement.evicted" {
                #expect(outcome.unseen == nil, "\(check)")
            }
        }
    }
}
