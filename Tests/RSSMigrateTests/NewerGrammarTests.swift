import Foundation
import PostgresClient
import RSSModel
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// Statements that the grammar does not know, because the server is newer.
@Suite struct NewerGrammarTests {
    /// Valid on PostgreSQL 16 to 19, and not in the grammar of 15.
    static let statements = [
        "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", "ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED",
        "CREATE TABLE x (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL)",
        "MERGE INTO t USING u ON t.id = u.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING t.id",
        "UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a, new.a", "ALTER TABLE t ALTER COLUMN b SET STORAGE DEFAULT",
        "VACUUM ONLY t", "REPACK (CONCURRENTLY) t",
        "ALTER TABLE p SPLIT PARTITION p_old INTO (PARTITION a FOR VALUES FROM (1) TO (2))",
        "SELECT 0xFF_FF", "WAIT FOR LSN '0/1'",
    ]

    private func catalog(server: Int) throws -> CatalogSnapshot {
        var catalog = try LintCorpus.catalog()
        catalog.serverVersion = server * 10_000
        return catalog
    }

    @Test(arguments: statements)
    func `what a later server may know is unknown, and nothing else is said of it`(statement: String) throws {
        let around = "CREATE INDEX t_n ON t (n);\n\(statement);\nDROP TABLE u;"
        let findings = LintCorpus.lint(around, in: try catalog(server: 19)).findings
        // That the file is divided before it is known from its words.
        let rules = findings.filter { $0.place.line == 2 }.map(\.rule).filter { $0 != "mixed-transaction" }
        #expect(rules == ["unknown-statement"], "\(findings)")
        #expect(findings.filter { $0.place.line == 2 }.allSatisfy { $0.severity == .info })
        // The statements around it are judged as without it.
        #expect(findings.contains { $0.place.line == 1 && $0.severity > .info })
        #expect(findings.contains { $0.rule == "drop-table" && $0.place.line == 3 })
    }

    @Test(arguments: statements)
    func `the same is a syntax error where the server is not newer`(statement: String) throws {
        let findings = LintCorpus.lint("\(statement);", in: try catalog(server: 15)).findings
        #expect(findings.contains { $0.rule == "syntax-error" && $0.severity == .error })
    }

    @Test(arguments: statements)
    func `a plan says unknown of it, never that nothing is locked`(statement: String) throws {
        let file = LintFile(name: "V1__x.sql", bytes: Array("SELECT 1;\n\(statement);\nDROP TABLE u;".utf8))
        let plan = PlannedStatement.plan([file], in: try catalog(server: 18))
        #expect(plan.map(\.isKnown) == [true, false, true])
        #expect(plan[1].locks == nil && plan[1].duration == .unknown && plan[1].command != "?")
        #expect(plan[0].locks?.isEmpty == true && plan[2].locks?.map(\.mode) == ["ACCESS EXCLUSIVE"])
    }

    @Test func `what blocks and calls do is unknown as well`() throws {
        let sql = "DO $$ BEGIN END $$; CALL p(); SELECT f(1) FROM t; SELECT count(*) FROM t;"
        let plan = PlannedStatement.plan(
            [LintFile(name: "V1__x.sql", bytes: Array(sql.utf8))], in: try LintCorpus.catalog())
        #expect(plan.map(\.isKnown) == [false, false, false, true])
        #expect(plan.map { $0.locks?.count } == [nil, nil, 1, 1])
    }

    @Test func `a table that an unknown statement makes is new to those after it`() throws {
        let sql = """
            CREATE TABLE IF NOT EXISTS "My x" (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL);
            CREATE INDEX i ON "My x" (a);
            """
        let findings = LintCorpus.lint(sql, in: try catalog(server: 18)).findings
        #expect(findings.map(\.rule) == ["unknown-statement"], "\(findings)")
    }

    @Test func `a statement that is too long to be read is not skipped`() throws {
        let long = "INSERT INTO u (note) VALUES ('\(String(repeating: "x", count: Parser.longest))')"
        let findings = LintCorpus.lint("\(long);", in: try LintCorpus.catalog()).findings
        #expect(findings.map(\.rule) == ["unknown-statement"])
        let plan = PlannedStatement.plan(
            [LintFile(name: "V1__x.sql", bytes: Array("\(long);".utf8))], in: try LintCorpus.catalog())
        #expect(plan.map(\.command) == ["INSERT"] && plan.map(\.isKnown) == [false])
    }

    @Test(arguments: [
        "VACUUM ONLY t", "REPACK t", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a) SPLIT",
        "DROP INDEX CONCURRENTLY i SPLIT",
        "REINDEX TABLE CONCURRENTLY t SPLIT", "ALTER SYSTEM SPLIT",
        "ALTER TABLE p DETACH PARTITION x CONCURRENTLY SPLIT",
        "CREATE DATABASE d SPLIT y z",
    ])
    func `what cannot be in a transaction is run by itself, though it cannot be read`(statement: String) throws {
        let script = try MigrationScript(file: "V1__x.sql", bytes: Array("SELECT 1; \(statement); SELECT 2".utf8))
        #expect(script.statements[1].tree == nil)
        #expect(script.statements[1].action == .outside)
        #expect(script.groups.map { $0.statements.map(\.ordinal) } == [[1], [2], [3]])
    }

    @Test func `on a server that knows it, it runs in its place`() async throws {
        try await withConnection { connection in
            guard await connection.serverVersion >= 180_000 else { return }
            let source = try migrations([
                "V1__x.sql": """
                CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL);
                INSERT INTO t VALUES (1);
                VACUUM ONLY t;
                ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID;
                """,
                "V2__y.sql": """
                -- rssctl:transaction none
                VACUUM ONLY t;
                MERGE INTO t USING (SELECT 2 AS a) s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a) RETURNING t.a;
                """,
            ])
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.count == 2)
            #expect(try await connection.value("SELECT string_agg(b::text, ',' ORDER BY b) FROM t") == "2,4")
        }
    }
}
