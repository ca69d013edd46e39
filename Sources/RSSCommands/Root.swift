import ArgumentParser
import Console
import Foundation
import Glibc
import RSSCore
import RSSModel

/// `rssctl`
package struct Root: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rssctl",
        abstract: "Migrations, partitions, imports, reports and caches for PostgreSQL and Redis",
        discussion: "Results go to stdout, everything else to stderr. See also: `rssctl help topics`.",
        version: Version.line,
        groupedSubcommands: [
            CommandGroup(
                name: "Servers",
                subcommands: [
                    MigrateGroup.self, PartitionGroup.self, BulkGroup.self, ReportGroup.self, AnalyzeGroup.self,
                    CacheGroup.self, SetupGroup.self,
                ]),
            CommandGroup(
                name: "This machine",
                subcommands: [
                    Doctor.self, Explain.self, RunsGroup.self, SandboxGroup.self, ConfigGroup.self,
                    CompletionVerb.self, DocsGroup.self,
                ]),
        ])

    @OptionGroup var global: GlobalOptions

    package init() {}

    /// Parses the command line, runs what it says, and ends the process with its exit status.
    package static func main() async -> Never {
        let status = await run(arguments: Array(CommandLine.arguments.dropFirst()))
        Glibc.exit(status)
    }

    /// The same without ending the process.
    package static func run(arguments: [String]) async -> Int32 {
        let console = World.current.makeConsole(.auto, .normal)
        let arguments = arguments.withVersionFlag.withCursor
        if let topic = HelpTopic(arguments: arguments) {
            return show(topic.text, on: console)
        }
        if let mistake = UnknownCommand(arguments: arguments) {
            let report = ErrorReport(describing: mistake)
            ErrorRenderer(asJSON: arguments.wantsJSON).render(report, to: console)
            return report.exit.rawValue
        }
        do {
            var command = try parseAsRoot(arguments.withEmptyValues)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error, on: console, arguments)
        }
    }

    private static func report(_ error: any Error, on console: Console, _ arguments: [String]) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // The reader of our output closed the pipe, as `head` does.
        if (error as? ConsoleError) == .brokenPipe { return 0 }
        let code = exitCode(for: error)
        if code == .success { return show(answer(to: error, on: console, arguments), on: console) }
        let report =
            code == .validationFailure
            ? ErrorReport(usage: message(for: error), arguments: arguments) : ErrorReport(describing: error)
        ErrorRenderer(asJSON: arguments.wantsJSON).render(report, to: console)
        return report.exit.rawValue
    }

    /// What the parser ends with in place of a command: the version, a help page, a completion.
    private static func answer(to error: any Error, on console: Console, _ arguments: [String]) -> String {
        let text = fullMessage(for: error, columns: console.output.width)
        if text == Version.line { return VersionReport.current.text(arguments.outputFormat) }
        // Completions and their scripts are the parser's own.
        if arguments.contains(where: { $0.hasPrefix("---") || $0.hasPrefix("--generate-completion") }) { return text }
        let page = HelpPage(CommandLinePath(arguments), isLong: HelpPage.isLong(arguments))
        // Where our page cannot be made, the parser's own text is still help.
        return (try? page.text(width: console.output.width, style: console.output.style)) ?? text
    }

    private static func show(_ text: String, on console: Console) -> Int32 {
        do {
            try console.withOutput { (output) throws(ConsoleError) in try output.writeLine(console.output.charset(text))
            }
            return 0
        } catch ConsoleError.brokenPipe {
            return 0
        } catch {
            ErrorRenderer().render(error.report, to: console)
            return error.report.exit.rawValue
        }
    }
}

extension [String] {
    /// What a completion script asks, with the place of the cursor in the word where that is left out, as fish 3 does: its
    /// `commandline -o` prints none. `---completion runs show -- run 3 rssctl …` gets a 0 after the 3.
    fileprivate var withCursor: [String] {
        guard first == "---completion", let end = firstIndex(of: "--"), count > end + 3, Int(self[end + 2]) != nil,
            Int(self[end + 3]) == nil
        else { return self }
        return Array(self[...(end + 2)]) + ["0"] + self[(end + 3)...]
    }

    /// `-V` and the bare word `version` as the flag that they mean in other tools.
    fileprivate var withVersionFlag: [String] {
        guard CommandLinePath(self).unknown.map({ $0.word == "version" }) ?? true else { return self }
        let end = firstIndex(of: "--") ?? endIndex
        guard self[..<end].contains(where: { $0 == "-V" || $0 == "version" }) else { return self }
        let isAlone = CommandLinePath(self).words.count == 1
        return self[..<end].map { $0 == "-V" || isAlone && $0 == "version" ? "--version" : $0 } + self[end...]
    }

    /// The form of output that was asked for, as far as an unparsed command line shows; nil where none was.
    var outputFormat: OutputFormat? {
        var format: OutputFormat?
        for (index, argument) in enumerated() {
            if argument == "--" { break }
            if argument.hasPrefix("--output=") {
                format = OutputFormat(rawValue: String(argument.dropFirst("--output=".count)))
            } else if argument == "-o" || argument == "--output", index + 1 < count {
                format = OutputFormat(rawValue: self[index + 1])
            } else if argument.hasPrefix("-o"), argument.count > 2 {
                format = OutputFormat(rawValue: String(argument.dropFirst(2)))
            }
        }
        return format
    }

    /// Whether the user asked for JSON, as far as an unparsed command line shows.
    var wantsJSON: Bool { outputFormat?.isJSON == true }
}

extension [String] {
    /// The arguments with an empty value as a word of its own: the parser takes `--search=` for an option without a value,
    /// and `--search ''` for one whose value is empty. They are the same to a shell script that fills in a variable.
    fileprivate var withEmptyValues: [String] {
        let end = firstIndex(of: "--") ?? endIndex
        return self[..<end].flatMap { word in
            word.wholeMatch(of: /--[a-z][a-z-]*=/) == nil ? [word] : [String(word.dropLast()), ""]
        } + self[end...]
    }
}
