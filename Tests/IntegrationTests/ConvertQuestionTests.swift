import Foundation
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// `rssctl partition convert` asks before a key becomes another.
@Suite struct ConvertQuestionTests {
    @Test func `a conversion that changes the primary key needs an answer, which names the database and both keys`()
        async throws
    {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.executeScript(
                    """
                    CREATE TABLE ev (id bigint PRIMARY KEY, at timestamptz NOT NULL);
                    INSERT INTO ev SELECT n, now() - n * interval '1 day' FROM generate_series(1, 100) n;
                    """)
                let convert = ["partition", "convert", "ev", "--by", "at"]
                let refused = try await binary.run(convert)
                #expect(refused.status == 64, "\(refused.errors)")
                for word in [
                    "(id) becomes (id, at)", "ON CONFLICT (id)", options.keywords["dbname"] ?? "?", "public.ev",
                ] {
                    #expect(refused.errors.contains(word), "\(word): \(refused.errors)")
                }
                #expect(try await admin.value("SELECT relkind FROM pg_class WHERE relname = 'ev'") == "r")
                #expect(try await admin.value("SELECT to_regclass('rssctl.partition_work')") == nil)
                let shown = try await binary.run(convert + ["--dry-run"])
                #expect(shown.status == 0 && shown.output.contains("(id) becomes (id, at)"))
                let done = try await binary.run(convert + ["--yes"])
                #expect(done.status == 0, "\(done.errors)")
                #expect(done.output.contains("changes") && done.output.contains("(id) becomes (id, at)"))
                // What is done already asks nothing.
                #expect(try await binary.run(convert).status == 0)
                await admin.close()
            }
        }
    }

    @Test func `a table without a key is asked about, and one whose key stays as it is not`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.executeScript(
                    """
                    CREATE TABLE keyless (d date NOT NULL, payload text);
                    CREATE TABLE whole (id int, d date, PRIMARY KEY (id, d));
                    CREATE TABLE odd (id int PRIMARY KEY, d date NOT NULL, CHECK (id > 0) NO INHERIT);
                    """)
                let keyless = try await binary.run("partition", "convert", "keyless", "--by", "d")
                #expect(keyless.status == 64 && keyless.errors.contains("partition split"), "\(keyless.errors)")
                let whole = try await binary.run("partition", "convert", "whole", "--by", "d")
                #expect(whole.status == 0, "\(whole.errors)")
                // What cannot be converted is refused, not asked about.
                let odd = try await binary.run("partition", "convert", "odd", "--by", "d")
                #expect(odd.status == 1 && odd.errors.contains("RSS-PARTITION-040"), "\(odd.errors)")
                await admin.close()
            }
        }
    }
}
