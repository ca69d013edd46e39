import PostgresClient
import TestSupport

@testable import RSSBulk

extension BulkScenario {
    /// Imports a file in batches of another size than usual.
    @discardableResult
    func load(
        _ path: String, on session: PostgresConnection? = nil, batches: ImportLoad.BatchSize,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws -> BulkImporter.Outcome {
        try await load(path, on: session, change, prepare: { $0.batchSize = batches })
    }
}
