import Foundation
import RSSModel
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

private func script(_ sql: String) throws -> MigrationScript {
    try MigrationScript(file: "V1__x.sql", bytes: Array(sql.utf8))
}

private func place(_ line: Int, _ column: Int) -> SourcePlace {
    SourcePlace(file: "V1__x.sql", line: line, column: column)
}

@Suite struct MigrationScriptTests {
    @Test func `neighbours share a transaction, and what cannot is run alone`() throws {
        let groups = try script(
            """
            CREATE TABLE a (x int); INSERT INTO a VALUES (1);
            CREATE INDEX CONCURRENTLY i ON a (x);
            VACUUM a;
            ALTER TYPE mood ADD VALUE 'calm'; UPDATE a SET x = 2;
            ALTER TYPE mood RENAME VALUE 'a' TO 'b'; SELECT 1;
            """
        ).groups
        #expect(groups.map { $0.statements.map(\.ordinal) } == [[1, 2], [3], [4], [5], [6, 7, 8]])
        #expect(groups.map { if case .alone = $0 { true } else { false } } == [false, true, true, false, false])
    }

    @Test(arguments: [
        "VACUUM t", "VACUUM FULL t", "ALTER SYSTEM SET work_mem = '1MB'", "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) INDEX i", "CREATE DATABASE d", "DROP DATABASE d", "CLUSTER",
        "DROP INDEX CONCURRENTLY i", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "REINDEX SCHEMA public", "CREATE TABLESPACE s LOCATION '/x'",
    ])
    func `what PostgreSQL refuses in a transaction is run without one`(statement: String) throws {
        let action = try script(statement).statements[0].action
        #expect(!action.isTransactional)
    }

    @Test(arguments: ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "START TRANSACTION", "END", "BEGIN; SELEC 1"])
    func `a file must not control transactions`(statement: String) throws {
        #expect(throws: MigrateError.transactionControl(place: place(2, 1))) {
            try script("SELECT 1;\n\(statement);")
        }
    }

    @Test func `a directive about transactions must be true`() throws {
        #expect(throws: MigrateError.transactionDirective(place: place(3, 1))) {
            try script("-- rssctl:transaction file\nSELECT 1;\nVACUUM;")
        }
        #expect(try script("-- rssctl:transaction none\nSELECT 1;").statements[0].action == .ownTransaction)
        #expect(try script("-- rssctl:transaction none\nVACUUM;").statements.count == 1)
    }

    @Test(arguments: [
        ("CREATE INDEX CONCURRENTLY i ON t USING gin (a) WHERE b", "i", "t", "USING gin (a) WHERE b"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I x\" ON ONLY s.\"T\" /* c */ (a)", "I x", "s.\"T\"", "(a)"),
        ("create index concurrently i on\n a . b\n(lower(x))", "i", "a.b", "(lower(x))"),
        ("CREATE INDEX CONCURRENTLY ON t (a)", nil, "t", "(a)"),
    ])
    func `a CREATE INDEX is taken apart`(sql: String, name: String?, table: String, definition: String) throws {
        guard case .createIndex(let build) = try script(sql).statements[0].action else {
            Issue.record("no build")
            return
        }
        #expect(build.name == name && build.table.quoted == table && build.definition == definition)
        #expect(build.isOnly == sql.contains("ONLY") && build.isUnique == sql.contains("UNIQUE"))
    }

    @Test func `the content of a file is what its statements say`() throws {
        let one = try script("SELECT 1; -- x\nSELECT  2")
        let other = try script("/* y */ SELECT 1;\n\nSELECT 2;")
        #expect(one.contentHash == other.contentHash && one.checksum != other.checksum)
        #expect(try script("SELECT 1; SELECT 3").contentHash != one.contentHash)
    }

    @Test func `repeatables come after those that they name, in bodies too`() throws {
        func file(_ name: String, _ sql: String) throws -> RepeatableMigration {
            try #require(try RepeatableMigration(file: "R__\(name).sql", bytes: Array(sql.utf8)))
        }
        let files = try [
            file("a", "CREATE VIEW a AS SELECT * FROM c"),
            file("b", "CREATE FUNCTION b() RETURNS int LANGUAGE sql AS $$ SELECT count(*)::int FROM a $$"),
            file("c", "CREATE VIEW c AS SELECT 1 AS x"),
        ]
        #expect(try RepeatableOrder.sorted(files).map(\.name) == ["c", "a", "b"])
        let circle = try [
            file("x", "CREATE FUNCTION x() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN y(); END $$"),
            file("y", "CREATE FUNCTION y() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN x(); END $$"),
        ]
        #expect(try RepeatableOrder.sorted(circle).map(\.name) == ["x", "y"])
    }

    @Test(arguments: [
        "-- rssctl:backfill batch=10 key=id\nINSERT INTO t SELECT 1", "-- rssctl:backfill batch=10 key=id\nSELECT 1",
        "-- rssctl:backfill batch=10 key=id\nUPDATE t SET x = 1 RETURNING id",
    ])
    func `only a plain change of rows is cut into batches`(sql: String) throws {
        let error = #expect(throws: MigrateError.self) { try script(sql) }
        #expect(error?.report.code == "RSS-MIGRATE-014" && error?.report.place == place(2, 1))
    }

    @Test func `a long partition name keeps its index's name within bounds, and apart from its neighbour's`() {
        let long = String(repeating: "ä", count: 30)
        let names = ["1", "2"].map { PartitionedIndexBuilder.name(of: "idx_\($0)", on: long) }
        #expect(names.allSatisfy { $0.utf8.count <= 63 } && names[0] != names[1])
        #expect(PartitionedIndexBuilder.name(of: "idx", on: "visits_2026_01") == "visits_2026_01_idx")
    }
}
