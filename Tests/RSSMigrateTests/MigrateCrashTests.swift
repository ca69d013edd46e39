import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// A run is interrupted at every point there is; run again, it must have the result of an uninterrupted run.
@Suite(.serialized) struct MigrateCrashTests {
    /// Runs the migrations, interrupted at one point; nil never interrupts.
    ///
    /// - Returns: the points that were reached, and what was thrown.
    private func run(
        _ options: ConnectionOptions, breakingInAt fatal: Int?, _ source: MigrationSource
    ) async throws -> (points: [String], failure: (any Error)?) {
        let connection = try await PostgresConnection.connect(options)
        let admin = try await PostgresConnection.connect(options)
        let pid = await connection.backendPID
        let points = Mutex<[String]>([])
        var failure: (any Error)?
        do {
            try await FaultPoint.$handler.withValue({ name in
                let count = points.withLock { points in
                    points.append(name)
                    return points.count
                }
                if count == fatal {
                    try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid])
                }
            }) {
                _ = try await migrator(connection, source).up(.silent)
            }
        } catch { failure = error }
        await connection.close()
        await admin.close()
        return (points.withLock { $0 }, failure)
    }

    @Test func `a session lost at any point leaves nothing that the next run does not finish`() async throws {
        let source = try migrations(MigrationScenario.files)
        let (points, wanted) = try await withDatabase { options in
            let (points, failure) = try await run(options, breakingInAt: nil, source)
            #expect(failure == nil)
            let connection = try await PostgresConnection.connect(options)
            let state = try await MigrationScenario.state(connection)
            await connection.close()
            return (points, state)
        }
        #expect(points.count >= 40, "\(points)")
        try await concurrently(1...points.count) { fatal in
            try await withDatabase { options in
                let (_, failure) = try await run(options, breakingInAt: fatal, source)
                // After the last statement of a run nothing of the session is needed any more.
                if fatal < points.count - 2 { #expect(failure != nil, "point \(fatal), \(points[fatal - 1])") }
                let again = try await run(options, breakingInAt: nil, source)
                #expect(again.failure == nil, "point \(fatal), \(points[fatal - 1])")
                let connection = try await PostgresConnection.connect(options)
                let state = try await MigrationScenario.state(connection)
                #expect(state == wanted, "point \(fatal), \(points[fatal - 1])")
                let third = try await migrator(connection, source).up(.silent)
                #expect(third.isEmpty)
                await connection.close()
            }
        }
    }

    @Test func `a file that is fixed after its failure continues after what was done`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__a.sql": """
                CREATE TABLE a (id int, n int); INSERT INTO a VALUES (1, 0), (1, 0);
                CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);
                """
            ])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.sqlState == "23505")
            #expect(try await connection.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == "0")
            try write(
                [
                    "V1__a.sql": """
                    CREATE TABLE a (id int, n int); INSERT INTO a VALUES (1, 0), (1, 0);
                    DELETE FROM a WHERE ctid = '(0,1)';
                    CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);
                    """
                ], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM a") == "1")
            #expect(
                try await connection.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass") == "t"
            )
            try write(["V1__a.sql": "CREATE TABLE a (id int);"], to: source)
            await #expect(throws: MigrateError.checksumMismatch(version: 1, file: "V1__a.sql")) {
                try await migrator(connection, source).up(.silent)
            }
        }
    }

    @Test func `settings and the role of a file hold again on resume, and the history is written by rssctl's role`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                DO $$ BEGIN CREATE ROLE rssctl_test_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                CREATE SCHEMA "Other" AUTHORIZATION rssctl_test_owner;
                """)
            let sql = """
                SET ROLE rssctl_test_owner;
                SELECT pg_catalog.set_config('search_path', '"Other"', false);
                CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1), (2);
                VACUUM t;
                DO $$ BEGIN IF current_setting('rssctl.broken', true) = 'yes' THEN RAISE 'broken'; END IF; END $$;
                CREATE INDEX CONCURRENTLY t_x ON t ((id + 1));
                -- rssctl:backfill batch=1 key=id
                UPDATE t SET n = 1;
                """
            let source = try migrations(["V1__t.sql": sql])
            let database = try await connection.value("SELECT current_database()") ?? ""
            try await connection.execute("ALTER DATABASE \(database) SET rssctl.broken = 'yes'")
            try await connection.execute("SET rssctl.broken = 'yes'")
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            try await connection.execute("RESET ROLE")
            try await connection.restoreSettings()
            try await connection.execute("SET rssctl.broken = 'no'")
            _ = try await migrator(connection, source).up(.silent)
            #expect(
                try await connection.value(
                    "SELECT relowner::regrole || ' ' || relnamespace::regnamespace FROM pg_class WHERE relname = 't_x'")
                    == "rssctl_test_owner \"Other\"")
        }
    }

    @Test func `a statement that was done cannot be changed while the rest is still to do`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (id int); VACUUM a; SELECT 1/0;"])
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            try write(["V1__a.sql": "CREATE TABLE a (id bigint); VACUUM a; SELECT 1;"], to: source)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-018")
        }
    }
}
