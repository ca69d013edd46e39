import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// How rows are moved to other partitions.
struct ReshapeOptions: ParsableArguments, Sendable {
    @Option(help: "Approximate number of rows per transaction.")
    var batch = 20_000

    @Option(help: "Pause between two transactions.", transform: parseDuration)
    var pause: Duration = .zero

    @Option(help: "Longest time to try for a lock.", transform: parseDuration)
    var lockBudget: Duration?

    @Flag(help: "Compare all copies with the rows before the swap.")
    var verify = false

    @Flag(help: "Keep the old partitions as separate tables.")
    var keep = false

    func validate() throws {
        if !(1...10_000_000).contains(batch) { throw ValidationError("--batch is a number from 1 to 10000000.") }
    }

    /// The options for a run.
    private func options(_ context: Context, at date: Date) -> Reshape.Options {
        var options = Reshape.Options(at: date)
        options.batch = batch
        options.pause = pause
        options.verifies = verify
        options.keepsSources = keep
        options.isDryRun = context.isDryRun
        return options
    }

    /// Opens the session that does the work, and does it with the tables that the user named and the options for a run.
    func run(
        _ context: Context, _ named: [TableArgument],
        _ work: (Reshape, [RelationName], Reshape.Options) async throws -> ReshapeOutcome
    ) async throws -> ReshapeReport {
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcome = try await work(
            Reshape(connection, lockPolicy: policy, runID: context.runID),
            context.resolve(named, on: connection),
            options(context, at: try await context.clock(connection).now))
        return ReshapeReport(outcome)
    }
}
