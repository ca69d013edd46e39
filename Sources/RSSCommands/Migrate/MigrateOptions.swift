import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

extension MigrationOrder: ExpressibleByArgument {}

/// Where migrations come from, and in which order they must come.
struct MigrationSourceOptions: ParsableArguments, Sendable {
    @Option(help: "Folder of V0001__what_it_does.sql files, in place of those of rssctl.", completion: .directory)
    var directory: String?

    @Option(help: "What becomes of a file that is older than one applied: an error, passed over, or applied.")
    var order: MigrationOrder = .linear

    /// The flags that other commands of the group need to read the same files.
    var carried: [(name: String, value: String?)] {
        [("--directory", directory), ("--order", order == .linear ? nil : order.rawValue)]
    }

    var source: MigrationSource { directory.map(MigrationSource.directory) ?? .shipped }

    /// A migrator that only reads.
    func reader(_ connection: PostgresConnection, _ context: Context) -> Migrator {
        Migrator(
            connection, source: source, lockPolicy: LockPolicy(context.settings), runID: context.runID, order: order)
    }
}

/// How long a command that changes the schema waits, for locks and for other runs.
struct MigrationWaitOptions: ParsableArguments, Sendable {
    @Option(help: "Longest time of trying to get a lock.", transform: parseDuration)
    var lockBudget: Duration?

    @Option(help: "Longest wait for another run of migrate to end.", transform: parseDuration)
    var wait: Duration = .seconds(600)

    static let lock = "migrate"

    /// Opens the session that does the work and holds the lock, and makes the migrator that works on it.
    func migrator(_ source: MigrationSourceOptions, _ context: Context) async throws -> Migrator {
        let lock = AdvisoryLock("rssctl/\(Self.lock)")
        let connection = try await context.connectPostgres(holding: lock, wait: wait, statementTimeout: .zero)
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        return Migrator(
            connection, source: source.source, lockPolicy: policy, runID: context.runID, order: source.order,
            observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true), lock: lock)
    }
}
