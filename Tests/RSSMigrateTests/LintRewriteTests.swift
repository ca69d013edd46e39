import PostgresClient
import RSSMigrate
import SQLScript
import TestSupport
import Testing

@testable import RSSCore

@Suite struct LintRewriteTests {
    /// What statements of the corpus take for granted besides its tables.
    private static let extras = """
        CREATE SCHEMA other;
        CREATE DOMAIN dom AS int;
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE UNIQUE INDEX m_id ON m (id);
        CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        """

    /// Rewrites that are not the server's to run: they need another tablespace, a function whose options are the fault, or
    /// the statement before them.
    private static let left: Set<String> = [
        "set-tablespace", "security-definer-search-path", "validate-in-same-transaction",
    ]

    @Test func `a rewrite runs on the server, statement by statement`() async throws {
        let catalog = try LintCorpus.catalog()
        var run = 0
        for pair in LintCorpus.pairs {
            let hit = LintCorpus.lint(pair.bad, in: catalog).findings.first {
                $0.rule == pair.rule && $0.rewrite != nil
            }
            guard let rewrite = hit?.rewrite, !rewrite.contains("…"), !Self.left.contains(pair.rule) else { continue }
            // A concurrent index on a partitioned table is carried out by rssctl, not by the server.
            if rewrite.contains("INDEX CONCURRENTLY"), rewrite.contains("ON p ") { continue }
            try await withConnection { connection in
                try await connection.executeScript(LintCorpus.setup + Self.extras)
                if rewrite.contains("NULLS NOT DISTINCT"), await connection.serverVersion < 150_000 { return }
                for statement in try Splitter(Array(rewrite.utf8)).statements() {
                    do {
                        try await connection.executeScript(statement.text)
                    } catch {
                        Issue.record("\(pair.rule): \(statement.text)\n\(error)")
                    }
                }
            }
            run += 1
        }
        print("rewrites run on the server: \(run)")
        #expect(run >= 20)
    }
}
