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
    /// Summaries of today and of tomorrow that exist, where midnight in UTC is nearer than their lifetime; nil elsewhere.
    var midnight: Midnight?

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

    /// Reads them.
    ///
    /// - Throws: `RedisError` when the connection is lost, `CancellationError`.
    init(_ redis: RedisConnection, keys: CacheKeys, shapes: [FilterShape], limit: Int) async throws {
        info = try await Self.reading { try await redis.info() }
        commands = try await Self.reading { try await redis.info("commandstats") }
        if case .success(let before) = info, before["evicted_keys"] != "0" {
            try await Task.sleep(for: .seconds(1))
            let after = try await redis.info("stats")["evicted_keys"].flatMap { Int64($0) } ?? 0
            evictedNow = after - (before["evicted_keys"].flatMap { Int64($0) } ?? after)
        }
        sample = try await Self.reading { try await KeySample(redis, keys: keys, limit: limit) }
        if case .success(let seen) = try await Self.reading({ try await Self.midnight(redis, keys, shapes) }) {
            midnight = seen
        }
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
                        ? "ACL SETUSER … +info +scan +type +pttl +memory|usage +object|idletime +object|freq" : nil))
        }
    }

    /// By the clock of the Redis server.
    private static func midnight(
        _ redis: RedisConnection, _ keys: CacheKeys, _ shapes: [FilterShape]
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
