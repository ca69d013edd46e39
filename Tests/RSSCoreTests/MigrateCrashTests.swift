import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore

/// A run is broken off at every point there is; run again, it must come to what an unbroken run comes to.
@Suite(.serialized) struct MigrateCrashTests {
    /// Statements of every kind: in a transaction and out of it, data that must be changed exactly once, a build on a
    /// plain and one on a partitioned table, a backfill, a function.
    static let files = [
        "V1__tables.sql": """
        CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL);
        INSERT INTO a SELECT g, 0 FROM generate_series(1, 200) g;
        CREATE TABLE p (id int, d date NOT NULL) PARTITION BY RANGE (d);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (id);
        CREATE TABLE p2x PARTITION OF p2 DEFAULT;
        INSERT INTO p SELECT g, date '2026-01-01' + g % 59 FROM generate_series(1, 500) g;
        """,
        "V2__mixed.sql": """
        UPDATE a SET n = n + 1;
        CREATE INDEX CONCURRENTLY a_n ON a (n) WHERE n > 0;
        UPDATE a SET n = n + 10;
        INSERT INTO a VALUES (1000, 7);
        VACUUM a;
        CREATE INDEX CONCURRENTLY p_d ON p (d, id);
        """,
        "V3__backfill.sql": """
        -- rssctl:backfill batch=40 key=id
        UPDATE a SET n = n + 100 WHERE n < 1000000;
        DROP INDEX CONCURRENTLY a_n;
        ALTER TABLE a ADD COLUMN m int;
        """,
        "R__total.sql": "CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(n) FROM a $$;",
    ]

    /// Everything that the migrations make, as text.
    static func state(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            """
            SELECT concat_ws('|', (SELECT string_agg(id || ':' || n, ',' ORDER BY id) FROM a), total(),
              (SELECT string_agg(concat_ws(' ', c.relname, i.indisvalid, i.indisready, pg_get_indexdef(i.indexrelid)), ';'
                                 ORDER BY c.relname)
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE c.relnamespace = 'public'::regnamespace),
              (SELECT string_agg(version || chain, ',' ORDER BY sequence) FROM rssctl.migration),
              (SELECT string_agg(concat_ws(':', version, ordinal, state), ',' ORDER BY version, ordinal)
               FROM rssctl.migration_statement),
              (SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'm'))
            """)
    }

    /// Runs the migrations, breaking in at one point; nil never breaks in.
    ///
    /// - Returns: the points that were come by, and what was thrown.
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

    @Test func `a session lost at any point leaves nothing that the next run does not bring to its end`() async throws {
        let source = try migrations(Self.files)
        let (points, wanted) = try await withDatabase { options in
            let (points, failure) = try await run(options, breakingInAt: nil, source)
            #expect(failure == nil)
            let connection = try await PostgresConnection.connect(options)
            let state = try await Self.state(connection)
            await connection.close()
            return (points, state)
        }
        #expect(points.count >= 40, "\(points)")
        for fatal in 1...points.count {
            try await withDatabase { options in
                let (_, failure) = try await run(options, breakingInAt: fatal, source)
                // Behind the last statement of a run nothing of the session is needed any more.
                if fatal < points.count - 2 { #expect(failure != nil, "point \(fatal), \(points[fatal - 1])") }
                let again = try await run(options, breakingInAt: nil, source)
                #expect(again.failure == nil, "point \(fatal), \(points[fatal - 1])")
                let connection = try await PostgresConnection.connect(options)
                let state = try await Self.state(connection)
                #expect(state == wanted, "point \(fatal), \(points[fatal - 1])")
                let third = try await migrator(connection, source).up(.silent)
                #expect(third.isEmpty)
                await connection.close()
            }
        }
    }

    @Test func `a file that is mended after its failure goes on behind what was done`() async throws {
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
