import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct MigrationVersionTests {
    private func version(_ text: String) throws -> MigrationVersion { try #require(MigrationVersion(text)) }

    @Test func `versions are compared number by number, and zeros do not count`() throws {
        let texts = ["1", "2", "2.1", "2.1.3", "2.2", "2.10", "3", "20261130", "20261130.1"]
        let versions = try texts.map(version)
        #expect(versions.shuffled().sorted() == versions)
        #expect(try version("0002") == 2 && version("2.0") == 2 && version("2_1") == version("2.1"))
        #expect(try version("2.0.1") != version("2.1"))
        for text in ["", ".", "1.", "1..2", "-1", "a", "1234567890123456789"] { #expect(MigrationVersion(text) == nil) }
    }

    @Test(arguments: ["1", "999999999999999999", "2.1", "2.10", "2.0.1", "1.999999999999999999.3"])
    func `the key in the database is read as it was written, and sorts as versions do`(text: String) async throws {
        let version = try version(text)
        #expect(MigrationVersion(key: version.key) == version && version.description == text)
        #expect(ScriptKey(key: "-\(version.key)") == ScriptKey(version, isRevert: true))
        #expect(MigrationVersion(key: "2.1") == nil && ScriptKey(key: "0") == nil)
    }

    @Test func `names as Flyway writes them are those of migrations`() throws {
        #expect(MigrationFileName("V4.1__add_x.sql") == .versioned(try version("4.1"), name: "add x"))
        #expect(MigrationFileName("V4_1__add_x.sql") == .versioned(try version("4.1"), name: "add x"))
        #expect(MigrationFileName("U4.1__add_x.sql") == .down(try version("4.1")))
        #expect(MigrationFileName("V4.1__add_x.down.sql") == .down(try version("4.1")))
        for name in ["U4__x.down.sql", "V0__x.sql", "V4.__x.sql", "B1__x.sql"] {
            #expect(MigrationFileName(name) == nil)
        }
    }

    @Test func `a file that is skipped is reported, and a folder with migrations too`() throws {
        let source = try migrations([
            "V1__a.sql": "SELECT 1;", "structure.sql": "", "V2__b.sql.bak": "", "readme.txt": "",
        ])
        let path = try #require(source.folders.first)
        try FileManager.default.createDirectory(atPath: "\(path)/later", withIntermediateDirectories: true)
        try "SELECT 1;".write(toFile: "\(path)/later/V3__c.sql", atomically: true, encoding: .utf8)
        let notices = try source.load().notices
        #expect(notices.count == 3, "\(notices)")
        for name in ["structure.sql", "V2__b.sql.bak", "later"] {
            #expect(notices.contains { $0.contains("/\(name) ") }, "\(name)")
        }
    }

    @Test func `dotted versions are applied in their order, kept, reverted and accepted`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V2__b.sql": "CREATE TABLE b (x int);", "V2.10__d.sql": "CREATE TABLE d (x int);",
                "V2.1__c.sql": "CREATE TABLE c (x int);", "U2.10__d.sql": "DROP TABLE d;",
                "V10__e.sql": "CREATE TABLE e (x int);", "V10__e.down.sql": "DROP TABLE e;",
            ])
            let migrator = migrator(connection, source)
            let done = try await migrator.up(.silent)
            #expect(done.compactMap(\.version).map(\.description) == ["2", "2.1", "2.10", "10"])
            #expect(
                try await connection.value("SELECT version FROM rssctl.migration ORDER BY sequence OFFSET 1 LIMIT 1")
                    == "2.000000000000000001")
            let applied = try await migrator.plan().applied
            #expect(applied.map(\.version.description) == ["2", "2.1", "2.10", "10"])
            let back = try await migrator.planDown(to: try version("2.1"))
            #expect(back.map(\.file) == ["V10__e.sql", "V2.10__d.sql"])
            _ = try await migrator.down(back, .silent)
            let left = try await migrator.plan()
            #expect(left.pending.map(\.version.description) == ["2.10", "10"])
            try write(["V2.1__c.sql": "CREATE TABLE c (x bigint);"], to: source)
            await #expect(throws: MigrateError.checksumMismatch(version: try version("2.1"), file: "V2.1__c.sql")) {
                try await migrator.plan()
            }
            _ = try await migrator.accept(try version("2.1"), reason: "wider", isDryRun: false)
            let again = try await migrator.up(.silent)
            #expect(again.compactMap(\.version?.description) == ["2.10", "10"])
        }
    }

    @Test func `records of the format before are upgraded in place`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.executeScript(
                """
                ALTER TABLE rssctl.migration ALTER version TYPE bigint;
                ALTER TABLE rssctl.migration_statement ALTER version TYPE bigint;
                ALTER TABLE rssctl.schema_fingerprint ALTER version TYPE bigint;
                DROP INDEX rssctl.migration_sequence;
                UPDATE rssctl.bookkeeping SET format = 5;
                """)
            #expect(try await migrator(connection, source).plan().applied.map(\.version) == [1])
            let drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.isEmpty)
            try write(["V1.5__b.sql": "CREATE TABLE b (x int);"], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT format FROM rssctl.bookkeeping") == "6")
            #expect(try await migrator(connection, source).plan().applied.map(\.version.description) == ["1", "1.5"])
        }
    }
}
