import Foundation
import PostgresClient
import RSSModel
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

private func history(_ rows: AppliedMigration...) -> MigrationHistory { MigrationHistory(applied: rows) }

private func plan(
    _ available: [Migration], _ history: MigrationHistory, order: MigrationOrder = .linear
) throws -> MigrationPlan {
    let files = try available.map { (name: $0.file, bytes: try $0.source.bytes()) }
    return try MigrationPlan(
        available: MigrationSet(files.map { MigrationFile($0.name, $0.bytes) }), history: history, order: order)
}

private func migration(_ version: Int64, _ sql: String = "SELECT 1") throws -> Migration {
    try #require(try Migration(file: "V\(version)__step.sql", bytes: Array(sql.utf8)))
}

private func applied(_ migration: Migration) throws -> AppliedMigration {
    let script = try migration.script
    return AppliedMigration(
        version: migration.version, name: migration.name, checksum: script.checksum,
        contentHash: script.contentHash, appliedAt: Date(), appliedBy: "me", milliseconds: 1)
}

@Suite struct MigrationPlanTests {
    @Test func `what is not applied is pending, in order`() throws {
        let all = try [migration(1), migration(2), migration(10)]
        let plan = try RSSMigrateTests.plan(all, history(try applied(all[0])))
        #expect(plan.pending.map(\.version) == [2, 10])
    }

    @Test func `a changed file is noticed`() throws {
        let old = try applied(migration(1, "SELECT 1"))
        #expect(throws: MigrateError.checksumMismatch(version: 1, file: "V1__step.sql")) {
            try plan([migration(1, "SELECT 2")], history(old))
        }
    }

    @Test func `a version of another name and other statements is of another set of migrations`() throws {
        var other = try applied(migration(1, "SELECT 1"))
        other.name = "users"
        #expect(throws: MigrateError.unknownApplied(version: 1, name: "users")) {
            try plan([migration(1, "SELECT 2")], history(other))
        }
    }

    @Test func `a version that the source lacks is noticed`() throws {
        let future = try applied(migration(9))
        #expect(throws: MigrateError.unknownApplied(version: 9, name: "step")) {
            try plan([migration(1)], history(future))
        }
    }

    @Test func `a pending version older than an applied one is noticed`() throws {
        let second = try applied(migration(2))
        #expect(throws: MigrateError.outOfOrder(version: 1, newest: 2)) {
            try plan([migration(1), migration(2)], history(second))
        }
    }

    @Test(arguments: ["1__x.sql", "V__x.sql", "V1_x.sql", "V1__x.SQL", "V1__a b.sql", "V99999999999999999999__x.sql"])
    func `a file of another name is not a migration`(name: String) throws {
        #expect(try Migration(file: name, bytes: []) == nil)
    }

    @Test func `an edit of comments and white space is reported, and no more`() throws {
        let old = try applied(migration(1, "SELECT  1"))
        let plan = try RSSMigrateTests.plan([migration(1, "-- why\nSELECT 1 ;")], history(old))
        #expect(plan.pending.isEmpty && plan.notices.count == 1)
    }

    @Test func `what is older than an applied one can be skipped or applied`() throws {
        let all = try [migration(1), migration(2), migration(3)]
        let second = history(try applied(all[1]))
        let skipping = try plan(all, second, order: .linearSkip)
        #expect(skipping.pending.map(\.version) == [3] && skipping.skipped.map(\.version) == [1])
        let any = try plan(all, second, order: .nonLinear)
        #expect(any.pending.map(\.version) == [1, 3] && any.skipped.isEmpty)
    }

    @Test func `a history changed by hand is noticed`() throws {
        let all = try [migration(1), migration(2), migration(3)]
        var chain = ""
        let rows = try all.map { migration in
            var row = try applied(migration)
            chain = MigrationHistory.link(after: chain, version: row.version, contentHash: row.contentHash)
            row.chain = chain
            return row
        }
        #expect(MigrationHistory(applied: rows).brokenLink == nil)
        #expect(throws: MigrateError.brokenChain(version: 3)) {
            try plan(all, MigrationHistory(applied: [rows[0], rows[2]]), order: .nonLinear)
        }
    }

    @Test func `an error's position becomes line and column in characters`() throws {
        let script = try migration(1, "SELECT 'ä😀';\r\nSELECT\n  1 FRM x").script
        let statement = script.statements[1]
        #expect(script.place(of: 12, in: statement) == SourcePlace(file: "V1__step.sql", line: 3, column: 5))
        #expect(script.place(of: 1, in: statement) == SourcePlace(file: "V1__step.sql", line: 2, column: 1))
    }
}

@Suite struct MigratorTests {
    @Test func `the shipped migrations apply once, and a second run has nothing to do`() async throws {
        try await withConnection { connection in
            let migrator = migrator(connection, .shipped)
            let first = try await migrator.up(.silent)
            #expect(first.count == (try MigrationSource.shipped.load().versioned.count))
            let second = try await migrator.up(.silent)
            #expect(second.isEmpty)
        }
    }

    @Test func `a failing file leaves nothing of itself, names its place, and the next run resumes there`() async throws
    {
        try await withConnection { connection in
            let files = [
                "V1__a.sql": "CREATE TABLE a (x int);",
                "V2__b.sql": "CREATE TABLE b (x int);\nINSERT INTO b (y) VALUES (1);",
            ]
            let source = try migrations(files)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            guard case .statementFailed(_, let place) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(place == SourcePlace(file: "V2__b.sql", line: 2, column: 16))
            let row = try #require(
                try await connection.query("SELECT to_regclass('a')::text, to_regclass('b')::text").first)
            #expect(row.text(at: 0) == "a" && row.text(at: 1) == nil)
            guard case .directory(let path) = source else { return }
            try "CREATE TABLE b (x int);".write(toFile: "\(path)/V2__b.sql", atomically: true, encoding: .utf8)
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.map(\.version) == [2])
        }
    }

    @Test func `a syntax error anywhere is found before anything is run`() async throws {
        try await withConnection { connection in
            // To a server that is newer than the grammar, it may be no error.
            guard await Int(connection.serverVersion) / 10_000 <= Parser.grammarMajor else { return }
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);", "V2__b.sql": "SELECT 1;\n  SELEC 2;"])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(
                error
                    == .syntax(
                        "syntax error at or near \"SELEC\"", place: SourcePlace(file: "V2__b.sql", line: 2, column: 3)))
            #expect(try await connection.value("SELECT to_regclass('a') IS NULL") == "t")
        }
    }

    @Test func `a lock that cannot be acquired ends with its holder named, and nothing done`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            var other = options
            other.session.applicationName = "the-blocker"
            let blocker = try await PostgresConnection.connect(other)
            let source = try migrations([
                "V1__a.sql": "CREATE TABLE a (x int);", "V2__b.sql": "ALTER TABLE a ADD COLUMN y int;",
            ])
            try await connection.execute("CREATE TABLE a (x int)")
            try await connection.execute("DROP TABLE a")
            let first = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            try await migrator(connection, first).up(.silent)
            try await blocker.execute("BEGIN")
            try await blocker.execute("LOCK TABLE a IN ACCESS SHARE MODE")
            let error = await #expect(throws: MigrateError.self) {
                try await migrator(connection, source, budget: .milliseconds(400)).up(.silent)
            }
            guard case .lockBudgetSpent("V2__b.sql", _, let blockers) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(blockers.first?.application == "the-blocker")
            try await blocker.execute("COMMIT")
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.map(\.version) == [2])
            await blocker.close()
            await connection.close()
        }
    }

    @Test func `a folder without migrations is an error`() async throws {
        #expect(throws: MigrateError.self) { try MigrationSource.directory("/nonexistent").load() }
        #expect(throws: MigrateError.self) { try migrations(["readme.txt": ""]).load() }
        #expect(throws: MigrateError.duplicateVersion(1, files: ["V01__b.sql", "V1__a.sql"])) {
            try migrations(["V1__a.sql": "", "V01__b.sql": ""]).load()
        }
    }

    @Test func `a file from which the statement that failed was removed does not begin again`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (a int);",
                "V2__x.sql": "INSERT INTO t VALUES (1); CREATE INDEX CONCURRENTLY x ON missing (a);",
            ])
            await #expect(throws: IndexBuildError.self) { try await migrator(connection, source).up(.silent) }
            try write(["V2__x.sql": "INSERT INTO t VALUES (1);"], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM t") == "1")
        }
    }

    @Test func `a run that resumes within a file has the settings that the file made`() async throws {
        try await withConnection { connection in
            try await connection.executeScript("CREATE SCHEMA app; CREATE TABLE public.t (a int)")
            let start = """
                SET search_path = app;
                SELECT set_config('work_mem', '5MB', false);
                CREATE TABLE t (a int);
                """
            let source = try migrations([
                "V1__t.sql": "\(start)\nCREATE INDEX CONCURRENTLY t_a ON missing (a); INSERT INTO t VALUES (1);"
            ])
            await #expect(throws: IndexBuildError.self) { try await migrator(connection, source).up(.silent) }
            try await connection.restoreSettings()
            try write(
                [
                    "V1__t.sql":
                        "\(start)\nCREATE INDEX CONCURRENTLY t_a ON t (a); INSERT INTO t SELECT 1 FROM pg_settings WHERE name = 'work_mem' AND setting = '5120';"
                ], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM app.t") == "1")
            #expect(try await connection.value("SELECT to_regclass('app.t_a') IS NOT NULL") == "t")
            #expect(try await connection.value("SELECT to_regclass('public.t_a') IS NULL") == "t")
        }
    }

    @Test(arguments: [
        "DROP INDEX CONCURRENTLY no_such_index", "ALTER TABLE p DETACH PARTITION no_such_partition CONCURRENTLY",
        "CREATE DATABASE postgres",
    ])
    func `a statement that failed because there was nothing to do fails again`(sql: String) async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__p.sql": "CREATE TABLE p (a int) PARTITION BY RANGE (a);", "V2__x.sql": sql,
            ])
            for _ in 1...2 {
                await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            }
        }
    }

    @Test func `a file that was begun is missed when it is gone`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (a int); CREATE INDEX CONCURRENTLY x ON missing (a);"
            ])
            await #expect(throws: IndexBuildError.self) { try await migrator(connection, source).up(.silent) }
            let other = try migrations(["V2__u.sql": "CREATE TABLE u (a int);"])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, other).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-004")
        }
    }

    @Test(arguments: [
        "V2__add-column.sql", "v2__x.sql", "V2_x.sql", "R__f-x.sql", "V1__a.Down.sql", "V0__x.sql", "V 4__x.sql",
        "V_0004__x.sql", "0004__x.sql",
        "V4.sql", "V4-1__x.sql", "B1__x.sql", "20260101_x.sql", "001_x.up.sql", "U2.1__x-y.sql",
    ])
    func `a name that is almost one of a migration is not skipped`(name: String) throws {
        let source = try migrations(["V1__a.sql": "SELECT 1;", name: "SELECT 2;", "seed.sql": "SELECT 3;"])
        #expect(throws: MigrateError.fileName(name)) { try source.load() }
    }

    @Test func `a role that a file sets is reset after it, however it was set`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "SELECT 1;"])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("SET SESSION AUTHORIZATION pg_monitor")
            try await connection.restoreSettings()
            #expect(try await connection.value("SELECT session_user <> 'pg_monitor'") == "t")
        }
    }
}
