import RSSModel
import RedisClient

/// Removes keys from the cache without keeping other clients waiting.
package struct CacheInvalidation: Sendable {
    /// What to remove.
    package struct Options: Sendable {
        /// The keys.
        package var patterns: [KeyPattern]
        /// How the backend names its keys.
        package var keys = CacheKeys()
        /// Whether keys of queues and sessions, and locks, are removed too.
        package var includesProtected = false
        /// The most keys in a second.
        package var rate: Int?

        /// The keys of some patterns.
        package init(_ patterns: [KeyPattern]) { self.patterns = patterns }
    }

    /// The keys that match, by what they belong to.
    package struct Count: Sendable, Encodable, Equatable {
        /// Each key counts once.
        package let keys: [KeyClass: Int]

        /// All of them.
        package var total: Int { keys.values.reduce(0, +) }
        /// Those that are removed only on demand.
        package var protected: Int { keys.filter { $0.key.isProtected }.values.reduce(0, +) }

        package func encode(to encoder: any Encoder) throws {
            try Dictionary(uniqueKeysWithValues: keys.map { ($0.key.rawValue, $0.value) }).encode(to: encoder)
        }
    }

    /// Keys that one command removes: UNLINK takes a value out of the keyspace, and its memory is freed in the background.
    private static let batch = 250

    private let redis: any RedisService
    private let options: Options

    /// Makes an invalidation.
    package init(_ redis: any RedisService, _ options: Options) {
        self.redis = redis
        self.options = options
    }

    private var scan: KeyspaceScan {
        var scan = KeyspaceScan(redis)
        scan.rate = options.rate
        return scan
    }

    /// Counts the keys that match, without removing any.
    ///
    /// - Throws: `RedisError`, `CancellationError`.
    package func count() async throws -> Count {
        // The hashes of 64 bits, which take a tenth of the memory of the keys; SCAN may return a key twice.
        var seen: Set<Int> = []
        var counts: [KeyClass: Int] = [:]
        try await scan.forEach(options.patterns) { keys in
            let fresh = keys.filter { seen.insert($0.hashValue).inserted }
            for (key, type) in zip(fresh, try await types(of: fresh)) {
                counts[KeyClass(key, type: type, keys: options.keys), default: 0] += 1
            }
        }
        return Count(keys: counts)
    }

    /// Removes the keys that match.
    ///
    /// - Parameter counted: what was counted; nil counts first.
    /// - Returns: how many were removed; a key that expired meanwhile is not among them.
    /// - Throws: ``CacheError/protected(_:)`` where keys match that are removed only on demand, and then nothing is
    ///   removed; `RedisError`, `CancellationError`.
    package func run(_ counted: Count? = nil, _ progress: ProgressReporter) async throws -> Count {
        let count = if let counted { counted } else { try await self.count() }
        if !options.includesProtected, count.protected > 0 { throw CacheError.protected(count) }
        var removed: [KeyClass: Int] = [:]
        var done: Int64 = 0
        try await progress.phase("invalidate", total: Int64(count.total), unit: .keys) {
            // A queue may have begun under the pattern since: of what is not cached, no type but strings is asked for.
            try await scan.forEach(options.patterns, type: options.includesProtected ? nil : "string") { keys in
                let names =
                    options.includesProtected ? try await types(of: keys) : keys.map { _ in "string" }
                let classes = zip(keys, names).map { key, type in (key, KeyClass(key, type: type, keys: options.keys)) }
                for (kind, own) in Dictionary(grouping: classes, by: \.1) {
                    if kind.isProtected, !options.includesProtected { continue }
                    for start in stride(from: 0, to: own.count, by: Self.batch) {
                        let part = own[start...].prefix(Self.batch).map(\.0)
                        let number = try await redis.remove(part)
                        removed[kind, default: 0] += number
                        done += Int64(number)
                    }
                }
                progress(.advanced(to: min(done, Int64(count.total)), rejected: 0))
            }
        }
        return Count(keys: removed)
    }

    private func types(of keys: [RedisArgument]) async throws -> [String] {
        try await redis.replies(to: keys.map { RedisCommand(["TYPE", $0], isIdempotent: true) }).map {
            $0.string ?? "none"
        }
    }
}
