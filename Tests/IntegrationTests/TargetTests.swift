import Foundation
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// Two databases: one is named by the file, the other one is asked for.
@Suite struct TargetTests {
    private func conninfo(_ options: ConnectionOptions) -> String {
        ["host", "port", "dbname", "user", "password"].map { "\($0)=\(options.keywords[$0] ?? "")" }.joined(
            separator: " ")
    }

    private func plain(_ options: ConnectionOptions) -> String {
        [("host", "host"), ("port", "port"), ("name", "dbname"), ("user", "user"), ("password", "password")]
            .map { "      \($0.0): \"\(options.keywords[$0.1] ?? "")\"\n" }.joined()
    }

    private func isMigrated(_ options: ConnectionOptions) async throws -> Bool {
        let connection = try await PostgresConnection.connect(options)
        let name = try await connection.value("SELECT to_regclass('public.visit_reports')::text")
        await connection.close()
        return name != nil
    }

    @Test func `a profile and the environment reach the database that they name, whatever the file's address`()
        async throws
    {
        try await withState { state in
            try await withDatabase { production in
                try await withDatabase { staging in
                    let file = "\(state)/config.yaml"
                    let text =
                        "database.url: \"\(conninfo(production))\"\nprofiles:\n  staging:\n    database:\n"
                        + plain(staging)
                    _ = FileManager.default.createFile(
                        atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
                    let name = staging.keywords["dbname"] ?? ""
                    let binary = Binary(state: state)
                    let preview = try await binary.run(
                        "migrate", "--dry-run", "--config", file, "--profile", "staging")
                    #expect(preview.errors.contains("/\(name) as "), "\(preview.errors)")
                    let migrated = try await binary.run("migrate", "--config", file, "--profile", "staging")
                    #expect(migrated.status == 0 && migrated.errors.contains("Target: "), "\(migrated.errors)")
                    #expect(migrated.errors.contains("/\(name) as \(staging.keywords["user"] ?? "")"))
                    let quiet = try await binary.run("migrate", "--config", file, "--profile", "staging", "--quiet")
                    #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
                    #expect(try await isMigrated(staging))
                    #expect(try await !isMigrated(production))

                    let question = try await binary.run("migrate", "down", "--config", file, "--profile", "staging")
                    #expect(question.status == 64 && question.errors.contains("/\(name) as "), "\(question.errors)")

                    // Pending is 3, and all applied 0.
                    let status = try await binary.run("migrate", "status", "--config", file)
                    #expect(status.status == 3, "\(status.errors)")
                    let variables: [[String: String]] = [
                        try await target(staging),
                        [
                            "DB_HOST": staging.keywords["host"] ?? "", "DB_PORT": staging.keywords["port"] ?? "",
                            "DB_NAME": name, "DB_USER": staging.keywords["user"] ?? "",
                            "DB_PASSWORD": staging.keywords["password"] ?? "",
                        ],
                        ["DATABASE_URL": conninfo(staging)],
                    ]
                    for environment in variables {
                        let result = try await Binary(state: state, environment: environment).run(
                            "migrate", "status", "--config", file)
                        #expect(result.status == 0, "\(environment.keys.sorted()): \(result.errors)")
                    }
                }
            }
        }
    }

    @Test func `libpq's variables do not lead a chosen target elsewhere`() async throws {
        try await withState { state in
            try await withDatabase(migrated: true) { options in
                let stray = [
                    "PGHOSTADDR": "192.0.2.1", "PGSERVICE": "nowhere", "PGOPTIONS": "-c role=nobody",
                    "PGUSER": "nobody",
                    "PGDATABASE": "nowhere", "PGPORT": "1", "PGTARGETSESSIONATTRS": "standby",
                    "PGSSLMODE": "verify-full",
                    "PGREQUIRESSL": "1", "PGPASSWORD": "wrong",
                ]
                let result = try await Binary(state: state, environment: stray).run(
                    "migrate", "status", "--database-url", conninfo(options))
                #expect(result.status == 0, "\(result.errors)")
            }
        }
    }
}
