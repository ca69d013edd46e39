import Foundation
import PostgresClient
import RSSCore
import RedisClient

/// What the checks of the cache look at, read once for all of them.
package struct CacheFacts: Sendable {
    /// `INFO`, or why it could not be read.
    var info: Result<[String: String], Unseen>
    /// `INFO commandstats`, or why it could not be read.
    var commands: Result<[String: String], Unseen>
    /// Keys evicted within a second.
    var evictedNow: Int64 = 0
    /// A sample of the keys, or why they could not be read.
    var sample: Result<KeySample, Unseen>
    /// Summaries of today and of tomorrow that exist, where midnight in UTC is nearer than their lifetime, nil elsewhere; or
    /// why they could not be read.
    var midnight: Result<Midnight?, Unseen> = .success(nil)

    /// Why something could not be read, and how to see it.
    struct Unseen: Error, Equatable {
        let reason: String
        let hint: String?
    }

    /// How many summaries exist shortly before midnight.
    struct Midnight: Sendable, Equatable {
        let today: Int
        let tomorrow: Int
        /// Seconds.
        let left: Int
    }

    /// The name of the server in findings that are about no key.
    var server = "redis"

    /// Reads them, for each server; the keys are those of all of them.
    ///
    /// - Throws: `RedisError` when the connection is lost, `CancellationError`.
    static func all(
        _ redis: any RedisService, keys: CacheKeys, shapes: [FilterShape], limit: Int
    ) async throws -> [CacheFacts] {
        let sample = try await reading { try await KeySample(redis, keys: keys, limit: limit) }
        let midnight = try await reading { try await Self.midnight(redis, keys, shapes) }
        let servers = try await redis.primaries()
        var all: [CacheFacts] = []
        for server in servers {
            var facts = CacheFacts(
                info: try await reading { try await server.info() },
                commands: try await reading { try await server.info("commandstats") }, sample: sample)
            facts.midnight = midnight
            if servers.count > 1, let node = server as? RedisConnection { facts.server = node.address.text }
            all.append(facts)
        }
        guard all.contains(where: { $0.evicted > 0 }) else { return all }
        try await Task.sleep(for: .seconds(1))
        for (index, server) in servers.enumerated() where all[index].evicted > 0 {
            let after = try await server.info("stats")["evicted_keys"].flatMap { Int64($0) } ?? 0
            all[index].evictedNow = max(0, after - all[index].evicted)
        }
        return all
    }

    /// Keys evicted since the start.
    private var evicted: Int64 {
        guard case .success(let info) = info else { return 0 }
        return info["evicted_keys"].flatMap { Int64($0) } ?? 0
    }

    init(
        info: Result<[String: String], Unseen>, commands: Result<[String: String], Unseen>,
        sample: Result<KeySample, Unseen>
    ) {
        self.info = info
        self.commands = commands
        self.sample = sample
    }

    /// What the server refuses is not seen, and stops no other reading.
    private static func reading<T>(_ read: () async throws -> T) async throws -> Result<T, Unseen> {
        do {
            return .success(try await read())
        } catch let error as RedisError where !error.isConnectivity && error.serverError != nil {
            let report = error.serverError?.code == .noPermission
            return .failure(
                Unseen(
                    reason: "\(error)",
                    hint: report
                        ? "ACL SETUSER … +info +time +scan +type +pttl +memory|usage +object|idletime +object|freq"
                        : nil))
        }
    }

    /// By the clock of the Redis server.
    private static func midnight(
        _ redis: any RedisService, _ keys: CacheKeys, _ shapes: [FilterShape]
    ) async throws -> Midnight? {
        guard let seconds = try await redis.send(["TIME"], isIdempotent: true).elements?.first?.integer,
            let shape = shapes.first
        else { return nil }
        let today = CalendarDate(daysSinceEpoch: Int(seconds / 86_400))
        let left = Int(86_400 - seconds % 86_400)
        guard .seconds(left) < CacheKind.summaries.lifetime else { return nil }
        func count(_ day: CalendarDate) async throws -> Int {
            var seen: Set<RedisArgument> = []
            let pattern = KeyPattern(
                glob: "\(CacheKind.summaries.prefix):summary:*:\(shape.digest(day))", prefix: keys.prefix)
            try await KeyspaceScan(redis).forEach([pattern]) { seen.formUnion($0) }
            return seen.count
        }
        return Midnight(today: try await count(today), tomorrow: try await count(today.adding(days: 1)), left: left)
    }
}
