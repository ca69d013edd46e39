import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct BackfillTests {
    @Test(arguments: [
        (
            "uuid", "gen_random_uuid()",
            "UPDATE t AS x SET n = x.n + 1 FROM (SELECT 1 WHERE true) y WHERE x.n < 5 OR true"
        ),
        ("bigint", "g", "UPDATE t SET n = n + 1"),
        ("text", "'k''' || g", "UPDATE t SET n = (SELECT max(1) WHERE true)"),
        ("timestamptz", "now() + g * interval '1 ms'", "UPDATE t SET n = n + 1 WHERE n >= 0 -- and so on"),
    ])
    func `every row is changed once, whatever the key's type`(type: String, value: String, change: String) async throws
    {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": """
                CREATE TABLE t (id \(type) PRIMARY KEY, n int NOT NULL DEFAULT 0);
                INSERT INTO t (id) SELECT \(value) FROM generate_series(1, 1003) g;
                """,
                "V2__fill.sql": "-- rssctl:backfill batch=100 key=id pause=1ms\n\(change);",
            ])
            _ = try await migrator(connection, source).up(.silent)
            #expect(
                try await connection.value("SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t") == "1003 1 1")
        }
    }

    @Test func `rows are deleted in batches too, and an empty table is not an error`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100);",
                "V2__del.sql": """
                -- rssctl:backfill batch=7 key=id
                DELETE FROM t WHERE id % 2 = 0;
                -- rssctl:backfill batch=7 key=id
                DELETE FROM t;
                -- rssctl:backfill batch=7 key=id
                DELETE FROM t;
                """,
            ])
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM t") == "0")
        }
    }

    @Test(arguments: ["n", "gone", "id2"])
    func `a key that may be NULL, is not there or has no index is refused`(key: String) async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (id int PRIMARY KEY, n int, id2 int NOT NULL);",
                "V2__fill.sql": "-- rssctl:backfill batch=100 key=\(key)\nDELETE FROM t;",
            ])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-015")
        }
    }

    @Test func `batches go along the key, not along its text`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": """
                CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, at_once int);
                INSERT INTO t SELECT g FROM generate_series(1, 1000) g;
                """,
                "V2__fill.sql": "-- rssctl:backfill batch=100 key=id\nUPDATE t SET n = txid_current() % 1000000000;",
            ])
            _ = try await migrator(connection, source).up(.silent)
            let largest = "SELECT max(c) FROM (SELECT count(*) AS c FROM t GROUP BY n) x"
            #expect(try await connection.value(largest) == "100")
        }
    }

    @Test(arguments: ["id = id + 1000", "(n, id) = (1, id + 1000)"])
    func `a statement that moves rows along the key is refused`(change: String) async throws {
        let files = ["V1__fill.sql": "-- rssctl:backfill batch=10 key=id\nUPDATE t SET \(change);"]
        let source = try migrations(files)
        let error = #expect(throws: MigrateError.self) { try source.load() }
        #expect(error?.report.code == "RSS-MIGRATE-014")
    }

    @Test func `a row is changed once, also when the file is fixed between two runs`() async throws {
        try await withConnection { connection in
            let fill = "-- rssctl:backfill batch=100 key=id\nUPDATE t SET n = n + 1"
            let source = try migrations([
                "V1__t.sql": """
                CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL CHECK (n < 5));
                INSERT INTO t SELECT g, CASE g WHEN 350 THEN 4 ELSE 0 END FROM generate_series(1, 1000) g;
                """,
                "V2__fill.sql": "\(fill);\nSELECT 1;",
            ])
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            try write(["V2__fill.sql": "\(fill) WHERE n < 4;\nSELECT 1;"], to: source)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-018")
            try await connection.execute("UPDATE t SET n = 0 WHERE id = 350")
            try write(["V2__fill.sql": "\(fill);\nSELECT 2;"], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT min(n) || ' ' || max(n) FROM t") == "1 1")
        }
    }
}
