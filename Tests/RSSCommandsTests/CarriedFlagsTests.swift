import ArgumentParser
import Foundation
import RSSModel
import Testing

@testable import RSSCommands

/// Commands in texts get the flags of the run; and what texts name are commands.
@Suite struct CarriedFlagsTests {
    private func carried(_ arguments: String...) throws -> CarriedFlags {
        let verb = try #require(try Root.parseAsRoot(arguments) as? any Verb)
        return CarriedFlags(verb.global, own: verb.ownCarriedFlags)
    }

    @Test func `a command gets the flags that lead to the servers of the run, where it takes them`() throws {
        let carried = try carried(
            "migrate", "status", "--profile", "prod", "--database-url", "postgresql://u:s3cret@db.example.com/rss",
            "--config", "my file.yaml", "--directory", "migrations")
        let servers =
            "--config 'my file.yaml' --profile prod --database-url postgresql://u@db.example.com/rss"
        #expect(carried.adding(to: "rssctl doctor") == "rssctl doctor \(servers)")
        #expect(
            carried.adding(to: "2 pending: rssctl migrate")
                == "2 pending: rssctl migrate \(servers) --directory migrations")
        #expect(
            carried.adding(to: "make it: rssctl partition maintain 'public.a b'; or rssctl migrate status shows it")
                == "make it: rssctl partition maintain \(servers) 'public.a b'; or rssctl migrate status \(servers) --directory migrations shows it"
        )
        // Servers of the sandbox are found by its folder, runs by the journal.
        #expect(
            carried.adding(to: "rssctl sandbox up && rssctl runs list")
                == "rssctl sandbox up --config 'my file.yaml' --profile prod && rssctl runs list")
        #expect(!carried.adding(to: "rssctl doctor").contains("s3cret"))
    }

    @Test(arguments: [
        "rssctl runs as root", "rssctl undoes nothing", "schema rssctl belongs to rss", "the rssctl partition",
        "RSSCTL_SANDBOX", "what rssctl migrated", "rssctl.operation", "myrssctl doctor",
    ])
    func `what is not a command stays as it is`(text: String) throws {
        #expect(try carried("doctor", "--profile", "prod").adding(to: text) == text)
    }

    @Test func `flags that are there already are not doubled, and without flags nothing changes`() throws {
        let carried = try carried("doctor", "--profile", "prod")
        #expect(carried.adding(to: "rssctl doctor --profile x") == "rssctl doctor --profile x")
        #expect(
            carried.adding(to: "RSSCTL_SANDBOX=F rssctl sandbox up")
                == "RSSCTL_SANDBOX=F rssctl sandbox up --profile prod")
        #expect(try self.carried("doctor").adding(to: "rssctl doctor") == "rssctl doctor")
    }

    /// Each `rssctl word …` in the texts of the sources, with the file that it is in.
    private static func commandsInTexts() throws -> [(file: String, words: [String])] {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var found: [(String, [String])] = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("\"") && !line.contains("///") {
                for match in line.matches(of: /\brssctl ((?:[a-z][a-z-]*)(?: (?:[a-z][a-z-]*|--[a-z][a-z-]*))*)/) {
                    // Where the verb is put in at run time, it is not known here; "rssctl runs as root" is prose.
                    if line[match.range.upperBound...].hasPrefix(" \\(") || match.1.hasPrefix("runs as") { continue }
                    found.append((file.lastPathComponent, match.1.split(separator: " ").map(String.init)))
                }
            }
        }
        return found
    }

    @Test func `every command that a text names exists, and so does each option beside it`() throws {
        let groups = Set(Root.children.map { $0._commandName })
        let named = try Self.commandsInTexts().filter { groups.contains($0.words[0]) }
        #expect(named.count > 100)
        for (file, words) in named {
            var level: any ParsableCommand.Type = Root.self
            var path: [String] = []
            for word in words {
                guard let child = level.children.first(where: { $0._commandName == word }) else { break }
                level = child
                path.append(word)
            }
            if let verb = level.configuration.defaultSubcommand, level.children.contains(where: { $0 == verb }) {
                path.append(verb._commandName)
                level = verb
            }
            // A group without a verb is none to type, unless its help is meant.
            let isTyped = level.children.isEmpty || words.contains("--help")
            #expect(isTyped, "\(file): rssctl \(words.joined(separator: " "))")
            let options = Set(CommandTree.options(of: path.joined(separator: " ")))
            for option in words where option.hasPrefix("--") {
                #expect(
                    options.contains(option) || ["--help", "--version"].contains(option),
                    "\(file): rssctl \(words.joined(separator: " ")) has no \(option)")
            }
        }
    }
}
