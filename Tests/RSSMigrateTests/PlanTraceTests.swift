import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct PlanTraceTests {
    private func trace(_ sql: String, setup: String) async throws -> [PlanTrace.Step] {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            defer { Task { await connection.close() } }
            try await connection.executeScript(setup)
            return try await PlanTrace([LintFile(name: "V0001__x.sql", bytes: Array(sql.utf8))]).run(
                connection, like: options, runID: "trace", .silent)
        }
    }

    @Test func `every kind of statement does on a scratch database what is planned of it`() async throws {
        // What the statements of the lock table do to what they find, each by itself, is their own test; here one follows
        // the other.
        let sql = """
            CREATE TABLE x (id bigint PRIMARY KEY, t_id int REFERENCES t (id), a varchar(5));
            ALTER TABLE x ADD COLUMN u uuid DEFAULT gen_random_uuid();
            ALTER TABLE x ALTER COLUMN a TYPE text;
            ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 4);
            ALTER TABLE u DROP CONSTRAINT u_fk;
            CREATE INDEX CONCURRENTLY t_ts ON t (ts);
            CREATE INDEX CONCURRENTLY p_id ON p (id);
            CREATE TABLE p3 (LIKE p INCLUDING ALL);
            ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30);
            ALTER TABLE p ADD COLUMN z int DEFAULT random() * 10;
            ALTER TABLE p DETACH PARTITION p3;
            DROP TABLE p3;
            REFRESH MATERIALIZED VIEW m;
            REFRESH MATERIALIZED VIEW CONCURRENTLY m;
            TRUNCATE lone;
            INSERT INTO x (id) VALUES (1);
            UPDATE x SET a = 'y';
            DO $$ BEGIN EXECUTE 'LOCK TABLE lone'; END $$;
            DROP TABLE x;
            VACUUM t;
            """
        let steps = try await trace(sql, setup: LockPredictionTests.fixture)
        #expect(steps.count == 20)
        for step in steps { #expect(step.verdict != .warning && step.verdict != .failed, "\(step)") }
        #expect(steps.map(\.verdict).filter { $0 == .ok }.count == 16)
        #expect(steps[3].rewrites == ["public.t"])
        #expect(steps[9].rewrites == ["public.p1", "public.p2", "public.p3", "public.pd"])
        #expect(steps[17].verdict == .info && steps[17].locks["public.lone"] == "ACCESS EXCLUSIVE")
    }

    @Test func `what a tenant wrote is refused before it is loaded as the session's own`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.executeScript(
                "CREATE TABLE app.counted (a int); CREATE INDEX ON app.counted ((a + app.f(1)))")
            let plan = PlanTrace([LintFile(name: "V0001__x.sql", bytes: Array("SELECT 1;".utf8))])
            let refused = try await scenario.refusal {
                _ = try await plan.run(scenario.admin, like: scenario.options, runID: "trace", .silent)
            }
            #expect(refused?.relation == "app.counted" && refused?.role == scenario.role)
            let scratch = try await scenario.admin.value(
                "SELECT count(*) FROM pg_database WHERE datname LIKE 'rssctl\\_scratch\\_%'")
            #expect(scratch == "0")
            #expect(try await scenario.alarms(scenario.admin) == [])
        }
    }

    @Test func `a statement that fails is reported with its reason, and what comes after it is tried`() async throws {
        let steps = try await trace(
            "SELECT 1;\nALTER TABLE t ALTER COLUMN id TYPE bigint;\nSELECT 2;", setup: LockPredictionTests.fixture)
        #expect(steps.map(\.verdict) == [.ok, .failed, .ok])
        #expect(steps[1].reason?.contains("0A000") == true)
        #expect(steps[1].place == SourcePlace(file: "V0001__x.sql", line: 2, column: 1))
    }

    @Test func `what only rows and rights would make fail is not said to fail`() async throws {
        let setup = """
            CREATE TABLE o (id int PRIMARY KEY);
            CREATE TABLE c (o_id int REFERENCES o (id));
            INSERT INTO o VALUES (1);
            CREATE MATERIALIZED VIEW m AS SELECT id FROM o;
            CREATE UNIQUE INDEX m_id ON m (id);
            CREATE MATERIALIZED VIEW a AS SELECT id FROM m;
            CREATE UNIQUE INDEX a_id ON a (id);
            """
        let steps = try await trace(
            "REFRESH MATERIALIZED VIEW CONCURRENTLY m;\nREFRESH MATERIALIZED VIEW CONCURRENTLY a;\nINSERT INTO c VALUES (1);\nSELECT nothing();",
            setup: setup)
        #expect(steps.map(\.verdict) == [.ok, .ok, .blind, .failed], "\(steps)")
    }

    @Test func `each of the faults of a real script is found with its line`() async throws {
        // A quote escaped as in C; LIKE that takes along a key without the partition key; and two tables that need it.
        let sql = #"""
            CREATE FUNCTION report(term text) RETURNS text LANGUAGE plpgsql AS $$
            DECLARE conditions text := '';
            BEGIN
                conditions := ' AND to_tsvector('english', purpose) @@ plainto_tsquery($1)';
                RETURN conditions;
            END $$;
            CREATE INDEX CONCURRENTLY IF NOT EXISTS hardware_composite ON hardware (visit_id, status);
            CREATE TABLE visits_partitioned (LIKE visits INCLUDING ALL) PARTITION BY RANGE (visit_date);
            CREATE TABLE visits_2025_01 PARTITION OF visits_partitioned FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
            CREATE TABLE visits_2025_02 PARTITION OF visits_partitioned FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
            CREATE FUNCTION maintain() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
            """#
        let setup = """
            CREATE TABLE visits (id bigint PRIMARY KEY, visit_date date NOT NULL, purpose text);
            CREATE TABLE hardware (id bigint PRIMARY KEY, visit_id bigint, status text);
            """
        let steps = try await trace(sql, setup: setup)
        #expect(steps.filter { $0.verdict == .failed }.map(\.place.line) == [1, 8, 9, 10])
        // The two that are wrong by themselves are found by the linter, before anything is run.
        let found = LintCorpus.lint(sql, in: try LintCorpus.catalog(setup)).findings.filter { $0.severity == .error }
        #expect(found.map { "\($0.rule):\($0.place.line)" } == ["function-body:1", "unique-without-partition-key:8"])
    }

    @Test func `the shipped migrations do what is planned of them`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            defer { Task { await connection.close() } }
            let files = try LintSource(.shipped).read.filter { $0.kind != .down }
            let steps = try await PlanTrace(files).run(connection, like: options, runID: "trace", .silent)
            let wrong = steps.filter { $0.verdict == .warning || $0.verdict == .failed }
            #expect(wrong.isEmpty, "\(wrong)")
            print(
                "shipped migrations traced: \(steps.count { $0.verdict == .ok }) of \(steps.count) statements as predicted"
            )
        }
    }
}
