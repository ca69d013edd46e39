import PostgresClient
import RSSModel
import RedisClient
import Synchronization

extension CacheWarmer {
    /// What a key was before the database was read.
    struct Sight: Sendable {
        /// SHA-1 of the value, as Redis computes it; empty where there was none.
        let digest: String
        /// Whether it may have expired by the time of writing without having been invalidated: it was absent, or about to expire.
        let mayBeAbsent: Bool
    }

    /// Warms the keys of some organizations.
    ///
    /// The backend invalidates a key after its change is committed. A value that was read before the commit must not be
    /// there afterwards, so:
    ///
    /// 1. The digest of each key's value is taken, then the database is read, then each value is written only where the key
    ///    is still what it was. A key that the backend deleted or wrote meanwhile is left alone.
    /// 2. The deletion of an absent key leaves no trace in Redis. What was absent is therefore written for a short time
    ///    only, and read a second time: where it is the same, nothing was committed in between, and it gets its full
    ///    lifetime; where not, it is removed. If the run is killed in between, the value expires by itself.
    ///
    /// Whatever is committed after the second reading is invalidated after the writing, as always.
    func warm(
        _ keys: [SummaryKey], _ reading: SummaryReading, _ redis: RedisConnection
    ) async throws -> [Entry] {
        let seen = try await look(keys, redis)
        let began = ContinuousClock.now
        let summaries = try await reading.summaries(of: seen.filter { $0.sight != nil }.map(\.key))
        // Long enough for the second reading, which takes as long as the first.
        let provisional = min(options.lifetime, max(.seconds(5), began.duration(to: .now) * 4))
        return try await write(summaries, to: seen, reading, redis, provisional: provisional)
    }

    /// Writes what was read, reads again what was absent, and says what was done with each key.
    func write(
        _ summaries: [String: RedisArgument], to seen: [(key: SummaryKey, sight: Sight?)], _ reading: SummaryReading,
        _ redis: RedisConnection, provisional: Duration
    ) async throws -> [Entry] {
        let wanted = seen.compactMap { key, sight in
            sight.flatMap { sight in summaries[key.organization].map { (key: key, sight: sight, value: $0) } }
        }
        let written = try await answers(
            redis,
            wanted.map {
                Script.write.command(
                    $0.key, $0.value,
                    RedisArgument(($0.sight.mayBeAbsent ? provisional : options.lifetime).wholeMilliseconds),
                    RedisArgument($0.sight.digest), $0.sight.mayBeAbsent ? "1" : "0")
            })
        let doubtful = zip(wanted, written).filter { $0.sight.mayBeAbsent && $1 }.map(\.0.key)
        let again = try await reading.summaries(of: doubtful)
        let confirmed = try await answers(
            redis,
            doubtful.map { key in
                let isSame = again[key.organization] == summaries[key.organization]
                return Script.confirm.command(
                    key, summaries[key.organization] ?? "",
                    RedisArgument(isSame ? options.lifetime.wholeMilliseconds : 0))
            })
        var actions: [String: Action] = [:]
        for (wanted, isWritten) in zip(wanted, written) {
            actions[wanted.key.organization] = isWritten ? .done : .invalidated
        }
        for (key, isConfirmed) in zip(doubtful, confirmed) where !isConfirmed {
            actions[key.organization] = .invalidated
        }
        return seen.map { entry($0.key, summaries[$0.key.organization], actions[$0.key.organization] ?? .skipped) }
    }

    /// What the keys are now; nil for one that lives long enough.
    func look(_ keys: [SummaryKey], _ redis: RedisConnection) async throws -> [(key: SummaryKey, sight: Sight?)] {
        let limit = RedisArgument(options.refreshBelow?.wholeMilliseconds ?? -1)
        let replies = try await replies(redis, keys.map { Script.look.command($0, limit) })
        return try zip(keys, replies).map { key, reply in
            guard let left = reply.elements?.first?.integer else { throw Self.unexpected }
            guard let digest = reply.elements?.dropFirst().first?.string else { return (key, nil) }
            return (key, Sight(digest: digest, mayBeAbsent: digest.isEmpty || (0..<10_000).contains(left)))
        }
    }

    /// What a script answered for each key: whether it did what it was asked.
    private func answers(_ redis: RedisConnection, _ commands: [RedisCommand]) async throws -> [Bool] {
        try await replies(redis, commands).map { reply in
            if reply.isOK { return true }
            guard let number = reply.integer else { throw Self.unexpected }
            return number == 1
        }
    }

    /// The replies to a pipeline.
    ///
    /// - Throws: `RedisError`: the first error of the server, after all have been answered.
    private func replies(_ redis: RedisConnection, _ commands: [RedisCommand]) async throws -> [RedisValue] {
        let replies = Mutex<[RedisValue]>([])
        try await redis.pipeline(commands) { _, reply in replies.withLock { $0.append(reply) } }
        let all = replies.withLock { $0 }
        if let error = all.lazy.compactMap(\.error).first { throw RedisError.server(error) }
        return all
    }

    private static var unexpected: RedisError {
        .protocolViolation("a script was answered with something else than it returns")
    }
}

/// What is done on the server in one step. Redis runs a script without anything in between.
private enum Script: String {
    /// `{PTTL}` of a key that lives longer than a limit, else `{PTTL, digest}`.
    case look = """
        local left = redis.call('PTTL', KEYS[1])
        local limit = tonumber(ARGV[1])
        if limit >= 0 and left > limit then return {left} end
        local value = redis.call('GET', KEYS[1])
        return {left, value and redis.sha1hex(value) or ''}
        """
    /// Writes a value for some milliseconds where the key is what it was. `SET` is called so that its own error is returned,
    /// with its own code.
    case write = """
        local value = redis.call('GET', KEYS[1])
        if value then
            if redis.sha1hex(value) ~= ARGV[3] then return 0 end
        elseif ARGV[4] == '0' then
            return 0
        end
        return redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        """
    /// Gives a value that still exists its full lifetime, or with 0 removes it.
    case confirm = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        if ARGV[2] == '0' then
            redis.call('UNLINK', KEYS[1])
            return 0
        end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """

    func command(_ key: SummaryKey, _ arguments: RedisArgument...) -> RedisCommand {
        RedisCommand(["EVAL", RedisArgument(rawValue), "1", key.key] + arguments)
    }
}
