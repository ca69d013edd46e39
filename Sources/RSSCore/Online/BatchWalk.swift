import PostgresClient
import RSSModel

/// A change of many rows in batches, each in a transaction of its own together with the position that it reached: no batch
/// waits in a lock queue longer than the policy allows, and none begins while a standby is far behind.
package struct BatchWalk: Sendable {
    /// What a batch did.
    package struct Step<Position> {
        /// Where the next one begins.
        let position: Position
        let rows: Int
        let isLast: Bool

        package init(to position: Position, rows: Int, isLast: Bool) {
            self.position = position
            self.rows = rows
            self.isLast = isLast
        }
    }

    private let connection: PostgresConnection
    private let lockPolicy: LockPolicy
    /// How long to pause between two batches.
    private let pause: Duration
    /// The fault point after each commit.
    private let committed: String
    private let progress: ProgressReporter

    package init(
        _ connection: PostgresConnection, _ lockPolicy: LockPolicy, pause: Duration = .zero, committed: String,
        _ progress: ProgressReporter
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.pause = pause
        self.committed = committed
        self.progress = progress
    }

    /// Walks from a position to the end.
    ///
    /// - Parameters:
    ///   - done: rows that were done before, for the progress.
    ///   - prepare: what each batch's transaction does first, and takes as long for a small batch as for a large one.
    ///   - batch: does at most about so much, and records the position that it returns, in the transaction that is open. It is
    ///     called again from the same position when a lock could not be acquired.
    /// - Returns: the last position.
    /// - Throws: ``LockBudgetSpent``, ``ReplicaLagError``, `CancellationError`, what the batch throws.
    @discardableResult
    package func run<Position>(
        isolation: isolated (any Actor)? = #isolation, from start: Position, done: Int64 = 0, pace: BatchPace,
        prepare: (Position) async throws -> Void = { _ in },
        _ batch: (_ position: Position, _ size: Int) async throws -> Step<Position>
    ) async throws -> Position {
        var (position, done, pace) = (start, done, pace)
        while true {
            try Task.checkCancellation()
            var began = ContinuousClock.now
            let step = try await lockPolicy.run(on: connection, progress: progress) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    try await prepare(position)
                    began = .now
                    return try await batch(position, pace.size)
                }
            }
            let took = began.duration(to: .now)
            try await FaultPoint.reach(committed)
            position = step.position
            done += Int64(step.rows)
            progress(.advanced(to: done, rejected: 0))
            if step.isLast { return position }
            pace.adapt(took: took, rows: step.rows)
            if pause > .zero { try await Task.sleep(for: pause) }
            try await ReplicaLag().wait(connection, progress)
        }
    }
}
