import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RedisClient

/// Writes what the backend will ask for into Redis, under its own keys and in its own bytes.
///
/// One statement reads the values of some hundred keys, which go out in a pipeline. Of a key that the backend invalidates
/// meanwhile, no old value remains: see ``CacheWarmer/warm(_:_:_:)``. A key that cannot be computed or written never stops
/// the others.
package struct CacheWarmer: Sendable {
    /// What was done with a key.
    package enum Action: String, Sendable, Encodable {
        /// Written.
        case done
        /// It held that value already, and lives longer now.
        case unchanged
        /// Would be written.
        case pending
        /// Lives long enough.
        case skipped
        /// Invalidated or written by the backend meanwhile, and left as it is.
        case invalidated
        /// Written, and evicted by Redis before the run was over.
        case evicted
        /// Its value cannot be computed, or the key holds something else.
        case failed
    }

    /// A key with what was done with it.
    package struct Entry: Sendable, Encodable, Equatable {
        /// What it caches.
        package let kind: CacheKind
        /// The id of the organization, the user or the visit report.
        package let id: String
        /// The key.
        package let key: String
        /// Bytes of the value; nil where it was not computed.
        package var bytes: Int?
        /// What was done with it.
        package var action: Action
        /// Why it failed.
        package var reason: String?
    }

    let postgres: PostgresConnection
    let redis: (any RedisService)?
    let options: Options

    /// Makes a warmer. The database session's TimeZone must be that of the backend's sessions, because timestamps in
    /// summaries are written in it.
    ///
    /// - Parameter redis: the cache; a dry run can do without, and then treats every key as due.
    package init(postgres: PostgresConnection, redis: (any RedisService)?, options: Options) {
        self.postgres = postgres
        self.redis = redis
        self.options = options
    }

    /// The name of the lock that keeps two warmers of one prefix apart.
    static func lockKey(prefix: String) -> String { "\(prefix)rssctl:lock:warm" }

    /// What is warmed, at a moment.
    ///
    /// - Throws: `FilterShapeError`, `ForeignCode`, `PostgresError`.
    func sources(at now: Date) async throws -> [any CacheSource] {
        let tables = try await ApplicationTables(postgres)
        try await postgres.refuseForeignCode(.reading, in: tables)
        return try options.sources(postgres, tables, at: now)
    }

    /// Warms the keys.
    ///
    /// - Parameters:
    ///   - now: the time by the database's clock.
    ///   - only: the keys to warm; nil for all.
    /// - Throws: ``CacheError``, `FilterShapeError`, `ForeignCode`, `PostgresError`, `RedisError`, `CancellationError`.
    package func run(
        at now: Date, runID: String, only: Set<String>? = nil, _ progress: ProgressReporter
    ) async throws -> [Entry] {
        let sources = try await sources(at: now)
        guard let redis, !options.isDryRun else {
            return try await batches(of: sources, only, progress) { try await preview($0, $1) }
        }
        let key = Self.lockKey(prefix: options.keys.prefix)
        do {
            return try await RedisLock(key: RedisArgument(key), token: RedisArgument(runID)).hold(
                on: redis.configuration
            ) {
                let evictions = try await Evictions(redis)
                var entries = try await batches(of: sources, only, progress) { source, ids in
                    try await lasting(redis, progress) { try await warm(source, ids, redis) }
                }
                try await evictions.mark(&entries, progress)
                return entries
            }
        } catch let error as RedisLockError {
            throw CacheError(error, key: key)
        }
    }

    /// Does something with the keys of each source, some hundred at a time, a phase to a kind.
    private func batches(
        of sources: [any CacheSource], _ only: Set<String>?, _ progress: ProgressReporter,
        _ work: (any CacheSource, [String]) async throws -> [Entry]
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        for kind in options.kinds {
            let own = sources.filter { $0.kind == kind }
            guard let all = try await own.first?.ids() else { continue }
            let parts = own.map { source in
                (source, only.map { only in all.filter { only.contains(source.key($0).description) } } ?? all)
            }
            let total = parts.reduce(0) { $0 + $1.1.count }
            var done: Int64 = 0
            try await progress.phase(kind.rawValue, total: Int64(total), unit: .keys) {
                for (source, ids) in parts {
                    for start in stride(from: 0, to: ids.count, by: source.batch) {
                        let part = Array(ids[start...].prefix(source.batch))
                        entries += try await work(source, part)
                        done += Int64(part.count)
                        progress(.advanced(to: done, rejected: 0))
                    }
                }
            }
        }
        for (reason, failed) in Dictionary(grouping: entries.filter { $0.action == .failed }, by: \.reason) {
            let others = failed.count > 1 ? " and \(failed.count - 1) more" : ""
            progress(.warning("\(failed[0].key)\(others): \(reason ?? "not written")"))
        }
        return entries
    }

    /// How long another server is waited for that takes the place of a lost one: the lock lives a little longer.
    private static let failover = Duration.seconds(20)

    /// Does some keys, and again from the first look on where another server has taken the place of the one that was lost:
    /// what that one did not pass on is written once more.
    private func lasting<T: Sendable>(
        _ redis: any RedisService, _ progress: ProgressReporter, _ work: () async throws -> T
    ) async throws -> T {
        var end: ContinuousClock.Instant?
        while true {
            do {
                return try await work()
            } catch let error as RedisError {
                let limit = end ?? .now + Self.failover
                guard await redis.recover(from: error), ContinuousClock.now < limit else { throw error }
                if end == nil { progress(.warning("\(error); looking for the server that takes its place")) }
                end = limit
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// What would be written: the keys that are due.
    private func preview(_ source: any CacheSource, _ ids: [String]) async throws -> [Entry] {
        let seen = if let redis { try await look(source, ids, redis) } else { [String: Sight]() }
        let values = try await source.isolatedValues(of: ids.filter { seen[$0]?.isDue ?? true })
        return ids.map { id in
            if case .foreign(let reason)? = seen[id] { return entry(source, id, .failed, reason) }
            switch values[id] {
            case .bytes(let bytes): return entry(source, id, bytes: bytes, .pending)
            case .unknown(let reason): return entry(source, id, .failed, reason)
            case nil: return entry(source, id, .skipped)
            }
        }
    }

    func entry(
        _ source: any CacheSource, _ id: String, bytes: RedisArgument? = nil, _ action: Action, _ reason: String? = nil
    ) -> Entry {
        Entry(
            kind: source.kind, id: id, key: source.key(id).description, bytes: bytes?.bytes.count, action: action,
            reason: reason)
    }
}
