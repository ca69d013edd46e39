import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct RepeatableTests {
    private static func function(_ parameters: String, _ body: String = "SELECT 1", returns: String = "int") -> String {
        "CREATE OR REPLACE FUNCTION f(\(parameters)) RETURNS \(returns) LANGUAGE sql AS $$ \(body) $$;"
    }

    private func grants(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value("SELECT string_agg(proacl::text, ';') FROM pg_proc WHERE proname = 'f'")
    }

    @Test func `a file is run when it changed, and only then`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "SELECT 1", "R__f.sql": Self.function("a int")])
            #expect(try await migrator(connection, source).up(.silent).map(\.file) == ["V1__a.sql", "R__f.sql"])
            #expect(try await migrator(connection, source).up(.silent).isEmpty)
            try write(["R__f.sql": "-- a comment\n" + Self.function("a int")], to: source)
            #expect(try await migrator(connection, source).up(.silent).isEmpty)
            try write(["R__f.sql": Self.function("a int", "SELECT 2")], to: source)
            #expect(try await migrator(connection, source).up(.silent).map(\.file) == ["R__f.sql"])
            #expect(try await connection.value("SELECT f(1)") == "2")
        }
    }

    @Test func `a failed file is run again once it is fixed, without repair`() async throws {
        try await withConnection { connection in
            let source = try migrations(["R__f.sql": Self.function("a int", "SELECT nothing")])
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            try write(["R__f.sql": Self.function("a int")], to: source)
            #expect(try await migrator(connection, source).up(.silent).count == 1)
        }
    }

    @Test func `a new parameter with a default does not make a second function`() async throws {
        try await withConnection { connection in
            let source = try migrations(["R__f.sql": Self.function("a int")])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("REVOKE ALL ON FUNCTION f(int) FROM PUBLIC")
            try await connection.execute("GRANT EXECUTE ON FUNCTION f(int) TO pg_monitor WITH GRANT OPTION")
            try await connection.execute("COMMENT ON FUNCTION f(int) IS 'it''s one'")
            let before = try await grants(connection)
            try write(["R__f.sql": Self.function("a int, b int DEFAULT 1")], to: source)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-020")
            #expect(try await connection.value("SELECT f(1)") == "1")
            try write(
                ["R__f.sql": "-- rssctl:replace\n" + Self.function("a int, b int DEFAULT 1", "SELECT 3")], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT f(1)") == "3")
            #expect(try await grants(connection) == before)
            #expect(try await connection.value("SELECT obj_description('f(int,int)'::regprocedure)") == "it's one")
        }
    }

    @Test(arguments: ["a text", "b int"])
    func `what CREATE OR REPLACE refuses is re-created on demand`(parameters: String) async throws {
        try await withConnection { connection in
            let source = try migrations(["R__f.sql": Self.function("a int")])
            _ = try await migrator(connection, source).up(.silent)
            let changed = Self.function(parameters, "SELECT 'x'::text", returns: "text")
            try write(["R__f.sql": changed], to: source)
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            try write(["R__f.sql": "-- rssctl:replace\n" + changed], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM pg_proc WHERE proname = 'f'") == "1")
        }
    }

    @Test func `a view that lost a column is re-created with its grants, unless something needs it`() async throws {
        try await withConnection { connection in
            let source = try migrations(["R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1 AS a, 2 AS b;"])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("GRANT SELECT ON v TO pg_monitor")
            try write(["R__v.sql": "-- rssctl:replace\nCREATE OR REPLACE VIEW v AS SELECT 1 AS a;"], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT has_table_privilege('pg_monitor', 'v', 'SELECT')") == "t")
            try await connection.execute("CREATE VIEW w AS SELECT * FROM v")
            try write(["R__v.sql": "-- rssctl:replace\nCREATE OR REPLACE VIEW v AS SELECT 2 AS c;"], to: source)
            await #expect(throws: (any Error).self) { try await migrator(connection, source).up(.silent) }
            #expect(try await connection.value("SELECT a FROM v") == "1")
        }
    }

    @Test func `what cannot run in a transaction is not a repeatable`() throws {
        #expect(throws: MigrateError.self) { try migrations(["R__v.sql": "VACUUM;"]).load() }
    }

    @Test func `other functions of the name are left alone`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__f.sql": Self.function("a int") + Self.function("a text"),
                "R__f.sql": "-- rssctl:replace\n" + Self.function("a int", "SELECT 2::bigint", returns: "bigint"),
            ])
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT f(1) + f('x'::text)") == "3")
            try write(["R__f.sql": "-- rssctl:replace\n" + Self.function("a int, b uuid")], to: source)
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.code == "RSS-MIGRATE-020")
            #expect(try await connection.value("SELECT count(*) FROM pg_proc WHERE proname = 'f'") == "2")
        }
    }

    @Test func `a file may make several functions of a name, each with its own grants`() async throws {
        try await withConnection { connection in
            func file(_ type: String) -> String {
                ["a int", "a text"].map {
                    "-- rssctl:replace\n" + Self.function($0, "SELECT 1::\(type)", returns: type)
                }
                .joined(separator: "\n")
            }
            let source = try migrations(["R__f.sql": file("int")])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("REVOKE ALL ON FUNCTION f(text) FROM PUBLIC")
            let before = try await grants(connection)
            try write(["R__f.sql": file("bigint")], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT count(*) FROM pg_proc WHERE proname = 'f'") == "2")
            #expect(try await grants(connection) == before)
        }
    }

    @Test(arguments: [true, false])
    func `default privileges give nothing that the old one did not have`(wasRevoked: Bool) async throws {
        try await withConnection { connection in
            let source = try migrations(["R__f.sql": Self.function("a int")])
            _ = try await migrator(connection, source).up(.silent)
            if wasRevoked { try await connection.execute("REVOKE ALL ON FUNCTION f FROM PUBLIC") }
            try await connection.execute("ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO pg_monitor")
            try write(
                ["R__f.sql": "-- rssctl:replace\n" + Self.function("a int", "SELECT 1::bigint", returns: "bigint")],
                to: source)
            _ = try await migrator(connection, source).up(.silent)
            let isPublic = try await connection.value(
                "SELECT has_function_privilege('pg_monitor', 'f(int)', 'EXECUTE')")
            #expect(isPublic == (wasRevoked ? "f" : "t"))
            #expect(try await grants(connection)?.contains("pg_monitor") == false)
        }
    }
}
