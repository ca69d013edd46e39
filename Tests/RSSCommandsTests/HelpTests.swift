import ArgumentParser
import Console
import Foundation
import RSSModel
import Testing

@testable import RSSCommands

/// Help as people read it.
@Suite struct HelpTests {
    private func page(_ words: String..., isLong: Bool, width: Int? = 80) throws -> String {
        try HelpPage(CommandLinePath(words), isLong: isLong).text(width: width)
    }

    @Test(arguments: FoundVerb.all)
    func `usage is first, then the command's own options, then one line for the common ones`(verb: FoundVerb) throws {
        let lines = verb.help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(verb.declaration.abstract.hasPrefix(lines[0]))
        let usage = try #require(lines.firstIndex(of: "USAGE"))
        #expect(usage <= 3 && lines[usage + 1].hasPrefix("  rssctl \(verb.declaration.command)"))
        let order = ["USAGE", "ARGUMENTS", "OPTIONS", "COMMON OPTIONS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS"]
        let found = order.compactMap { lines.firstIndex(of: $0) }
        #expect(found == found.sorted() && found.count >= 4)
        let common = try #require(lines.firstIndex(of: "COMMON OPTIONS"))
        #expect(lines[common + 1].contains("rssctl help global") && lines[common + 2].isEmpty)
        for option in CommonOptions.all {
            let name = try #require(option.names?.first { $0.kind == "long" }?.text)
            let listed = lines.filter { !$0.hasSuffix("rssctl help global") }
            #expect(!listed.contains { $0.hasPrefix("  \(name) ") || $0.contains(", \(name) ") }, "\(name)")
        }
    }

    @Test(arguments: FoundVerb.all)
    func `no line is wider than the screen but those that are copied, which are whole`(verb: FoundVerb) {
        let copied = verb.declaration.examples.map { "  \($0.command)" }
        for line in verb.help.split(separator: "\n").map(String.init)
            + verb.shortHelp.split(separator: "\n").map(String.init)
        where DisplayWidth.of(line) > 80 {
            #expect(copied.contains(line) || line.hasPrefix("  rssctl \(verb.declaration.command)"), "\(line)")
        }
        for line in copied { #expect(verb.help.contains("\(line)\n")) }
        #expect(!verb.help.contains("Examples/"))
    }

    @Test(arguments: FoundVerb.all)
    func `the short form has every option, and says where the rest is`(verb: FoundVerb) {
        let own = Set(verb.options).subtracting(["--help", "-h", "--version"])
        let common = Set(CommonOptions.all.flatMap { ($0.names ?? []).map(\.text) })
        for option in own.subtracting(common) { #expect(verb.shortHelp.contains(option), "\(option)") }
        #expect(!verb.shortHelp.contains("EXAMPLES") && verb.shortHelp.count < verb.help.count)
        #expect(
            verb.shortHelp.hasSuffix(
                "rssctl \(verb.declaration.command) --help shows details and examples."))
    }

    @Test func `pages of groups and of the root are the ones on record`() throws {
        for (name, words) in [("root", []), ("partition", ["partition"]), ("migrate", ["migrate"])] {
            let path = CommandLinePath(words)
            try Golden.compare(HelpPage(path, isLong: true).text(width: 80), name: "help-\(name).txt")
            try Golden.compare(HelpPage(path, isLong: false).text(width: 80), name: "help-\(name)-short.txt")
        }
        for verb in FoundVerb.all where ["bulk import", "doctor", "explain"].contains(verb.declaration.command) {
            let name = verb.declaration.command.replacing(" ", with: "-")
            try Golden.compare(verb.shortHelp, name: "help-\(name)-short.txt")
        }
        try Golden.compare(HelpTopic.global.text, name: "help-global.txt")
    }

    @Test func `rssctl without arguments fits a screen of 24 lines`() throws {
        let lines = try page(isLong: false).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 23, "\(lines.count)")
        for command in Root.children where command.configuration.shouldDisplay {
            #expect(lines.contains { $0.hasPrefix("  \(command._commandName) ") })
        }
    }

    @Test func `commands of a group are under headings, each once`() throws {
        let text = try page("partition", isLong: false)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let headings = ["DAILY", "RESHAPE", "ARCHIVE", "POLICIES AND INDEXES"]
        let places = headings.compactMap { lines.firstIndex(of: $0) }
        #expect(places.count == 4 && places == places.sorted())
        for child in PartitionGroup.children {
            #expect(lines.count { $0.hasPrefix("  \(child._commandName) ") } == 1, "\(child._commandName)")
        }
        // The group that has a verb of its own shows its options as well.
        let migrate = try page("migrate", isLong: false)
        #expect(migrate.contains("  rssctl migrate [options]\n  rssctl migrate COMMAND [options]\n"))
        #expect(migrate.contains("--dry-run") && migrate.contains("COMMON OPTIONS"))
    }

    @Test func `help global lists every common option`() {
        let text = HelpTopic.global.text
        #expect(CommonOptions.all.count >= 11)
        for option in CommonOptions.all { #expect(text.contains(option.synopsis), "\(option.synopsis)") }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func `a narrow screen is used, and a wide one up to 100 columns`() throws {
        let narrow = try page("doctor", isLong: true, width: 50)
        #expect(
            narrow.split(separator: "\n").allSatisfy { $0.count <= 50 || $0.hasPrefix("  -o") || $0.hasPrefix("  ") })
        let wide = try page("bulk", "import", isLong: true, width: 200)
        let widest = wide.split(separator: "\n").filter { !$0.hasPrefix("  rssctl ") }.map(\.count).max() ?? 0
        #expect(widest > 80 && widest <= 100)
    }

    @Test func `the parser's help is ours on every way to ask for it`() async throws {
        func run(_ arguments: [String]) async -> (status: Int32, output: String) {
            let (console, output, _) = Console.inMemory()
            let world = World(environment: ["RSSCTL_CONFIG": ""], arguments: arguments) { _, _ in console }
            let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
            return (status, output.text)
        }
        let long = try page("partition", "plan", isLong: true) + "\n"
        let short = try page("partition", "plan", isLong: false) + "\n"
        for arguments in [
            ["partition", "plan", "--help"], ["help", "partition", "plan"],
            ["--profile", "x", "partition", "plan", "--help"],
        ] {
            let result = await run(arguments)
            #expect(result.status == 0 && result.output == long, "\(arguments)")
        }
        for arguments in [["partition", "plan", "-h"], ["partition", "plan", "visit_reports", "-h"]] {
            let result = await run(arguments)
            #expect(result.status == 0 && result.output == short, "\(arguments)")
        }
        for arguments in [[], ["-h"]] {
            let result = await run(arguments)
            let root = try page(isLong: false) + "\n"
            #expect(result.status == 0 && result.output == root, "\(arguments)")
        }
        let group = await run(["partition"])
        let partition = try page("partition", isLong: false) + "\n"
        #expect(group.status == 0 && group.output == partition)
    }
}
