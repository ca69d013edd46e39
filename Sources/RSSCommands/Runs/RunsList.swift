import ArgumentParser
import Foundation
import Journal
import RSSModel

/// `rssctl runs list`
package struct RunsList: Verb {
    package static let declaration = Declaration(
        "runs list", "List the runs on this machine, newest first", journaled: false,
        examples: [
            .init("The last 20 runs", "rssctl runs list"),
            .init("What failed in the last day", "rssctl runs list --outcome failed --since 1d"),
            .init(
                "Every run of a command, for a script",
                "rssctl runs list --command 'partition maintain' --limit 0 --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "Runs of this command, or group of commands.")
    var command: String?

    @Option(help: "Runs with this outcome: running, done, findings, failed, interrupted.")
    var outcome: Run.Outcome?

    @Option(help: "Runs that began within this time, for example 2h or 7d.", transform: parseDuration)
    var since: Duration?

    @Option(help: "At most this many; 0 for all.")
    var limit = 20

    package init() {}

    package func validate() throws {
        if limit < 0 { throw ValidationError("--limit must not be negative.") }
    }

    package func execute(_ context: Context) async throws -> RunList {
        let journal = try context.openJournal()
        // A run whose process is gone is interrupted, whatever the journal says; so that filter is applied afterwards.
        let derived = outcome == .running || outcome == .interrupted
        // One more than is shown, to know whether there are others.
        let runs = try journal.runs(
            RunFilter(
                command: command, outcome: derived ? nil : outcome,
                since: since.map { context.world.now().addingTimeInterval(-Double($0.components.seconds)) },
                limit: limit == 0 || derived ? nil : limit + 1))
        let listed = runs.map { RunSummary($0, here: Host.name) }
            .filter { !derived || $0.outcome == outcome }
        let shown = Array(listed.prefix(limit == 0 ? listed.count : limit))
        return RunList(runs: shown, total: try journal.count(), hasMore: listed.count > shown.count)
    }
}

extension Run.Outcome: ExpressibleByArgument {}

/// A run as it is listed.
package struct RunSummary: Encodable, Sendable {
    let id: String
    let command: String
    let startedAt: Date
    let durationSeconds: Double?
    let outcome: Run.Outcome
    let exitCode: Int32?
    let user: String
    let target: String?
    let counts: [String: Int64]

    init(_ run: Run, here: String) {
        id = run.id
        command = run.command
        startedAt = run.startedAt
        durationSeconds = run.endedAt.map { ($0.timeIntervalSince(run.startedAt) * 1000).rounded() / 1000 }
        outcome = run.effectiveOutcome(here: here)
        exitCode = run.exitCode
        user = run.user
        target = run.target
        counts = run.counts
    }
}

/// The result of `runs list`.
package struct RunList: CommandResult {
    let runs: [RunSummary]
    /// All runs in the journal, whatever the filter.
    let total: Int
    /// Whether the filter has more of them than are listed.
    private let hasMore: Bool

    private enum CodingKeys: CodingKey { case runs, total }

    init(runs: [RunSummary], total: Int, hasMore: Bool) {
        self.runs = runs
        self.total = total
        self.hasMore = hasMore
    }

    package var tables: [Table] {
        let rows = runs.map { run -> [Cell] in
            [
                .text(String(run.id.suffix(12))), .timestamp(run.startedAt), .text(run.command),
                .verdict(Verdict(run.outcome)), .optional(run.exitCode.map { Int64($0) }),
                run.durationSeconds.map { .duration(.milliseconds(Int64($0 * 1000))) } ?? .null, .text(run.user),
                .optional(run.target),
                .text(
                    run.counts.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map {
                        "\($0.value) \($0.key.replacing("_", with: " "))"
                    }.joined(separator: ", ")),
            ]
        }
        return [
            Table(
                columns: [
                    Column("run"), Column("started"), Column("command"), Column("outcome"), .number("exit"),
                    .number("took"),
                    Column("user", isOptional: true),
                    Column("target", isFlexible: true, isOptional: true),
                    Column("counts", isFlexible: true, isOptional: true),
                ], rows: rows,
                notes: hasMore ? ["The newest \(runs.count); --limit 0 shows all."] : [],
                emptyMessage: "No runs.")
        ]
    }
}

extension Verdict {
    init(_ outcome: Run.Outcome) {
        switch outcome {
        case .running: self = .running
        case .done: self = .done
        case .findings: self = .findings
        case .failed: self = .failed
        case .interrupted: self = .interrupted
        }
    }
}

extension Cell {
    static func optional(_ value: Int64?) -> Cell { value.map(Cell.integer) ?? .null }
}
