import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSSetup

/// `setup roles`: the least rights, to the role that was named and no other.
@Suite struct RoleSetupTests {
    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.report.code ?? "\(error)"
        }
    }

    private func setup(_ connection: PostgresConnection) -> RoleSetup {
        RoleSetup(connection, runID: UUID().uuidString.lowercased())
    }

    /// A role's name that no other test has, gone afterwards.
    private func named(
        _ name: String, _ connection: PostgresConnection, _ body: (_ role: String) async throws -> Void
    ) async throws {
        let role = "\(name)_\(UUID().uuidString.prefix(8).lowercased())"
        let quoted = try await connection.quoteIdentifier(role)
        func end() async throws {
            let isThere = try await connection.query("SELECT FROM pg_roles WHERE rolname = $1", [role])
            if !isThere.isEmpty { try await connection.executeScript("DROP OWNED BY \(quoted); DROP ROLE \(quoted)") }
        }
        do {
            try await body(role)
        } catch {
            try await end()
            throw error
        }
        try await end()
    }

    @Test(arguments: ["plain", "we\"ird; DROP TABLE users; --", ":\"database\"", "Ä ö'", "SELECT"])
    func `rights go to the role that was named, whatever its name`(name: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await named(name, connection) { role in
                var options = RoleSetup.Options(purposes: [.importer], role: role)
                let code1 = await code { _ = try await setup(connection).run(options, isDryRun: true) }
                #expect(code1 == "RSS-SETUP-001")
                options.creates = true
                let shown = try await setup(connection).run(options, isDryRun: true)
                #expect(try await connection.query("SELECT FROM pg_roles WHERE rolname = $1", [role]).isEmpty)
                let done = try await setup(connection).run(options, isDryRun: false)
                #expect(done.statements == shown.statements)
                let rights = try await connection.query(
                    """
                    SELECT has_table_privilege($1, 'rssctl.bulk_run', 'SELECT'), has_table_privilege($1, 'rssctl.bulk_run', 'INSERT'),
                        has_column_privilege($1, 'rssctl.bulk_run', 'by', 'INSERT'),
                        has_column_privilege($1, 'rssctl.bulk_run', 'file_name', 'INSERT'),
                        has_table_privilege($1, 'rssctl.migration', 'SELECT'),
                        has_table_privilege($1, 'public.users', 'SELECT')
                    """, [role]
                ).first?.decode(Bool.self, Bool.self, Bool.self, Bool.self, Bool.self, Bool.self)
                let found = try #require(rights)
                #expect(
                    [found.0, found.1, found.2, found.3, found.4, found.5] == [true, false, false, true, false, false])
                #expect(try await connection.value("SELECT to_regclass('public.users') IS NOT NULL") == "t")
                #expect(
                    try await connection.value("SELECT has_table_privilege('public', 'rssctl.bulk_run', 'SELECT')")
                        == "f")
                // Once more, and nothing is in the way.
                _ = try await setup(connection).run(options, isDryRun: false)
            }
        }
    }

    @Test func `what the role has in our schema besides is revoked`() async throws {
        try await withConnection(migrated: true) { connection in
            try await named("old", connection) { role in
                try await connection.executeScript(
                    """
                    CREATE ROLE \(role); GRANT USAGE, CREATE ON SCHEMA rssctl TO \(role);
                    GRANT ALL ON ALL TABLES IN SCHEMA rssctl TO \(role)
                    """)
                // A TRIGGER privilege is what makes the schema unusable.
                await #expect(throws: BookkeepingUntrusted.self) {
                    try await setup(connection).run(
                        RoleSetup.Options(purposes: [.reader], role: role), isDryRun: false)
                }
                try await connection.execute("REVOKE TRIGGER ON ALL TABLES IN SCHEMA rssctl FROM \(role)")
                _ = try await setup(connection).run(
                    RoleSetup.Options(purposes: [.reader, .warmer], role: role), isDryRun: false)
                #expect(
                    try await connection.value(
                        """
                        SELECT has_table_privilege('\(role)', 'rssctl.bulk_run', 'INSERT, UPDATE, DELETE')
                            OR has_table_privilege('\(role)', 'rssctl.bulk_before', 'SELECT')
                            OR has_schema_privilege('\(role)', 'rssctl', 'CREATE')
                        """) == "f")
                #expect(
                    try await connection.value(
                        "SELECT has_table_privilege('\(role)', 'rssctl.bulk_run', 'SELECT') AND pg_has_role('\(role)', 'pg_monitor', 'MEMBER')"
                    ) == "t")
            }
        }
    }

    @Test func `a name that means every role is refused, and so are tables that are not there or not ours`()
        async throws
    {
        try await withConnection(migrated: true) { connection in
            for name in ["public", "none", "pg_something", "", String(repeating: "x", count: 64)] {
                let options = RoleSetup.Options(purposes: [.reader], role: name, creates: true)
                let code2 = await code { _ = try await setup(connection).run(options, isDryRun: true) }
                #expect(code2 == "RSS-SETUP-001")
            }
            // The tables of the test belong to a superuser: no role becomes a member of it.
            let maintainer = RoleSetup.Options(purposes: [.maintainer], role: "nobody_yet", creates: true)
            let code3 = await code { _ = try await setup(connection).run(maintainer, isDryRun: true) }
            #expect(code3 == "RSS-SETUP-003")
            let reader = RoleSetup.Options(purposes: [.reader], role: "nobody_yet", creates: true)
            try await named("other", connection) { role in
                try await connection.executeScript(
                    "CREATE ROLE \(role); GRANT USAGE ON SCHEMA rssctl, files TO \(role); GRANT SELECT ON rssctl.bookkeeping TO \(role)"
                )
                try await connection.execute("SET ROLE \(role)")
                let code4 = await code { _ = try await setup(connection).run(reader, isDryRun: true) }
                #expect(code4 == "RSS-SETUP-004")
                try await connection.execute("RESET ROLE")
            }
            try await connection.execute("DROP TABLE user_role_assignments")
            let code5 = await code { _ = try await setup(connection).run(reader, isDryRun: true) }
            #expect(code5 == "RSS-SETUP-002")
        }
        try await withConnection { connection in
            let reader = RoleSetup.Options(purposes: [.reader], role: "nobody_yet", creates: true)
            let code6 = await code { _ = try await setup(connection).run(reader, isDryRun: true) }
            #expect(code6 == "RSS-SETUP-002")
        }
    }
}
