import ArgumentParser
import Foundation
import Journal
import RSSModel

/// `rssctl runs export`
package struct RunsExport: Verb {
    package static let declaration = Declaration(
        "runs export", "Write the whole journal, oldest run first, for other tools", journaled: false,
        examples: [.init("One JSON object per run", "rssctl runs export --output ndjson")])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "Runs of this command, or group of commands.")
    var command: String?

    @Option(help: "Runs with this outcome: running, done, findings, failed, interrupted.")
    var outcome: Run.Outcome?

    @Option(help: "Runs that began within this time, for example 7d.", transform: parseDuration)
    var since: Duration?

    package init() {}

    package func execute(_ context: Context) async throws -> RunExport {
        let since = since.map { context.world.now().addingTimeInterval(-Double($0.components.seconds)) }
        // A run whose process is gone is interrupted, whatever the journal says; so that filter is applied afterwards.
        let runs = try context.openJournal().runs(RunFilter(command: command, since: since))
            .filter { outcome == nil || $0.effectiveOutcome(here: Host.name) == outcome }
        return RunExport(runs: runs.reversed())
    }
}

/// The result of `runs export`.
package struct RunExport: CommandResult {
    let runs: [Run]

    package var tables: [Table] {
        let names = [
            "id", "command", "arguments", "host", "user", "pid", "version", "target", "started_at", "ended_at",
            "outcome",
            "exit_code", "counts", "error_code", "error_message",
        ]
        let rows = runs.map { run -> [Cell] in
            [
                .text(run.id), .text(run.command), .text(run.arguments.joined(separator: " ")), .text(run.host),
                .text(run.user), .count(run.pid), .text(run.version), .optional(run.target), .timestamp(run.startedAt),
                .optional(run.endedAt), .text(run.effectiveOutcome(here: Host.name).rawValue),
                .optional(run.exitCode.map { Int64($0) }),
                .json(
                    "{\(run.counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
                ),
                .optional(run.error?.code), .optional(run.error?.message),
            ]
        }
        return [Table(columns: names.map { Column($0, isFlexible: true) }, rows: rows, emptyMessage: "No runs.")]
    }
}
