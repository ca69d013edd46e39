import PostgresClient
import RSSModel
import RedisClient
import Synchronization

/// Writes the report summaries that the backend will ask for into Redis, under its own keys and in its own bytes.
///
/// One statement reads all organizations, and the keys go out in a pipeline: what takes the backend a query an
/// organization takes one round trip here.
public struct CacheWarmer: Sendable {
    /// What to warm, and how long it lives.
    public struct Options: Sendable, Equatable {
        /// The form of the filters.
        public var shape = SummaryShape()
        /// How long the keys live; the backend's own is 300 s, which is less than a cron interval of five minutes takes.
        public var lifetime = Duration.seconds(600)
        /// Keys that live longer than this are left alone; nil rewrites all.
        public var refreshBelow: Duration?
        /// The backend's ioredis keyPrefix.
        public var keyPrefix = ""
        /// Whether only to say what would be written.
        public var isDryRun = false

        /// The backend's shape, ten minutes.
        public init() {}
    }

    /// A key with what was done with it.
    public struct Entry: Sendable, Encodable, Equatable {
        /// The organization.
        public let organization: String
        /// The key.
        public let key: String
        /// Bytes of the value.
        public let bytes: Int
        /// ``Verdict/done``, ``Verdict/pending`` in a dry run, ``Verdict/skipped`` for a key that lives long enough.
        public let action: Verdict
    }

    /// The name of the lock, in Redis, that keeps two warmers apart.
    static let lockKey = "rssctl:lock:warm"

    private let postgres: PostgresConnection
    private let redis: RedisConnection
    private let options: Options

    /// Makes a warmer. The database session's TimeZone must be that of the backend's sessions, because timestamps in the
    /// value are written in it.
    public init(postgres: PostgresConnection, redis: RedisConnection, options: Options) {
        self.postgres = postgres
        self.redis = redis
        self.options = options
    }

    /// Warms all active organizations.
    ///
    /// - Throws: ``CacheError/locked``, `PostgresError`, `RedisError`, `CancellationError`.
    public func run(today: CalendarDate, runID: String, _ progress: ProgressReporter) async throws -> [Entry] {
        guard !options.isDryRun else { return try await read(today, progress).map { entry($0, .pending) } }
        let token = RedisArgument(runID)
        guard try await redis.set(RedisArgument(Self.lockKey), token, expiry: .seconds(300), condition: .ifAbsent)
        else {
            throw CacheError.locked
        }
        do {
            let entries = try await warm(today, progress)
            _ = try await redis.unlink(RedisArgument(Self.lockKey), ifEqualTo: token)
            return entries
        } catch {
            await release(token)
            throw error
        }
    }

    /// Gives the lock back after a failure, when the connection may be lost and the task cancelled. The lock expires by
    /// itself should even this fail; the first error is the one to tell.
    private func release(_ token: RedisArgument) async {
        var configuration = redis.configuration
        configuration.connectTimeout = .seconds(1)
        configuration.commandTimeout = .seconds(1)
        let options = configuration
        await Task.detached {
            guard let fresh = try? await RedisConnection.connect(options) else { return }
            _ = try? await fresh.unlink(RedisArgument(Self.lockKey), ifEqualTo: token)
            await fresh.close()
        }.value
    }

    private struct Summary: Sendable {
        let organization: String
        let key: RedisArgument
        let value: RedisArgument
    }

    private func warm(_ today: CalendarDate, _ progress: ProgressReporter) async throws -> [Entry] {
        let summaries = try await read(today, progress)
        let due = try await due(summaries)
        return try await progress.phase("write", total: Int64(summaries.count), unit: .keys) {
            let failure = Mutex<RedisError?>(nil)
            let commands = due.map { RedisCommand.set($0.key, $0.value, expiry: options.lifetime) }
            try await redis.pipeline(commands) { index, reply in
                if case .error(let error) = reply { failure.withLock { $0 = $0 ?? .server(error) } }
                if index % 128 == 127 { progress(.advanced(to: Int64(index + 1), rejected: 0)) }
            }
            if let error = failure.withLock({ $0 }) { throw error }
            progress(.advanced(to: Int64(due.count), rejected: 0))
            let written = Set(due.map(\.organization))
            return summaries.map { entry($0, written.contains($0.organization) ? .done : .skipped) }
        }
    }

    private func read(_ today: CalendarDate, _ progress: ProgressReporter) async throws -> [Summary] {
        try await progress.phase("read") {
            let tables = try await ApplicationTables(postgres)
            try await postgres.refuseForeignCode(.reading, in: tables)
            let rows = try await postgres.query(
                tables.sql(PackageResources.warm_summaries_sql),
                [options.shape.start(today), today, Int32(options.shape.limit), Optional<String>.none]
                    as [any PostgresEncodable])
            return try rows.map { row in
                let (organization, total, data) = try row.decode(String.self, Int64.self, String?.self)
                return Summary(
                    organization: organization,
                    key: RedisArgument(
                        options.shape.key(organization: organization, today: today, prefix: options.keyPrefix)),
                    value: RedisArgument(SummaryValue.json(totalCount: total, visitData: data)))
            }
        }
    }

    /// The summaries whose keys are missing or near their end.
    private func due(_ summaries: [Summary]) async throws -> [Summary] {
        guard let limit = options.refreshBelow else { return summaries }
        let due = Mutex<[Summary]>([])
        try await redis.pipeline(summaries.map { RedisCommand.pttl($0.key) }) { index, reply in
            if case .milliseconds(let left)? = reply.remainingLife, .milliseconds(left) > limit { return }
            due.withLock { $0.append(summaries[index]) }
        }
        return due.withLock { $0 }
    }

    private func entry(_ summary: Summary, _ action: Verdict) -> Entry {
        Entry(
            organization: summary.organization, key: summary.key.description, bytes: summary.value.bytes.count,
            action: action)
    }
}

extension RedisValue {
    enum RemainingLife { case milliseconds(Int64) }

    /// What PTTL answered: nil for a key that is missing or never expires.
    fileprivate var remainingLife: RemainingLife? {
        if case .integer(let value) = self, value >= 0 { return .milliseconds(Int64(value)) }
        return nil
    }
}
