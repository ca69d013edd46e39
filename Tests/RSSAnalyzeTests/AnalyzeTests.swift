import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSAnalyze
@testable import RSSSetup

@Suite struct PerformanceScoreTests {
    private func findings(_ random: inout SeedRandom) -> [Finding] {
        (0..<random.below(12)).map { index in
            Finding(
                check: ["a", "b", "c", "d"][random.below(4)], severity: random.pick([.info, .warning, .critical]),
                object: "\(index)",
                detail: "")
        }
    }

    @Test func `fixing any finding raises the score, and it is 100 exactly when there is none`() {
        var random = SeedRandom(seed: 3, stream: 1)
        #expect(PerformanceScore([]).score == 100)
        for _ in 0..<2000 {
            var list = findings(&random)
            let before = PerformanceScore(list).score
            #expect(before > 0 && (before == 100) == list.isEmpty)
            if list.isEmpty { continue }
            list.remove(at: random.below(list.count))
            #expect(PerformanceScore(list).score > before)
        }
    }

    @Test func `the score does not saturate however sick a database is`() {
        var list = ["a.x", "a.y", "b.z"].flatMap { check in
            (0..<1500).map { Finding(check: check, severity: .critical, object: "\($0)", detail: "") }
        }
        var last = PerformanceScore(list).score
        #expect(last > 0)
        while !list.isEmpty {
            list.removeLast(min(list.count, 97))
            let score = PerformanceScore(list).score
            #expect(score > last)
            last = score
        }
        #expect(PerformanceScore([Finding(check: "a.b", severity: .info, object: "o", detail: "")]).text == "97.4")
    }

    @Test func `every lost point is accounted for, in any order of the findings`() {
        var random = SeedRandom(seed: 4, stream: 1)
        for _ in 0..<200 {
            let list = findings(&random)
            let score = PerformanceScore(list)
            #expect(score == PerformanceScore(list.shuffled(using: &random)))
            #expect(abs(score.score + score.losses.reduce(0) { $0 + $1.points } - 100) < 1e-9)
            for loss in score.losses {
                let fixed = PerformanceScore(list.filter { $0.check != loss.check })
                #expect(abs(fixed.score - score.score - loss.gain) < 1e-9)
            }
        }
    }
}

@Suite struct PerformanceCheckTests {
    @Test func `every shipped check has a head that can be read, and a key of its own`() {
        #expect(PerformanceCheck.all.reduce(0) { $0 + $1.queries.count } == PerformanceCheck.files.count)
        #expect(Set(PerformanceCheck.all.map(\.key)).count == PerformanceCheck.all.count)
    }

    @Test func `a file without a head is not a check`() { #expect(PerformanceCheck(sql: "SELECT 1") == nil) }

    @Test func `a healthy database has no finding at all`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            // What 15 does by itself.
            try await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            try await connection.execute("ANALYZE")
            await connection.close()
            let outcomes = try await AnalyzeLockTests.outcomes(options)
            for (key, outcome) in outcomes { #expect(outcome.findings.isEmpty, "\(key)") }
        }
    }

    @Test func `planted faults are found, each with the statement that fixes it`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                CREATE TABLE fault_no_key (x int);
                CREATE TABLE fault_parent (id int PRIMARY KEY);
                CREATE TABLE fault_child (id int PRIMARY KEY, parent_id int);
                INSERT INTO fault_parent SELECT generate_series(1, 20000);
                INSERT INTO fault_child SELECT i, i FROM generate_series(1, 20000) i;
                CREATE TABLE fault_zoned (t timestamptz NOT NULL) PARTITION BY RANGE (t);
                CREATE TABLE fault_zoned_a PARTITION OF fault_zoned FOR VALUES FROM ('2020-01-01+00') TO ('2020-02-01+00');
                CREATE TABLE fault_zoned_b PARTITION OF fault_zoned FOR VALUES FROM ('2020-03-01+00') TO (MAXVALUE);
                CREATE TABLE fault_listed (x text) PARTITION BY LIST (x);
                CREATE TABLE fault_listed_default PARTITION OF fault_listed DEFAULT;
                INSERT INTO fault_listed SELECT 'x' FROM generate_series(1, 2000);
                ALTER TABLE fault_child ADD CONSTRAINT fault_fk FOREIGN KEY (parent_id) REFERENCES fault_parent NOT VALID;
                CREATE INDEX fault_twin_a ON fault_child (parent_id, id);
                CREATE INDEX fault_twin_b ON fault_child (parent_id, id);
                CREATE TABLE fault_ordered (id int PRIMARY KEY, d date NOT NULL) WITH (autovacuum_enabled = off);
                CREATE TABLE fault_months (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE fault_months_old PARTITION OF fault_months FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
                ANALYZE;
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'fault_twin_b'::regclass;
                """)
            await connection.close()
            let outcomes = try await AnalyzeLockTests.outcomes(options)
            for (key, object) in [
                ("table.no_primary_key", "fault_no_key"), ("constraint.not_valid", "fault_fk"),
                ("index.invalid", "fault_twin_b"),
                ("autovacuum.disabled", "fault_ordered"), ("partition.runway", "fault_months"),
                ("partition.gap", "fault_zoned"), ("partition.default_rows", "fault_listed_default"),
            ] {
                guard let findings = outcomes[key]?.findings, !findings.isEmpty else {
                    Issue.record("\(key): \(String(describing: outcomes[key]))")
                    continue
                }
                #expect(findings.contains { "\($0.object) \($0.detail)".contains(object) }, "\(key)")
            }
        }
    }

    @Test func `a role without rights is blind, never well`() async throws {
        try await withDatabase(migrated: true) { options in
            let admin = try await PostgresConnection.connect(options)
            try await admin.execute(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plain') THEN CREATE ROLE plain LOGIN PASSWORD 'plain'; END IF; END $$"
            )
            await admin.close()
            var plain = options
            plain.keywords["user"] = "plain"
            plain.keywords["password"] = "plain"
            let outcomes = try await AnalyzeLockTests.outcomes(plain)
            let needy = PerformanceCheck.all.filter { !$0.needs.isEmpty }
            #expect(!needy.isEmpty)
            for check in needy { #expect(outcomes[check.key]?.verdict == .blind, "\(check.key)") }
        }
    }
}
