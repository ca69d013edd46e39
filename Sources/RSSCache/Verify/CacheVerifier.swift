import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RedisClient

/// Compares what the cache holds with what the database says.
package struct CacheVerifier: Sendable {
    /// A key whose value differs.
    package struct Drift: Sendable, Encodable, Equatable {
        /// What it caches.
        package let kind: CacheKind
        /// The id of the organization, the user or the visit report.
        package let id: String
        /// The key.
        package let key: String
        /// How it differs.
        package let difference: CacheDifference
        /// Whether the key was written again.
        package var isRepaired = false
    }

    /// What was found.
    package struct Result: Sendable {
        /// Keys whose value is the database's, to the byte.
        package var equal = 0
        /// Keys that hold the same value in another spelling: `12.50` for `12.5`.
        package var sameValue = 0
        /// Keys that do not exist.
        package var missing = 0
        /// Keys whose value cannot be computed or read.
        package var unknown = 0
        /// Keys whose value differs.
        package var drifts: [Drift] = []
    }

    private let warmer: CacheWarmer
    private let redis: any RedisService
    /// The share of the keys that are compared, 0 to 1.
    private let sample: Double

    /// Makes a verifier. The session's TimeZone must be that of the backend's sessions.
    ///
    /// - Parameter options: the keys, as they are warmed.
    package init(
        postgres: PostgresConnection, redis: any RedisService, options: CacheWarmer.Options, sample: Double = 1
    ) {
        var options = options
        options.refreshBelow = nil
        warmer = CacheWarmer(postgres: postgres, redis: redis, options: options)
        self.redis = redis
        self.sample = sample
    }

    /// Compares the keys of a sample.
    ///
    /// A key that the backend changed while the two were read is compared again, and one that it deleted counts as missing.
    ///
    /// - Parameter now: the time by the database's clock.
    /// - Throws: `FilterShapeError`, `ForeignCode`, ``CacheError``, `PostgresError`, `RedisError`, `CancellationError`.
    package func run(at now: Date, _ progress: ProgressReporter) async throws -> Result {
        var result = Result()
        for source in try await warmer.sources(at: now) {
            let ids = Self.sample(try await source.ids(), sample)
            try await progress.phase("verify \(source.kind.rawValue)", total: Int64(ids.count), unit: .keys) {
                for start in stride(from: 0, to: ids.count, by: source.batch) {
                    let part = Array(ids[start...].prefix(source.batch))
                    try await compare(part, of: source, into: &result)
                    progress(.advanced(to: Int64(start + part.count), rejected: 0))
                }
            }
        }
        return result
    }

    /// Writes the keys that differ, as ``CacheWarmer`` does: one that the backend changes meanwhile is left alone.
    ///
    /// - Throws: as ``run(at:_:)``.
    package func repair(_ drifts: [Drift], at now: Date, runID: String, _ progress: ProgressReporter) async throws
        -> [Drift]
    {
        let keys = Set(drifts.map(\.key))
        let entries = try await warmer.run(at: now, runID: runID, only: keys, progress)
        let done = Set(entries.filter { [.done, .unchanged, .invalidated].contains($0.action) }.map(\.key))
        return drifts.map { drift in
            var drift = drift
            drift.isRepaired = done.contains(drift.key)
            return drift
        }
    }

    private func compare(_ ids: [String], of source: any CacheSource, into result: inout Result) async throws {
        var pending = ids
        // A second look at what differs: the backend may have changed it between the two readings.
        for isLast in [false, true] where !pending.isEmpty {
            let stored = try await redis.replies(to: pending.map { .get(source.key($0)) })
            let values = try await source.isolatedValues(of: pending)
            var differing: [String] = []
            for (id, reply) in zip(pending, stored) {
                guard let bytes = reply.bytes, let expected = values[id]?.bytes?.bytes else {
                    if reply == .null { result.missing += 1 } else { result.unknown += 1 }
                    continue
                }
                if bytes == expected {
                    result.equal += 1
                } else if !isLast {
                    differing.append(id)
                } else {
                    let difference = CacheDifference(stored: bytes, expected: expected)
                    if case .spelling = difference {
                        result.sameValue += 1
                    } else {
                        result.drifts.append(
                            Drift(
                                kind: source.kind, id: id, key: source.key(id).description, difference: difference))
                    }
                }
            }
            pending = differing
        }
    }

    /// A share of the ids, each as likely as another; at least one.
    private static func sample(_ ids: [String], _ share: Double) -> [String] {
        guard share < 1, !ids.isEmpty else { return ids }
        let count = max(1, Int((Double(ids.count) * share).rounded(.up)))
        return Array(ids.shuffled().prefix(count))
    }
}
