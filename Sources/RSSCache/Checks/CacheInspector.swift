import RSSCore
import RSSModel
import RedisClient

/// Runs the checks of Redis.
package struct CacheInspector: Sendable {
    /// The keys of the checks.
    package static var checks: [String] { CacheCheck.all.map(\.key) }

    private let redis: RedisConnection
    private let keys: CacheKeys
    private let shapes: [FilterShape]
    private let limit: Int

    /// Makes an inspector.
    ///
    /// - Parameter limit: the most keys that are scanned.
    package init(_ redis: RedisConnection, keys: CacheKeys, shapes: [FilterShape] = [.backend], limit: Int = 200_000) {
        self.redis = redis
        self.keys = keys
        self.shapes = shapes
        self.limit = limit
    }

    /// The checks with their outcomes; what the server refuses is blind, and never stops the others.
    ///
    /// - Throws: `RedisError` when the connection is lost, `CancellationError`.
    package func run() async throws -> [CheckReport] {
        let facts = try await CacheFacts(redis, keys: keys, shapes: shapes, limit: limit)
        return CacheCheck.all.map {
            CheckReport(check: $0.key, title: $0.title, why: $0.why, outcome: $0.judge(facts))
        }
    }
}
