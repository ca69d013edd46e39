import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore

/// `migrate` and its flags, as typed.
@Suite struct MigrateVerbTests {
    private static func folder(_ path: String, _ files: [String: String]) throws -> String {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return path
    }

    @Test func `a foreign database is not migrated without a question, and a part of the plan can be chosen`()
        async throws
    {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let folder = try Self.folder(
                    "\(state)/own",
                    [
                        "V1__a.sql": "CREATE TABLE a (x int);", "V2__b.sql": "DO $$ BEGIN RAISE NOTICE 'seen'; END $$;",
                        "structure.sql": "",
                    ])
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute("CREATE TABLE orders (id int)")
                let refused = try await binary.run("migrate", "--directory", folder)
                #expect(refused.status == 1 && refused.errors.contains("RSS-MIGRATE-046"), "\(refused.errors)")
                #expect(refused.errors.contains("public.orders") && refused.errors.contains("--yes"))
                #expect(
                    try await admin.value("SELECT to_regclass('a') IS NULL AND to_regclass('rssctl.migration') IS NULL")
                        == "t")
                let two = try await binary.run("migrate", "up", "--directory", folder, "--yes", "--expect-one")
                #expect(two.status == 1 && two.errors.contains("RSS-MIGRATE-047"), "\(two.errors)")
                let one = try await binary.run(
                    "migrate", "up", "--directory", folder, "--yes", "--to", "1", "--expect-one")
                #expect(one.status == 0 && one.output.contains("1 left pending"), "\(one.errors)")
                #expect(one.errors.contains("structure.sql is not named like a migration"))
                // With a history it is ours.
                try await admin.execute("CREATE TABLE by_hand (id int)")
                let drifted = try await binary.run("migrate", "up", "--directory", folder, "--check-drift")
                #expect(drifted.status == 3 && drifted.errors.contains("RSS-MIGRATE-048"), "\(drifted.errors)")
                let shown = try await binary.run("migrate", "drift", "--accept", "--reason", "ours", "--dry-run")
                #expect(shown.status == 0 && shown.output.contains("public.by_hand"), "\(shown.errors)")
                #expect(try await binary.run("migrate", "drift").status == 3)
                #expect(try await binary.run("migrate", "drift", "--accept").status == 64)
                #expect(try await binary.run("migrate", "drift", "--accept", "--reason", "ours").status == 0)
                #expect(try await binary.run("migrate", "drift").status == 0)
                let rest = try await binary.run("migrate", "up", "--directory", folder, "--check-drift")
                #expect(rest.status == 0 && rest.errors.contains("V2__b.sql:1:1: NOTICE: seen"), "\(rest.errors)")
                await admin.close()
            }
        }
    }

    @Test func `what was not tested of the way back is said, and every verb of the group takes the folder`()
        async throws
    {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let folder = try Self.folder(
                    "\(state)/own",
                    [
                        "V1__a.sql": "CREATE TABLE public.a (x int);", "V1__a.down.sql": "DROP TABLE public.a;",
                        "V2__b.sql": "CREATE TABLE public.b (x int);",
                    ])
                #expect(try await binary.run("migrate", "--directory", folder).status == 0)
                let plain = try await binary.run("migrate", "verify", "--directory", folder)
                #expect(plain.status == 0, "\(plain.errors)")
                #expect(plain.output.contains("Not tested: whether migrations can be reverted."), "\(plain.output)")
                let trip = try await binary.run("migrate", "verify", "--round-trip", "--directory", folder)
                #expect(trip.status == 2, "\(trip.errors)")
                #expect(trip.output.contains("not tested: it has no down file"), "\(trip.output)")
                #expect(
                    trip.output.contains(
                        "1 of 2 migrations can be reverted; not tested, for want of a down file: V2__b.sql"))
                let json = try await binary.run(
                    "migrate", "verify", "--round-trip", "--directory", folder, "-o", "json")
                #expect(json.output.contains("\"verdict\" : \"blind\"") && json.output.contains("\"roundTrip\" : true"))
                try "DROP TABLE public.b;".write(toFile: "\(folder)/V2__b.down.sql", atomically: true, encoding: .utf8)
                let whole = try await binary.run("migrate", "verify", "--round-trip", "--directory", folder)
                #expect(
                    whole.status == 0 && whole.output.contains("2 of 2 migrations can be reverted."), "\(whole.output)")

                for verb in ["status", "verify", "drift", "lint", "plan"] {
                    let answer = try await binary.run("migrate", verb, "--directory", folder)
                    #expect(answer.status == 0, "\(verb): \(answer.output)\(answer.errors)")
                }
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute("CREATE TABLE by_hand (id int)")
                await admin.close()
                #expect(try await binary.run("migrate", "drift", "--directory", folder).status == 3)
                // Another folder's migrations say nothing of this schema.
                let other = try Self.folder("\(state)/other", ["V1__z.sql": "CREATE TABLE public.z (x int);"])
                let mistaken = try await binary.run("migrate", "drift", "--directory", other)
                #expect(mistaken.errors.contains("RSS-MIGRATE-00"), "\(mistaken.errors)")
            }
        }
    }

    @Test func `folders that are set stand beside the shipped migrations, for each command`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let folder = "\(state)/team"
                let config = "\(state)/config.yaml"
                try "migrate:\n  directories:\n    - \(folder)\n".write(
                    toFile: config, atomically: true, encoding: .utf8)
                var environment = try await target(options)
                environment["RSSCTL_CONFIG"] = config
                let binary = Binary(state: state, environment: environment)
                let made = try await binary.run("migrate", "new", "report note")
                #expect(made.status == 0 && made.output.contains("\(folder)/V1000__report_note.sql"), "\(made.errors)")
                let status = try await binary.run("migrate", "status")
                #expect(status.status == 3 && status.output.contains("report note"), "\(status.errors)")
                let doctor = try await binary.run("doctor")
                #expect(doctor.output.contains("1 of 9 migrations are pending"), "\(doctor.output)")
                #expect(try await binary.run("migrate").status == 0)
                #expect(try await binary.run("migrate", "verify").output.contains("shipped, \(folder)"))
                // Whoever forgets the setting is led to it.
                environment["RSSCTL_CONFIG"] = ""
                let forgot = try await Binary(state: state, environment: environment).run("migrate", "status")
                #expect(forgot.status == 3 && forgot.errors.contains("migrate.directories"), "\(forgot.errors)")
            }
        }
    }
}
