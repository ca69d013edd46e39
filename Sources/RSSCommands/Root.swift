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
        abstract: "Administration of the RSS Visit Report backend: PostgreSQL, Redis, imports",
        discussion: """
            Results go to stdout, everything else to stderr. See also: `rssctl help topics`. First steps: \
            rssctl sandbox up, rssctl migrate, rssctl sandbox seed.
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
                name: "Local",
                subcommands: [
                    RunsGroup.self, SandboxGroup.self, ConfigGroup.self, Doctor.self, CompletionVerb.self,
                    DocsGroup.self,
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
        // Both are what other tools call it.
        let arguments = [["version"], ["-V"]].contains(arguments) ? ["--version"] : arguments.withCursor
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
            return tell(error, on: console, arguments)
        }
    }

    private static func tell(_ error: any Error, on console: Console, _ arguments: [String]) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // The reader of our output closed the pipe, as `head` does.
        if (error as? ConsoleError) == .brokenPipe { return 0 }
        let code = exitCode(for: error)
        if code == .success { return show(fullMessage(for: error, columns: console.output.width), on: console) }
        let report =
            code == .validationFailure
            ? ErrorReport(usage: message(for: error), arguments: arguments) : ErrorReport(describing: error)
        ErrorRenderer(asJSON: arguments.wantsJSON).render(report, to: console)
        return report.exit.rawValue
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

extension [String] {
    /// What a completion script asks, with the place of the cursor in the word where that is left out, as fish 3 does: its
    /// `commandline -o` prints none. `---completion runs show -- run 3 rssctl …` gets a 0 after the 3.
    fileprivate var withCursor: [String] {
        guard first == "---completion", let end = firstIndex(of: "--"), count > end + 3, Int(self[end + 2]) != nil,
            Int(self[end + 3]) == nil
        else { return self }
        return Array(self[...(end + 2)]) + ["0"] + self[(end + 3)...]
    }

    /// Whether the user asked for JSON, as far as an unparsed command line shows.
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
