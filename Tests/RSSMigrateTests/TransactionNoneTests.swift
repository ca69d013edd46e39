import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// Files that say `-- rssctl:transaction none`.
@Suite struct TransactionNoneTests {
    private static let block = """
        DO $$BEGIN FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END$$;
        """

    private static let procedure = """
        CREATE PROCEDURE p() LANGUAGE plpgsql AS $$
        BEGIN FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END$$;
        """

    private static func count(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value("SELECT count(*) || '/' || count(DISTINCT xmin::text) FROM t")
    }

    @Test func `any statement may be in such a file, each by itself`() throws {
        let script = try MigrationScript(
            file: "V1__x.sql",
            bytes: Array(
                """
                -- rssctl:transaction none
                CREATE TABLE t (i int); INSERT INTO t VALUES (1); DO $$ BEGIN END $$; CALL p(); VACUUM t; NEW SYNTAX;
                """.utf8))
        #expect(
            script.statements.map(\.action) == [
                .ownTransaction, .ownTransaction, .outside, .outside, .repeatable, .outside,
            ])
        #expect(script.groups.count == 6)
    }

    @Test func `a repeatable file, which is run as a whole, cannot say so`() throws {
        #expect(throws: MigrateError.self) {
            try RepeatableMigration(
                file: "R__x.sql", bytes: Array("-- rssctl:transaction none\nCREATE VIEW v AS SELECT 1;".utf8))
        }
    }

    @Test(arguments: ["DO", "CALL"])
    func `blocks and procedures that commit are run, each commit by itself`(kind: String) async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (i int);\n\(Self.procedure)",
                "V2__fill.sql":
                    "-- rssctl:transaction none\n\(kind == "DO" ? Self.block : "CALL p();")\nUPDATE t SET i = i + 10;",
            ])
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.map(\.version) == [1, 2])
            #expect(try await connection.value("SELECT sum(i) FROM t") == "36")
            let states = try await connection.value(
                "SELECT string_agg(state, ',') FROM rssctl.migration_statement WHERE version = 2")
            #expect(states == nil || states == "done,done")
        }
    }

    @Test(arguments: [block, "CALL p();"])
    func `without the directive the error says how to write it`(statement: String) async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (i int);\n\(Self.procedure)", "V2__fill.sql": statement,
            ])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.hint?.contains("-- rssctl:transaction none") == true)
            #expect(try await Self.count(connection) == "0/0")
        }
    }

    @Test func `one that failed in the middle is run again from its beginning, and says so`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (i int PRIMARY KEY); CREATE TABLE gate (); ",
                "V2__fill.sql": """
                -- rssctl:transaction none
                CREATE TABLE before ();
                DO $$BEGIN
                  FOR i IN 1..3 LOOP
                    INSERT INTO t VALUES (i) ON CONFLICT DO NOTHING; COMMIT;
                    IF i = 2 AND EXISTS (SELECT FROM pg_tables WHERE tablename = 'gate') THEN RAISE 'shut'; END IF;
                  END LOOP;
                END$$;
                """,
            ])
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(try await connection.value("SELECT string_agg(i::text, ',' ORDER BY i) FROM t") == "1,2")
            try await connection.execute("DROP TABLE gate")
            let told = CollectedEvents()
            _ = try await migrator(connection, source).up(told.reporter)
            let warnings = told.all.compactMap { if case .warning(let text) = $0 { text } else { nil } }
            #expect(warnings.contains { $0.contains("V2__fill.sql:3:1") && $0.contains("again from its beginning") })
            #expect(try await connection.value("SELECT string_agg(i::text, ',' ORDER BY i) FROM t") == "1,2,3")
        }
    }

    @Test func `lint knows a block that commits, and the directive that it needs`() throws {
        let catalog = try LintCorpus.catalog()
        let bare = LintCorpus.lint(Self.block, in: catalog).findings
        #expect(bare.contains { $0.rule == "transaction-statement" && $0.message.hasPrefix("COMMIT in a DO block") })
        for safe in [
            "-- rssctl:transaction none\n\(Self.block)", "DO $$BEGIN PERFORM 'COMMIT; '; END$$ /* ; commit */;",
        ] {
            let findings = LintCorpus.lint(safe, in: catalog).findings
            #expect(!findings.contains { $0.severity > .info }, "\(findings)")
        }
    }
}
