import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore

/// `migrate lint` and `migrate plan`, as typed.
@Suite struct LintVerbTests {
    private static func folder(_ state: String, _ files: [String: String]) throws -> String {
        let path = "\(state)/migrations"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return path
    }

    @Test func `lint without a database ends by what it found, and says that rules are blind`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let folder = try Self.folder(
                state,
                [
                    "clean.sql": "CREATE TABLE x (id bigint PRIMARY KEY);", "faulty.sql": "CREATE INDEX i ON t (a);",
                    "broken.sql": "SELECT 'x", "note.sql": "DO $$ BEGIN END $$;",
                ])
            let clean = try await binary.run(
                "migrate", "lint", "--offline", "\(folder)/clean.sql", "\(folder)/note.sql")
            #expect(clean.status == 0 && clean.output.contains("unseen-work") && clean.output.contains("blind"))
            let faulty = try await binary.run("migrate", "lint", "--offline", "\(folder)/faulty.sql")
            #expect(faulty.status == 2 && faulty.output.contains("CREATE INDEX CONCURRENTLY i ON t (a);"))
            let broken = try await binary.run("migrate", "lint", "--offline", "\(folder)/broken.sql")
            let rows = try await binary.run("migrate", "lint", "--offline", "\(folder)/broken.sql", "--output", "csv")
            #expect(rows.output.contains("error,unreadable-script,"))
            #expect(broken.status == 65 && broken.output.contains("\(folder)/broken.sql:1:8"))
            // None is configured: it goes on, and says what it lacks.
            let alone = try await binary.run("migrate", "lint", "\(folder)/clean.sql")
            #expect(alone.status == 0 && alone.errors.contains("no database is read"))
            let dead = try await binary.run(
                "migrate", "lint", "\(folder)/clean.sql", "--database-url", "postgresql://127.0.0.1:1/x")
            #expect(dead.status == 69 && dead.output.isEmpty)
            let missing = try await binary.run("migrate", "lint", "--offline", "\(folder)/none.sql")
            #expect(missing.status == 65)
            let folded = try await binary.run("migrate", "lint", "--offline", folder)
            #expect(folded.status == 64 && folded.errors.contains("--directory \(folder)"))
        }
    }

    @Test func `lint tells GitHub and code hosts in their own forms`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let folder = try Self.folder(state, ["V0001__x.sql": "SELECT 1;\n  DROP TABLE t;"])
            let github = try await binary.run(
                "migrate", "lint", "--offline", "--directory", folder, "--report", "github")
            #expect(github.status == 2)
            #expect(github.output.hasPrefix("::warning file=\(folder)/V0001__x.sql,line=2,col=3,title=drop-table::"))
            let sarif = try await binary.run("migrate", "lint", "--offline", "--directory", folder, "--report", "sarif")
            let document = try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any]
            #expect(sarif.status == 2 && document?["version"] as? String == "2.1.0")
            let both = try await binary.run("migrate", "lint", "--offline", "--report", "sarif", "--output", "json")
            #expect(both.status == 64)
        }
    }

    @Test func `lint and plan look at what is pending, by what the database holds`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let folder = try Self.folder(
                    state,
                    [
                        "V0001__t.sql":
                            "CREATE TABLE t (id bigint PRIMARY KEY, a varchar(10), b int);\nCREATE INDEX t_b ON t (b);"
                    ])
                #expect(try await binary.run("migrate", "--directory", folder).status == 0)
                let connection = try await PostgresConnection.connect(options)
                try await connection.execute("INSERT INTO t SELECT i, i, i FROM generate_series(1, 20000) i")
                try await connection.execute("ANALYZE t")
                await connection.close()
                let done = try await binary.run("migrate", "lint", "--directory", folder)
                #expect(done.status == 0 && done.output.contains("1 file applied already"))
                _ = try Self.folder(
                    state,
                    [
                        "V0002__a.sql": "ALTER TABLE t ALTER COLUMN a TYPE text;",
                        "V0003__b.sql": "ALTER TABLE t ALTER COLUMN b TYPE bigint;",
                    ])
                let lint = try await binary.run("migrate", "lint", "--directory", folder, "--output", "json")
                #expect(lint.status == 2)
                let result = try Self.result(lint.output)
                let findings = try #require(result["findings"] as? [[String: Any]])
                #expect(findings.compactMap { $0["rule"] as? String } == ["change-column-type"])
                #expect((findings.first?["message"] as? String)?.contains("(about 20,000 rows)") == true)

                let plan = try await binary.run("migrate", "plan", "--directory", folder, "--output", "json")
                #expect(plan.status == 0)
                let statements = try #require(try Self.result(plan.output)["statements"] as? [[String: Any]])
                #expect(statements.compactMap { $0["duration"] as? String } == ["instant", "proportional"])
                #expect(statements.compactMap { $0["rows"] as? Int } == [20000])
                #expect(statements.last?["rewrites"] as? [String] == ["public.t"])
                let locks = try #require(statements.last?["locks"] as? [[String: String]])
                #expect(locks == [["relation": "public.t", "mode": "ACCESS EXCLUSIVE", "blocks": "readsAndWrites"]])
                let table = try await binary.run("migrate", "plan", "--directory", folder)
                #expect(
                    table.output.contains("reads, writes") && table.output.contains("1 finding: rssctl migrate lint"))
            }
        }
    }

    private static func result(_ output: String) throws -> [String: Any] {
        let document = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        return try #require(document?["result"] as? [String: Any])
    }
}
