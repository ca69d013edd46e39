import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import TestSupport
import Testing

@Suite struct StructureVerbTests {
    @Test func `drift ends with 0, 3 or blind, and names what differs`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute("TRUNCATE rssctl.schema_fingerprint")
                let blind = try await binary.run("migrate", "drift")
                #expect(blind.status == 1 && blind.errors.contains("RSS-MIGRATE-030") && blind.errors.contains("blind"))
                let migrated = try await binary.run("migrate")
                #expect(migrated.status == 0, "\(migrated.errors)")
                let none = try await binary.run("migrate", "drift")
                #expect(none.status == 0 && none.output.hasPrefix("No drift: "), "\(none.errors)")
                try await admin.execute("ALTER TABLE users ADD COLUMN nickname text")
                try await admin.execute("DROP INDEX idx_users_email")
                let drift = try await binary.run("migrate", "drift")
                #expect(drift.status == 3, "\(drift.errors)")
                let lines = drift.output.split(separator: "\n").map {
                    $0.split(separator: " ", omittingEmptySubsequences: true)
                }
                #expect(lines.contains { $0.prefix(4) == ["index", "public.idx_users_email", "missing", "-"] })
                #expect(lines.contains { $0 == ["table", "public.users", "changed", "+", "nickname", "text"] })
                let json = try await binary.run("migrate", "drift", "--output", "json")
                #expect(json.status == 3 && json.output.contains("\"before\" : \"CREATE UNIQUE INDEX idx_users_email"))
                try await admin.execute(
                    "UPDATE rssctl.schema_fingerprint SET objects = objects || '{\"serverMajor\": 9}'")
                try await admin.execute("UPDATE rssctl.schema_fingerprint SET objects = objects || '{\"format\": 9}'")
                let other = try await binary.run("migrate", "drift")
                #expect(other.status == 1 && other.errors.contains("RSS-MIGRATE-031"))
                await admin.close()
            }
        }
    }

    @Test func `dump writes the same bytes to stdout and to a file, and they load`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute(
                    "CREATE FUNCTION tabs() RETURNS text LANGUAGE sql AS E'\n\tSELECT ''\u{1B}[31m''\n'")
                let shown = try await binary.run("migrate", "dump")
                #expect(shown.status == 0 && shown.output.contains("\n\tSELECT '\u{1B}[31m'\n"), "\(shown.errors)")
                let written = try await binary.run("migrate", "dump", "--file", "a.sql", directory: state)
                #expect(written.status == 0, "\(written.errors)")
                let text = try String(contentsOfFile: "\(state)/a.sql", encoding: .utf8)
                #expect(text == shown.output)
                let expected = try await SchemaFingerprint.read(admin)
                try await withConnection { copy in
                    try await copy.executeScript(text)
                    let actual = try await SchemaFingerprint.read(copy)
                    #expect(actual == expected)
                }
                let refused = try await binary.run("migrate", "dump", "--file", "none/a.sql", directory: state)
                #expect(refused.status == 73 && refused.errors.contains("No such file or directory"))
                await admin.close()
            }
        }
    }
}
