import PostgresClient
import RSSCore
import RSSModel

extension Conversion {
    /// Divides the former table, which a conversion made the first partition, into partitions of the interval: its rows are
    /// copied, and the copies take its place at once.
    ///
    /// - Returns: what was done; nil where there is nothing to divide.
    /// - Throws: ``ReshapeError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func divide(
        _ outcome: ConversionOutcome, _ options: Reshape.Options, progress: ProgressReporter
    ) async throws -> ReshapeOutcome? {
        guard let former = outcome.former else { return nil }
        if outcome.legacy != nil {
            let name = try await connection.quote(former)
            if try await connection.query("SELECT FROM \(name) LIMIT 1").isEmpty { return nil }
        }
        return try await Reshape(connection, lockPolicy: lockPolicy, runID: runID).split(
            former, options, progress: progress)
    }
}
