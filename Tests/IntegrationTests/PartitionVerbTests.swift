import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSModel
import TestSupport
import Testing

/// The verbs of partition, with what only a whole run shows.
@Suite struct PartitionVerbTests {
    @Test func `a session that may only read is refused before anything is done`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                let database = try await admin.value("SELECT quote_ident(current_database())") ?? ""
                try await admin.execute("ALTER DATABASE \(database) SET default_transaction_read_only = on")
                let partition =
                    try await admin.value(
                        "SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'visit_reports'::regclass"
                    ) ?? ""
                for words in [
                    ["retire", partition], ["maintain"], ["policy", "set", "visit_reports", "--premake", "4"],
                ] {
                    let refused = try await binary.run(["partition"] + words)
                    #expect(
                        refused.status == 78 && refused.errors.contains("RSS-PG-012"), "\(words): \(refused.errors)")
                }
                #expect(try await binary.run("partition", "status").status == 0)
                let shown = try await binary.run("partition", "retire", partition, "--dry-run")
                #expect(shown.status == 0, "\(shown.errors)")
                #expect(try await admin.value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'") == "0")
                await admin.close()
            }
        }
    }

    @Test func `what cannot be written ends with 73, and a folder instead of a file with 65`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                #expect(mkfifo("\(state)/pipe", 0o600) == 0)
                for path in ["\(state)/pipe", "\(state)/none/file", state] {
                    for words in [["plan", "--save", path], ["check", "--metrics", path]] {
                        let refused = try await binary.run(["partition"] + words)
                        #expect(
                            refused.status == 73 && refused.errors.contains("RSS-FILE-003"),
                            "\(words): \(refused.errors)")
                    }
                }
                for words in [["maintain", "--plan", state], ["policy", "import", state]] {
                    let refused = try await binary.run(["partition"] + words)
                    #expect(
                        refused.status == 65 && refused.errors.contains("RSS-FILE-004"), "\(words): \(refused.errors)")
                }
            }
        }
    }

    @Test func `a table that was dropped or is locked stops no other from being shown and checked`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute("CREATE TABLE gone (d date NOT NULL) PARTITION BY RANGE (d)")
                for table in ["gone", "visit_reports"] {
                    #expect(try await binary.run("partition", "policy", "set", table, "--premake", "3").status == 0)
                }
                let document = try await binary.run("partition", "policy", "export").output
                try document.write(toFile: "\(state)/policies.yaml", atomically: true, encoding: .utf8)
                try await admin.execute("DROP TABLE gone")
                let remedy = "rssctl partition policy remove public.gone"
                let status = try await binary.run("partition", "status")
                #expect(status.status == 3 && status.output.contains(remedy), "\(status.output)\(status.errors)")
                #expect(status.output.contains("visit_reports_20"))
                let check = try await binary.run("partition", "check", "--output", "json")
                #expect(check.status == 2 && check.output.contains(remedy) && check.output.contains("partition.runway"))
                let imported = try await binary.run("partition", "policy", "import", "\(state)/policies.yaml")
                #expect(imported.status == 2 && imported.output.contains(remedy), "\(imported.output)")
                let maintained = try await binary.run("partition", "maintain")
                #expect(maintained.status == 2 && maintained.output.contains(remedy), "\(maintained.output)")
                #expect(try await binary.run("partition", "policy", "remove", "gone", "--yes").status == 0)
                #expect(try await binary.run("partition", "status").status == 0)
                try await admin.execute("UPDATE rssctl.partition_policy SET partition_interval = 'bogus'")
                let list = try await binary.run("partition", "policy", "list")
                #expect(list.status == 78 && list.output.contains("RSS-PARTITION-006"), "\(list.output)")
                await admin.close()
            }
        }
    }

    @Test func `a superuser whose command would run a tenant's code is refused with 77, and the hint names the role`()
        async throws
    {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                let role = "tenant_\(UInt32.random(in: 0...UInt32.max))"
                try await admin.executeScript(
                    """
                    CREATE ROLE \(role); CREATE SCHEMA app AUTHORIZATION \(role); SET ROLE \(role);
                    CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
                    CREATE TABLE app.e (id int, d date) PARTITION BY RANGE (d);
                    CREATE TABLE app.e_1 PARTITION OF app.e FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                    CREATE TABLE app.e_2 PARTITION OF app.e FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
                    CREATE INDEX e_i ON app.e (app.f(id));
                    RESET ROLE;
                    """)
                for words in [
                    ["plan", "app.e"], ["maintain", "app.e"], ["split", "app.e_1", "--into", "week", "--yes"],
                    ["retire", "app.e_1", "--yes"], ["archive", "app.e_1", "--to", state, "--yes"],
                ] {
                    let refused = try await binary.run(["partition"] + words)
                    #expect(
                        refused.status == 77 && refused.errors.contains("RSS-PG-021")
                            && refused.errors.contains("PGUSER=\(role)"), "\(words): \(refused.errors)")
                }
                #expect(
                    try await admin.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'app.e'::regclass") == "2"
                )
                try await admin.executeScript("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
                await admin.close()
            }
        }
    }
}
