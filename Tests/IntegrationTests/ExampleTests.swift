import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import TestSupport
import Testing

@testable import RSSCommands

/// Every example of every help text is run, as typed, on a sandbox that was just migrated and seeded.
@Suite(.serialized) struct ExampleTests {
    @Test func `every example ends with the exit status it is declared with`() async throws {
        try await withSandbox { servers, binary in
            let folder = "\(URL(fileURLWithPath: servers.folder).deletingLastPathComponent().path)/work"
            // A user's own files have the names that the examples give.
            try FileManager.default.copyItem(atPath: "\(ServerLostTests.root)/Examples", toPath: folder)
            // An example makes it.
            try FileManager.default.removeItem(atPath: "\(folder)/rssctl.yaml")
            let verbs = Self.verbs(Root.self)
            #expect(verbs.count > 15)
            var isWhole = false
            for declaration in verbs {
                for example in declaration.examples {
                    if !isWhole { try await Self.seed(binary) }
                    try await Self.prepare(declaration, servers, binary)
                    let words = Self.words(example.command)
                    let result = try await binary.run(Array(words.dropFirst()), directory: folder)
                    #expect(
                        result.status == example.exit.rawValue,
                        "\(example.command): \(result.errors)\(result.output.suffix(500))")
                    isWhole = Self.leavesServers(declaration, words)
                }
            }
        }
    }

    /// Whether the servers run, and the database has its migrations and rows, after a command as before it.
    private static func leavesServers(_ declaration: Declaration, _ words: [String]) -> Bool {
        let group = declaration.command.split(separator: " ").first
        return words.contains("--dry-run") || group != "sandbox" && (declaration.effect == .reads || group != "migrate")
    }

    /// Starts what is stopped, and applies and fills in what is missing.
    private static func seed(_ binary: Binary) async throws {
        for arguments in [["sandbox", "up"], ["migrate"]] {
            let result = try await binary.run(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
        }
        // Refused where there are rows already.
        if try await binary.run("sandbox", "seed", "--visits", "1000").status == 0 {
            #expect(try await binary.run("partition", "maintain").status == 0)
        }
    }

    /// The tables and months that the examples of partitions name, whichever months the seed has.
    private static let partitions = """
        DO $$ DECLARE first date; BEGIN
            FOREACH first IN ARRAY ARRAY[date '2023-12-01', '2024-01-01', '2024-02-01'] LOOP
                CONTINUE WHEN to_regclass(to_char(first, '"visit_reports_"YYYY_MM')) IS NOT NULL;
                BEGIN
                    EXECUTE format('CREATE TABLE %I PARTITION OF visit_reports FOR VALUES FROM (%L) TO (%L)',
                        to_char(first, '"visit_reports_"YYYY_MM'), first, first + interval '1 month');
                EXCEPTION WHEN invalid_object_definition THEN NULL; -- An earlier example has divided it.
                END;
            END LOOP;
            IF to_regclass('events') IS NULL THEN
                CREATE TABLE events (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                FOR n IN 1..3 LOOP
                    EXECUTE format('CREATE TABLE events_2024_0%s PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
                        n, make_date(2024, n, 1), make_date(2024, n + 1, 1));
                END LOOP;
                CREATE TABLE events_default PARTITION OF events DEFAULT;
                INSERT INTO events SELECT n, date '2024-01-01' + n % 180 FROM generate_series(1, 500) n;
                INSERT INTO rssctl.partition_policy (schema_name, table_name, key_column, partition_interval)
                VALUES ('public', 'events', 'day', 'month');
            END IF;
        END $$
        """

    /// Makes what an example takes for granted.
    private static func prepare(_ declaration: Declaration, _ servers: SandboxState, _ binary: Binary) async throws {
        if declaration.command == "sandbox seed" {
            for arguments in [["sandbox", "reset", "--yes"], ["migrate"]] {
                let result = try await binary.run(arguments)
                #expect(result.status == 0, "\(arguments): \(result.errors)")
            }
        } else if declaration.command.hasPrefix("partition "),
            // These see what is missing of a table that was just made.
            !["partition status", "partition check"].contains(declaration.command)
        {
            let connection = try await servers.connect()
            try await connection.executeScript(Self.partitions)
            await connection.close()
        }
    }

    private static func verbs(_ command: any ParsableCommand.Type) -> [Declaration] {
        let configuration = command.configuration
        return (configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)).flatMap {
            child in
            (child as? any Verb.Type).map { [$0.declaration] } ?? verbs(child)
        }
    }

    /// Splits a command line as a shell would, quotes and all.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quoted = false
        for character in line {
            if character == "'" {
                quoted.toggle()
                word = word ?? ""
            } else if character == " ", !quoted {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
