import PostgresClient
import RSSCore
import RSSModel
import RedisClient

extension CacheWarmer {
    /// What a key was before the database was read.
    enum Sight: Sendable {
        /// Lives long enough.
        case fresh
        /// Is due: the SHA-1 of its value, as Redis computes it, empty where there is none; and whether it may have expired by
        /// the time of writing without having been invalidated, because it was absent or about to expire.
        case due(digest: String, mayBeAbsent: Bool)
        /// Holds something else than a string: the server's words.
        case foreign(String)

        var isDue: Bool {
            if case .due = self { true } else { false }
        }
    }

    /// Warms the keys of some ids.
    ///
    /// The backend invalidates a key after its change is committed. A value that was read before the commit must not be
    /// there afterwards, so:
    ///
    /// 1. The digest of each key's value is taken, then the database is read, then each value is written only where the key
    ///    is still what it was. A key that the backend deleted or wrote meanwhile is left alone. Where the key holds the value
    ///    already, only its life is extended, under the same condition.
    /// 2. The deletion of an absent key leaves no trace in Redis. What was absent is therefore written for a short time
    ///    only, and read a second time: where it is the same, nothing was committed in between, and it gets its full
    ///    lifetime; where not, it is removed. If the run is killed in between, the value expires by itself.
    ///
    /// Whatever is committed after the second reading is invalidated after the writing, as always.
    func warm(_ source: any CacheSource, _ ids: [String], _ redis: any RedisService) async throws -> [Entry] {
        let seen = try await look(source, ids, redis)
        let began = ContinuousClock.now
        let values = try await source.isolatedValues(of: ids.filter { seen[$0]?.isDue == true })
        // Long enough for the second reading, which takes as long as the first.
        let provisional = min(
            options.lifetime(of: source.kind), max(.seconds(5), began.duration(to: .now) * 4))
        return try await write(values, of: source, ids, seen, redis, provisional: provisional)
    }

    /// Writes what was read, reads again what was absent, and says what was done with each key.
    func write(
        _ values: [String: CacheValue], of source: any CacheSource, _ ids: [String], _ seen: [String: Sight],
        _ redis: any RedisService, provisional: Duration
    ) async throws -> [Entry] {
        var commands: [RedisCommand] = []
        var wanted: [(id: String, digest: String, isProvisional: Bool, isExtended: Bool)] = []
        for id in ids {
            guard case .due(let digest, let mayBeAbsent)? = seen[id], let bytes = values[id]?.bytes else { continue }
            let isExtended = !mayBeAbsent && Digest.sha1.hex(bytes.bytes) == digest
            let life = RedisArgument((mayBeAbsent ? provisional : lifetime(source.kind)).wholeMilliseconds)
            commands.append(
                isExtended
                    ? CacheScript.extend.command(source.key(id), RedisArgument(digest), life)
                    : CacheScript.write.command(
                        source.key(id), bytes, life, RedisArgument(digest), mayBeAbsent ? "1" : "0"))
            wanted.append((id, digest, mayBeAbsent, isExtended))
        }
        let answers = try await answers(redis, commands)
        var actions: [String: Answer] = [:]
        for (key, answer) in zip(wanted, answers) {
            actions[key.id] = answer == .yes && key.isExtended ? .unchanged : answer
        }
        let doubtful = wanted.filter { $0.isProvisional && actions[$0.id] == .yes }.map(\.id)
        try await confirm(doubtful, values, of: source, redis, &actions)
        return ids.map { entry(source, $0, seen[$0], values[$0], actions[$0]) }
    }

    /// Reads what was absent a second time, and gives it its full lifetime where it is the same.
    private func confirm(
        _ ids: [String], _ values: [String: CacheValue], of source: any CacheSource, _ redis: any RedisService,
        _ actions: inout [String: Answer]
    ) async throws {
        let again = try await source.isolatedValues(of: ids)
        let commands = ids.map { id in
            let life = again[id] == values[id] ? lifetime(source.kind).wholeMilliseconds : 0
            let digest = Digest.sha1.hex(values[id]?.bytes?.bytes ?? [])
            return CacheScript.confirm.command(source.key(id), RedisArgument(digest), RedisArgument(life))
        }
        for (id, answer) in zip(ids, try await answers(redis, commands)) where answer != .yes { actions[id] = answer }
    }

    /// The lifetime of a key, shortened at random.
    func lifetime(_ kind: CacheKind) -> Duration {
        let most = options.lifetime(of: kind)
        guard options.jitter > 0 else { return most }
        return max(.milliseconds(1), most * (1 - options.jitter * Double.random(in: 0...1)))
    }

    private func entry(
        _ source: any CacheSource, _ id: String, _ sight: Sight?, _ value: CacheValue?, _ answer: Answer?
    ) -> Entry {
        if case .foreign(let reason)? = sight { return entry(source, id, .failed, reason) }
        if case .unknown(let reason)? = value { return entry(source, id, .failed, reason) }
        switch answer {
        case .yes: return entry(source, id, bytes: value?.bytes, .done)
        case .unchanged: return entry(source, id, bytes: value?.bytes, .unchanged)
        case .no: return entry(source, id, bytes: value?.bytes, .invalidated)
        case .foreign(let reason): return entry(source, id, bytes: value?.bytes, .failed, reason)
        case nil: return entry(source, id, .skipped)
        }
    }

    // MARK: Redis

    /// What a script answered for a key.
    private enum Answer: Equatable {
        case yes
        /// The key was not what it was.
        case no
        /// The key held the value, and lives longer now.
        case unchanged
        /// The key holds something else than a string.
        case foreign(String)
    }

    /// What the keys are now, by their ids.
    func look(_ source: any CacheSource, _ ids: [String], _ redis: any RedisService) async throws -> [String: Sight] {
        let limit = RedisArgument(options.bound(of: source.kind)?.wholeMilliseconds ?? -1)
        let replies = try await replies(redis, ids.map { CacheScript.look.command(source.key($0), limit) })
        var seen: [String: Sight] = [:]
        for (id, reply) in zip(ids, replies) {
            if let error = reply.error {
                seen[id] = .foreign("\(error)")
                continue
            }
            guard let left = reply.elements?.first?.integer else { throw Self.unexpected }
            guard let digest = reply.elements?.dropFirst().first?.string else {
                seen[id] = .fresh
                continue
            }
            seen[id] = .due(digest: digest, mayBeAbsent: digest.isEmpty || (0..<10_000).contains(left))
        }
        return seen
    }

    private func answers(_ redis: any RedisService, _ commands: [RedisCommand]) async throws -> [Answer] {
        try await replies(redis, commands).map { reply in
            if let error = reply.error { return .foreign("\(error)") }
            if reply.isOK { return .yes }
            guard let number = reply.integer else { throw Self.unexpected }
            return number == 1 ? .yes : .no
        }
    }

    /// The replies to a pipeline; among errors only those about a single key, that it holds something else than a string.
    ///
    /// - Throws: `RedisError`: the first error of another kind, after all have been answered.
    private func replies(_ redis: any RedisService, _ commands: [RedisCommand]) async throws -> [RedisValue] {
        let all = try await redis.replies(to: commands)
        if let error = all.lazy.compactMap(\.error).first(where: { $0.code != .wrongType }) {
            throw RedisError.server(error)
        }
        return all
    }

    private static var unexpected: RedisError {
        .protocolViolation("a script was answered with something else than it returns")
    }
}
