import RSSCore
import RSSModel
import RedisClient

/// Runs the checks of Redis.
package struct CacheInspector: Sendable {
    /// What the checks are, by their keys.
    package static let definitions = CacheCheck.all.map(\.definition)

    private let redis: any RedisService
    private let keys: CacheKeys
    private let shapes: [FilterShape]
    private let limit: Int

    /// Makes an inspector.
    ///
    /// - Parameter limit: the most keys that are scanned.
    package init(_ redis: any RedisService, keys: CacheKeys, shapes: [FilterShape] = [.backend], limit: Int = 200_000) {
        self.redis = redis
        self.keys = keys
        self.shapes = shapes
        self.limit = limit
    }

    /// The checks with their outcomes; what the server refuses is blind, and never stops the others.
    ///
    /// - Throws: `RedisError` when the connection is lost, `CancellationError`.
    package func run() async throws -> [CheckReport] {
        let facts = try await CacheFacts.all(redis, keys: keys, shapes: shapes, limit: limit)
        return CacheCheck.all.map { check in check.definition.report(Self.together(facts.map(check.judge))) }
    }

    /// What is found on any server; the keys are those of all, and so are found once.
    private static func together(_ outcomes: [CheckOutcome]) -> CheckOutcome {
        var findings: [Finding] = []
        for finding in outcomes.flatMap(\.findings) where !findings.contains(finding) { findings.append(finding) }
        return CheckOutcome(findings, unseen: outcomes.lazy.compactMap(\.unseen).first)
    }

    /// The checks of a Redis that cannot be asked.
    package static func blind(reason: String, hint: String?) -> [CheckReport] {
        definitions.map { $0.report(.blind(reason: reason, hint: hint)) }
    }
}
