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

    @Test func `what cannot be written ends with 73, and a folder in the place of a file with 65`() async throws {
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
}
