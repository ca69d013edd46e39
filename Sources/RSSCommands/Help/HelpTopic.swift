import Console
import Foundation
import RSSCore
import RSSModel

/// The help topics besides the commands: `rssctl help exit-codes`.
enum HelpTopic: String, CaseIterable {
    case exitCodes = "exit-codes"
    case environment
    case formatting
    case global
    case topics

    /// The topic that a command line asks for.
    init?(arguments: [String]) {
        guard arguments.count == 2, arguments[0] == "help", let topic = HelpTopic(rawValue: arguments[1]) else {
            return nil
        }
        self = topic
    }

    /// One line of what it is about.
    private var summary: String {
        switch self {
        case .exitCodes: "exit statuses, and what they mean"
        case .environment: "environment variables, and the settings that they set"
        case .formatting: "forms of the output, and of errors"
        case .global: "options that every command has"
        case .topics: "this list"
        }
    }

    private static var commonOptions: String {
        var text = HelpText(width: 80, style: Style(isOn: false))
        text.paragraph("Options that every command has, after the command or before it:")
        text.blank()
        text.entries(CommonOptions.all.map { ($0.alignedSynopsis(true), $0.explanation) }, column: 28)
        text.entries(
            [
                ("-h, --help", "Show a command's options; --help shows details and examples as well."),
                ("-V, --version", "Show the version; with --output json, of the libraries too."),
            ], column: 28)
        text.blank()
        text.paragraph("Commands that change something have --dry-run as well, and --yes where they ask.")
        return text.text
    }

    /// The text.
    var text: String {
        switch self {
        case .topics:
            "Topics besides the commands; rssctl help TOPIC shows one:\n\n"
                + Self.allCases.map {
                    "  \($0.rawValue.padding(toLength: 14, withPad: " ", startingAt: 0))\($0.summary)"
                }
                .joined(separator: "\n")
                + "\n\nrssctl COMMAND --help shows a command, rssctl explain CODE an error."
        case .global: Self.commonOptions
        case .exitCodes:
            "Exit statuses of rssctl:\n\n"
                + ExitStatus.allCases.map { "  \(String($0.rawValue).leftPadded(to: 3))  \($0.summary)" }.joined(
                    separator: "\n")
                + "\n\nErrors also carry a code such as RSS-PG-001; rssctl explain RSS-PG-001 explains it."
        case .environment:
            "Environment variables, strongest first in each line; a flag is stronger than all of them, the configuration file weaker:\n\n"
                + SettingKey.allCases.map { key in
                    "  \(key.definition.environment.joined(separator: ", "))\n        \(key.definition.summary) (\(key.rawValue))"
                }.joined(separator: "\n")
                    + """


                      RSSCTL_CONFIG         configuration file; empty for none
                      RSSCTL_PROFILE        profile of the configuration file
                      RSSCTL_JOURNAL        journal of runs, an SQLite file
                      RSSCTL_STATE          folder of journal and sandbox
                      RSSCTL_POSTGRES_BIN   folder of PostgreSQL's programs, for the sandbox and for dumps
                      RSSCTL_PAGER, PAGER   pager for long tables; empty or cat for none
                      NO_COLOR, CLICOLOR_FORCE, TERM=dumb   colour off, on, off

                    libpq's own variables of its files and its security (PGPASSFILE, PGSERVICEFILE, PGSSLCRL, …) work as
                    everywhere; those that change a session (PGOPTIONS, PGTZ, …) have no effect.
                    """
        case .formatting:
            """
            --output chooses the form of the result on stdout:

              table     columns for people; cut to the terminal's width, never on a pipe
              json      one document: {"format": 1, "command": "report query", "result": …}
              ndjson    one JSON object a row of the main table
              csv       RFC 4180 with a header, UTF-8, lines end in LF
              markdown  tables for a ticket or a report
              yaml      a list of maps

            Times are ISO 8601 in UTC, sizes bytes, spans seconds, in every form but the table. With json and ndjson an
            error is one JSON object on stderr: {"error": {"code": …, "exit": …, "message": …, "detail": …, "hint": …}}.
            """
        }
    }
}
