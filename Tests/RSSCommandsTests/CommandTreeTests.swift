import ArgumentParser
import Foundation
import RSSModel
import Testing

@testable import RSSCommands

/// A verb of the tree with its declaration, whatever its type.
struct FoundVerb: Sendable, CustomStringConvertible {
    let declaration: Declaration
    /// The long form, at 80 columns.
    let help: String
    /// The short form, at 80 columns.
    let shortHelp: String
    /// `["--dry-run", "-n", …]`
    let options: [String]
    let hasDryRun: Bool

    var description: String { declaration.command }

    /// Every verb below the root.
    static var all: [FoundVerb] { walk(Root.self) }

    private static func walk(_ command: any ParsableCommand.Type) -> [FoundVerb] {
        let configuration = command.configuration
        let children = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        var unique: [any ParsableCommand.Type] = []
        for child in children where !unique.contains(where: { $0 == child }) { unique.append(child) }
        return unique.flatMap { child in (child as? any Verb.Type).map { [found($0)] } ?? walk(child) }
    }

    private static func found(_ verb: any Verb.Type) -> FoundVerb {
        let words = ["rssctl"] + verb.declaration.command.split(separator: " ").map(String.init)
        // A page that cannot be made is an empty one, which no test accepts.
        let help = (try? HelpPage(verb, words, isLong: true).text(width: 80)) ?? ""
        let short = (try? HelpPage(verb, words, isLong: false).text(width: 80)) ?? ""
        return FoundVerb(
            declaration: verb.declaration, help: help, shortHelp: short,
            options: CommandTree.options(of: verb.declaration.command), hasDryRun: help.contains("--dry-run"))
    }
}

@Suite struct CommandTreeTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `the tree has the commands of the design card`() {
        let commands = Set(FoundVerb.all.map(\.declaration.command))
        #expect(
            commands.isSuperset(of: [
                "migrate up", "partition maintain", "bulk import", "report query", "cache warm", "analyze performance",
                "runs list",
                "sandbox up", "config show", "doctor",
            ]))
    }

    @Test(arguments: FoundVerb.all)
    func `a verb says what it is`(verb: FoundVerb) {
        let declaration = verb.declaration
        #expect(declaration.abstract.count <= 100 && !declaration.abstract.isEmpty)
        #expect(!declaration.abstract.hasSuffix("."))
        #expect(declaration.abstract.first?.isUppercase == true)
        #expect(!declaration.examples.isEmpty)
        for example in declaration.examples {
            let command = declaration.command.split(separator: " ")
            #expect(example.command.hasPrefix("rssctl \(command[0])"))
            #expect(!example.comment.isEmpty)
        }
    }

    @Test(arguments: FoundVerb.all)
    func `a verb that changes something has a dry run, and one that destroys can be confirmed in advance`(
        verb: FoundVerb
    ) {
        switch verb.declaration.effect {
        case .reads: break
        case .writes: #expect(verb.hasDryRun)
        case .destroys:
            #expect(verb.hasDryRun)
            #expect(verb.help.contains("--yes"))
        }
    }

    @Test(arguments: FoundVerb.all)
    func `a verb's help is the one on record`(verb: FoundVerb) throws {
        let name = verb.declaration.command.replacing(" ", with: "-")
        try Golden.compare(verb.help, name: "\(name).txt")
    }

    @Test(arguments: FoundVerb.all)
    func `a verb has its place in the reference page`(verb: FoundVerb) throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/reference.md"), encoding: .utf8)
        let isThere =
            page.contains("# `rssctl \(verb.declaration.command)`\n") && page.contains(verb.declaration.abstract)
        #expect(isThere, "run make docs")
    }

    @Test func `the reference page is the one that the commands make now`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/reference.md"), encoding: .utf8)
        let isCurrent = try page == ReferencePage.render(CommandTree.load())
        #expect(isCurrent, "run make docs")
    }

    @Test func `every man page has a name, a synopsis and balanced macros`() throws {
        for command in try CommandTree.load().command.all {
            let page = ManPage.render(command)
            #expect(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"))
            #expect(page.components(separatedBy: "\n.nf\n").count == page.components(separatedBy: "\n.fi\n").count)
        }
    }
}

/// Whole texts on record; `RSSCTL_RECORD=1` records them again.
enum Golden {
    static func compare(_ text: String, name: String, file: StaticString = #filePath) throws {
        let path = URL(fileURLWithPath: "\(file)").deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
        if ProcessInfo.processInfo.environment["RSSCTL_RECORD"] == "1" {
            try text.write(to: path, atomically: true, encoding: .utf8)
            return
        }
        let recorded = try String(contentsOf: path, encoding: .utf8)
        #expect(text == recorded, "record it again with RSSCTL_RECORD=1 if this is intended")
    }
}
