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
        try await withState { state in
            let binary = Binary(state: state)
            let setup = [
                ["sandbox", "up"], ["migrate"], ["sandbox", "seed", "--visits", "1000"], ["partition", "maintain"],
            ]
            for arguments in setup {
                let result = try await binary.run(arguments)
                #expect(result.status == 0, "\(arguments): \(result.errors)")
            }
            let folder = "\(state)/work"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "\(ServerLostTests.root)/Examples", toPath: "\(folder)/Examples")
            let verbs = Self.verbs(Root.self)
            #expect(verbs.count > 15)
            for declaration in verbs {
                for example in declaration.examples {
                    try await Self.prepare(declaration, binary)
                    let words = Self.words(example.command)
                    let result = try await binary.run(Array(words.dropFirst()), directory: folder)
                    #expect(
                        result.status == example.exit.rawValue,
                        "\(example.command): \(result.errors)\(result.output.suffix(500))")
                }
            }
            _ = try await binary.run("sandbox", "destroy", "--yes")
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

    /// What must hold before an example that takes something for granted.
    private static func prepare(_ declaration: Declaration, _ binary: Binary) async throws {
        switch declaration.command {
        case "sandbox seed":
            _ = try await binary.run("sandbox", "reset", "--yes")
            _ = try await binary.run("migrate")
        case "sandbox reset", "sandbox down": _ = try await binary.run("sandbox", "up")
        default:
            _ = try await binary.run("sandbox", "up")
            if declaration.command.hasPrefix("partition ") {
                let made = try await binary.run("sandbox", "psql", "--", "-qc", Self.partitions)
                #expect(made.status == 0, "\(made.errors)")
            }
            _ = try await binary.run("migrate")
            if try await binary.run("sandbox", "seed", "--visits", "1000").status == 0 {
                _ = try await binary.run("partition", "maintain")
            }
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
