import ArgumentParser
import Foundation
import Journal
import RSSModel

/// `rssctl runs show`
package struct RunsShow: Verb {
    package static let declaration = Declaration(
        "runs show", "Show one run with its phases, warnings and error", journaled: false,
        examples: [.init("The newest run", "rssctl runs show last")])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The run's id, its last characters, or 'last'.", completion: .custom(Completion.runs))
    var run = "last"

    package init() {}

    package func execute(_ context: Context) async throws -> RunReport {
        let details = try context.openJournal().details(run)
        return RunReport(details: details, outcome: details.run.effectiveOutcome(here: Host.name))
    }
}

/// The result of `runs show`.
package struct RunReport: CommandResult {
    let details: RunDetails
    let outcome: Run.Outcome

    package var tables: [Table] {
        let run = details.run
        var facts: [(String, Cell)] = [
            ("run", .text(run.id)), ("command", .text("rssctl \(run.arguments.joined(separator: " "))")),
            ("outcome", .verdict(Verdict(outcome))), ("exit", .optional(run.exitCode.map { Int64($0) })),
            ("started", .timestamp(run.startedAt)), ("took", run.duration.map(Cell.duration) ?? .null),
            ("by", .text("\(run.user)@\(run.host), pid \(run.pid), rssctl \(run.version)")),
            ("target", .optional(run.target)),
        ]
        facts += run.counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }
        if let error = run.error {
            facts.append(("error", .text("\(error.message) (\(error.code))")))
            if let detail = error.detail { facts.append(("detail", .text(detail))) }
            if let hint = error.hint { facts.append(("hint", .text(hint))) }
        }
        let phases = details.phases.map { phase -> [Cell] in
            [
                .text(phase.name), .timestamp(phase.startedAt), .duration(.milliseconds(phase.milliseconds)),
                .integer(phase.done),
            ]
        }
        let messages = details.messages.map { message -> [Cell] in
            [.timestamp(message.at), .verdict(message.isWarning ? .warning : .info), .text(message.text)]
        }
        return [
            Table(columns: [Column("fact"), Column("value", isFlexible: true)], rows: facts.map { [.text($0), $1] }),
            Table(
                title: "Phases", columns: [Column("phase"), Column("started"), .number("took"), .number("done")],
                rows: phases, emptyMessage: "No phases."),
            Table(
                title: "Messages", columns: [Column("at"), Column("kind"), Column("text", isFlexible: true)],
                rows: messages,
                emptyMessage: "No messages."),
        ]
    }
}
