import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

private func migration(_ version: Int64, _ sql: String = "SELECT 1") throws -> Migration {
    try #require(try Migration(file: "V\(version)__step.sql", bytes: Array(sql.utf8)))
}

private func applied(_ migration: Migration) -> AppliedMigration {
    AppliedMigration(
        version: migration.version, name: migration.name, checksum: migration.checksum, appliedAt: Date(),
        appliedBy: "me",
        milliseconds: 1)
}

@Suite struct MigrationPlanTests {
    @Test func `what is not applied is pending, in order`() throws {
        let all = try [migration(1), migration(2), migration(10)]
        let plan = try MigrationPlan(available: all, applied: [applied(all[0])])
        #expect(plan.pending.map(\.version) == [2, 10])
    }

    @Test func `a changed file is noticed`() throws {
        let old = try applied(migration(1, "SELECT 1"))
        #expect(throws: MigrateError.checksumMismatch(version: 1, file: "V1__step.sql")) {
            try MigrationPlan(available: [migration(1, "SELECT 2")], applied: [old])
        }
    }

    @Test func `a version that the source lacks is noticed`() throws {
        let future = try applied(migration(9))
        #expect(throws: MigrateError.unknownApplied(version: 9, name: "step")) {
            try MigrationPlan(available: [migration(1)], applied: [future])
        }
    }

    @Test func `a pending version older than an applied one is noticed`() throws {
        let second = try applied(migration(2))
        #expect(throws: MigrateError.outOfOrder(version: 1, newest: 2)) {
            try MigrationPlan(available: [migration(1), migration(2)], applied: [second])
        }
    }

    @Test(arguments: ["1__x.sql", "V__x.sql", "V1_x.sql", "V1__x.SQL", "V1__a b.sql", "V99999999999999999999__x.sql"])
    func `a file of another name is no migration`(name: String) throws {
        #expect(try Migration(file: name, bytes: []) == nil)
    }

    @Test func `an error's position becomes line and column in characters`() throws {
        let migration = try migration(1, "SELECT 'ä😀';\r\nSELECT\n  1 FRM x")
        var error = PostgresError(.server, "syntax error")
        error.position = 26
        let place = migration.place(of: error)
        #expect(place.line == 3 && place.column == 5)
    }
}

@Suite struct MigratorTests {
    private func migrator(_ connection: PostgresConnection, _ source: MigrationSource, budget: Duration = .seconds(5))
        -> Migrator
    {
        Migrator(
            connection, source: source, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: budget),
            runID: UUID().uuidString)
    }

    private func folder(_ files: [String: String]) throws -> MigrationSource {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("migrations-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return .directory(path)
    }

    @Test func `the shipped migrations apply once, and a second run has nothing to do`() async throws {
        try await withConnection { connection in
            let migrator = migrator(connection, .shipped)
            let first = try await migrator.up(.silent)
            #expect(first.count == (try MigrationSource.shipped.load().count))
            let second = try await migrator.up(.silent)
            #expect(second.isEmpty)
        }
    }

    @Test func `a failing file leaves nothing of itself, names its place, and the next run goes on there`() async throws
    {
        try await withConnection { connection in
            let files = [
                "V1__a.sql": "CREATE TABLE a (x int);",
                "V2__b.sql": "CREATE TABLE b (x int);\nINSERT INTO b VALUS (1);",
            ]
            let source = try folder(files)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            guard case .statementFailed(_, let place) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(place == SourcePlace(file: "V2__b.sql", line: 2, column: 15))
            let row = try #require(
                try await connection.query("SELECT to_regclass('a')::text, to_regclass('b')::text").first)
            #expect(row.text(at: 0) == "a" && row.text(at: 1) == nil)
            guard case .directory(let path) = source else { return }
            try "CREATE TABLE b (x int);".write(toFile: "\(path)/V2__b.sql", atomically: true, encoding: .utf8)
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.map(\.migration.version) == [2])
        }
    }

    @Test func `a lock that is not to be had ends with its holder named, and nothing done`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            var other = options
            other.session.applicationName = "the-blocker"
            let blocker = try await PostgresConnection.connect(other)
            let source = try folder([
                "V1__a.sql": "CREATE TABLE a (x int);", "V2__b.sql": "ALTER TABLE a ADD COLUMN y int;",
            ])
            try await connection.execute("CREATE TABLE a (x int)")
            try await connection.execute("DROP TABLE a")
            let first = try folder(["V1__a.sql": "CREATE TABLE a (x int);"])
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
            #expect(blockers.first?.contains("the-blocker") == true)
            try await blocker.execute("COMMIT")
            let done = try await migrator(connection, source).up(.silent)
            #expect(done.map(\.migration.version) == [2])
            await blocker.close()
            await connection.close()
        }
    }

    @Test func `a folder without migrations is an error`() async throws {
        #expect(throws: MigrateError.self) { try MigrationSource.directory("/nonexistent").load() }
        #expect(throws: MigrateError.self) { try folder(["readme.txt": ""]).load() }
        #expect(throws: MigrateError.duplicateVersion(1, files: ["V01__b.sql", "V1__a.sql"])) {
            try folder(["V1__a.sql": "", "V01__b.sql": ""]).load()
        }
    }
}
