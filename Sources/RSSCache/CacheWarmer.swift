import PostgresClient
import RSSModel
import RedisClient
import Synchronization

/// Writes the report summaries that the backend will ask for into Redis, under its own keys and in its own bytes.
///
/// One statement reads the summaries of some hundred organizations, and their keys go out in a pipeline. Of a key that the
/// backend invalidates meanwhile, no old value remains: see ``CacheWarmer/warm(_:_:_:)``.
package struct CacheWarmer: Sendable {
    /// What to warm, and how long it lives.
    package struct Options: Sendable, Equatable {
        /// The form of the filters.
        package var shape = SummaryShape()
        /// How long the keys live; the backend's own is 300 s, which is less than a cron interval of five minutes takes.
        package var lifetime = Duration.seconds(600)
        /// Keys that live longer than this are left alone; nil rewrites all.
        package var refreshBelow: Duration?
        /// The backend's ioredis keyPrefix.
        package var keyPrefix = ""
        /// Whether only to say what would be written.
        package var isDryRun = false

        /// The backend's shape, ten minutes.
        package init() {}
    }

    /// What was done with a key.
    package enum Action: String, Sendable, Encodable {
        /// Written.
        case done
        /// Would be written.
        case pending
        /// Lives long enough.
        case skipped
        /// Invalidated or written by the backend meanwhile, and left as it is.
        case invalidated
        /// Written, and evicted by Redis before the run was over.
        case evicted
    }

    /// A key with what was done with it.
    package struct Entry: Sendable, Encodable, Equatable {
        /// The organization.
        package let organization: String
        /// The key.
        package let key: String
        /// Bytes of the value; nil where it was not computed.
        package let bytes: Int?
        /// What was done with it.
        package internal(set) var action: Action
    }

    /// Organizations that are read and written at a time: enough that one statement is worth it, few enough that a value
    /// is not held for long between being read and being verified.
    static let batch = 250

    let postgres: PostgresConnection
    let redis: RedisConnection?
    let options: Options

    /// Makes a warmer. The database session's TimeZone must be that of the backend's sessions, because timestamps in the
    /// value are written in it.
    ///
    /// - Parameter redis: the cache; a dry run can do without, and then treats every key as due.
    package init(postgres: PostgresConnection, redis: RedisConnection?, options: Options) {
        self.postgres = postgres
        self.redis = redis
        self.options = options
    }

    /// The name of the lock that keeps two warmers of one prefix apart.
    static func lockKey(prefix: String) -> String { "\(prefix)rssctl:lock:warm" }

    /// Warms all active organizations.
    ///
    /// - Throws: ``CacheError``, `PostgresError`, `RedisError`, `CancellationError`.
    package func run(today: CalendarDate, runID: String, _ progress: ProgressReporter) async throws -> [Entry] {
        let reading = try await SummaryReading(
            postgres, shape: options.shape, keyPrefix: options.keyPrefix, today: today)
        guard let redis, !options.isDryRun else { return try await preview(reading, progress) }
        let key = Self.lockKey(prefix: options.keyPrefix)
        do {
            return try await RedisLock(key: RedisArgument(key), token: RedisArgument(runID)).hold(
                on: redis.configuration
            ) {
                let evictions = try await Evictions(redis)
                var entries: [Entry] = []
                try await progress.phase("warm", total: Int64(reading.organizations.count), unit: .keys) {
                    for start in stride(from: 0, to: reading.organizations.count, by: Self.batch) {
                        let organizations = reading.organizations[start...].prefix(Self.batch)
                        entries += try await warm(reading.keys(of: organizations), reading, redis)
                        progress(.advanced(to: Int64(entries.count), rejected: 0))
                    }
                }
                try await evictions.mark(&entries, progress)
                return entries
            }
        } catch let error as RedisLockError {
            throw CacheError(error, key: key)
        }
    }

    /// What would be written: the keys that are due.
    private func preview(_ reading: SummaryReading, _ progress: ProgressReporter) async throws -> [Entry] {
        var entries: [Entry] = []
        try await progress.phase("read", total: Int64(reading.organizations.count), unit: .keys) {
            for start in stride(from: 0, to: reading.organizations.count, by: Self.batch) {
                let keys = reading.keys(of: reading.organizations[start...].prefix(Self.batch))
                let due = if let redis { try await look(keys, redis).compactMap { $1 == nil ? nil : $0 } } else { keys }
                let summaries = try await reading.summaries(of: due)
                entries += keys.map { key in
                    let summary = summaries[key.organization]
                    return entry(key, summary, summary == nil ? .skipped : .pending)
                }
                progress(.advanced(to: Int64(entries.count), rejected: 0))
            }
        }
        return entries
    }

    func entry(_ key: SummaryKey, _ value: RedisArgument?, _ action: Action) -> Entry {
        Entry(organization: key.organization, key: key.key.description, bytes: value?.bytes.count, action: action)
    }
}
