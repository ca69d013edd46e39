import ArgumentParser
import Foundation
import Journal
import RSSModel

/// `rssctl runs prune`
package struct RunsPrune: Verb {
    package static let declaration = Declaration(
        "runs prune", "Remove old runs from the journal", effect: .destroys, journaled: false,
        examples: [
            .init("Keep 90 days, and the newest 1000 runs in any case", "rssctl runs prune --yes"),
            .init("What would be removed", "rssctl runs prune --older-than 30d --keep 100 --dry-run"),
        ])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Option(help: "Remove runs that began longer ago than this.", transform: parseDuration)
    var olderThan: Duration = .seconds(90 * 86_400)

    @Option(help: "Keep at least this many of the newest runs.")
    var keep = 1000

    package init() {}

    package func validate() throws {
        if keep < 0 { throw ValidationError("--keep must not be negative.") }
    }

    private func prune(_ context: Context, dryRun: Bool) throws -> Int {
        let before = context.world.now().addingTimeInterval(-Double(olderThan.components.seconds))
        return try context.openJournal().prune(before: before, keeping: keep, dryRun: dryRun)
    }

    package func question(_ context: Context) async throws -> String? {
        let count = try prune(context, dryRun: true)
        return count == 0 ? nil : "Remove \(count) runs from the journal?"
    }

    package func execute(_ context: Context) async throws -> PruneResult {
        PruneResult(removed: try prune(context, dryRun: context.isDryRun), dryRun: context.isDryRun)
    }
}

/// The result of `runs prune`.
package struct PruneResult: CommandResult {
    let removed: Int
    let dryRun: Bool

    package var tables: [Table] {
        [
            Table(
                columns: [.number("removed", header: dryRun ? "would be removed" : "removed")],
                rows: [[.count(removed)]])
        ]
    }
}
