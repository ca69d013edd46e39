import PostgresClient
import SQLScript
import Synchronization

/// The catalog as it was read a moment ago, with what statements run since have changed in it. A run of many migrations
/// need not read it for each of them.
package final class RecentCatalog: Sendable {
    private struct Reading: Sendable {
        let path: String
        let end: ContinuousClock.Instant
        var snapshot: CatalogSnapshot
    }

    private let reading = Mutex<Reading?>(nil)
    /// How long a reading holds, and how many times longer than it took.
    private static let least = Duration.seconds(2)
    private static let share = 20

    /// The catalog as a search path sees it.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func read(_ connection: PostgresConnection, along path: String) async throws -> CatalogSnapshot {
        if let known = reading.withLock({ $0 }), known.path == path, known.end > .now { return known.snapshot }
        let began = ContinuousClock.now
        let snapshot = try await CatalogReader.read(connection, along: path)
        let end = ContinuousClock.now
        reading.withLock {
            $0 = Reading(
                path: path, end: end + max(Self.least, began.duration(to: end) * Self.share), snapshot: snapshot)
        }
        return snapshot
    }

    /// Makes the changes of statements that were run.
    package func follow(_ statements: some Sequence<MigrationStatement>) {
        guard reading.withLock({ $0 != nil }) else { return }
        for statement in statements {
            if statement.traits.contains(.isUnseen) { return forget() }
            guard statement.traits.contains(.definesObjects), let tree = statement.tree else { continue }
            reading.withLock { $0?.snapshot.apply(tree) }
        }
    }

    /// Reads again the next time.
    package func forget() { reading.withLock { $0 = nil } }
}
