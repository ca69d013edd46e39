import ArgumentParser
import Console
import Foundation
import Glibc
import RSSCore
import RSSModel

/// `rssctl`
public struct Root: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "rssctl",
        abstract: "Administration of the RSS Visit Report backend: PostgreSQL, Redis, imports",
        discussion: """
            Results go to stdout, everything else to stderr. `rssctl help exit-codes`, `help environment` and \
            `help formatting` tell more. First steps: rssctl sandbox up, rssctl migrate, rssctl sandbox seed.
            """,
        version: Version.line,
        groupedSubcommands: [
            CommandGroup(
                name: "Database",
                subcommands: [
                    MigrateGroup.self, PartitionGroup.self, BulkGroup.self, ReportGroup.self, AnalyzeGroup.self,
                    SetupGroup.self,
                ]),
            CommandGroup(name: "Cache", subcommands: [CacheGroup.self]),
            CommandGroup(
                name: "This machine",
                subcommands: [
                    RunsGroup.self, SandboxGroup.self, ConfigGroup.self, Doctor.self, CompletionVerb.self,
                    DocsGroup.self,
                ]),
        ])

    @OptionGroup var global: GlobalOptions

    public init() {}

    /// Parses the command line, runs what it says, and ends the process with its exit status.
    public static func main() async -> Never {
        let status = await run(arguments: Array(CommandLine.arguments.dropFirst()))
        Glibc.exit(status)
    }

    /// The same without ending the process.
    public static func run(arguments: [String]) async -> Int32 {
        let console = World.current.makeConsole(.auto, .normal)
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
            return tell(error, on: console, asJSON: arguments.wantsJSON)
        }
    }

    private static func tell(_ error: any Error, on console: Console, asJSON: Bool) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        let code = exitCode(for: error)
        if code == .success { return show(fullMessage(for: error, columns: console.output.width), on: console) }
        if asJSON {
            let report = ErrorReport(
                code: "RSS-USAGE-001", exit: .usage, message: Redaction.scrub(message(for: error)),
                hint: "see --help")
            ErrorRenderer(asJSON: true).render(report, to: console)
        } else {
            // The parser quotes an argument that it cannot place, which may be an address.
            console.say(VisibleLines.of(Redaction.scrub(fullMessage(for: error, columns: console.error.width))))
        }
        return code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue
    }

    private static func show(_ text: String, on console: Console) -> Int32 {
        do {
            try console.withOutput { (output) throws(ConsoleError) in try output.writeLine(text) }
            return 0
        } catch ConsoleError.brokenPipe {
            return 0
        } catch {
            ErrorRenderer().render(error.report, to: console)
            return error.report.exit.rawValue
        }
    }
}

/// Text of several lines whose control characters cannot reach the terminal.
enum VisibleLines {
    static func of(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { VisibleText.of(String($0)) }
            .joined(separator: "\n")
    }
}

extension [String] {
    /// Whether the user asked for JSON, as far as an unparsed command line tells.
    var wantsJSON: Bool {
        for (index, argument) in enumerated() {
            if argument == "--output=json" || argument == "--output=ndjson" || argument == "-ojson" { return true }
            if argument == "-o" || argument == "--output", index + 1 < count,
                OutputFormat(rawValue: self[index + 1])?.isJSON == true
            {
                return true
            }
        }
        return false
    }
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
