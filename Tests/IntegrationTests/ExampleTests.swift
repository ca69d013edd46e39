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

    /// What must hold before an example that takes something for granted.
    private static func prepare(_ declaration: Declaration, _ binary: Binary) async throws {
        switch declaration.command {
        case "sandbox seed":
            _ = try await binary.run("sandbox", "reset", "--yes")
            _ = try await binary.run("migrate")
        case "sandbox reset", "sandbox down": _ = try await binary.run("sandbox", "up")
        default:
            _ = try await binary.run("sandbox", "up")
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
