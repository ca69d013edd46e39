import ArgumentParser
import Foundation
import RSSCache
import RSSModel
import RedisClient

/// `rssctl cache stats`
package struct CacheStats: Verb {
    package static let declaration = Declaration(
        "cache stats", "Show keys, memory, lifetimes and idle time by prefix, and the hit rate",
        discussion: """
            Scans at most --limit keys with pauses, and asks for memory and lifetime of at most 200 keys of a prefix; the memory \
            of a prefix is extrapolated from them. The hit rate is that since the start of the server, or of the time that \
            --for waits.
            """,
        needs: [.settings, .redis],
        examples: [
            .init("What is in Redis", "rssctl cache stats"),
            .init("With the hit rate of the next second", "rssctl cache stats --for 1s --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "The most keys to scan.")
    var limit = 200_000

    @Option(name: .customLong("for"), help: "Measure the hit rate over this time.", transform: parseDuration)
    var window: Duration?

    package init() {}

    package func validate() throws {
        if limit < 1 { throw ValidationError("--limit is at least 1.") }
    }

    package func execute(_ context: Context) async throws -> CacheStatsReport {
        let redis = try await context.connectRedis()
        let before = try await redis.infos()
        let sample = try await KeySample(redis, keys: context.cacheKeys, limit: limit)
        if let window { try await Task.sleep(for: window) }
        let after = window == nil ? before : try await redis.infos()
        return CacheStatsReport(sample, before, after, isWindow: window != nil)
    }
}

/// The result of `cache stats`.
package struct CacheStatsReport: CommandResult {
    struct Server: Encodable {
        let memory: Int64?
        let maxmemory: Int64?
        let policy: String?
        let hits: Int64
        let misses: Int64
        let evicted: Int64
        /// 0 to 1; nil where nothing was asked for.
        let hitRate: Double?
    }

    struct HotKey: Encodable {
        let key: String
        let uses: Int
    }

    let groups: [KeySample.Group]
    let isWhole: Bool
    let server: Server
    let hot: [HotKey]
    private let isWindow: Bool

    private enum CodingKeys: String, CodingKey { case groups, isWhole, server, hot }

    /// - Parameters:
    ///   - before: what each server said of itself at the begin of the window.
    ///   - after: the same at its end.
    init(_ sample: KeySample, _ before: [[String: String]], _ after: [[String: String]], isWindow: Bool) {
        groups = sample.groups
        isWhole = sample.isWhole
        hot = sample.hot.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map {
            HotKey(key: $0.key, uses: $0.value)
        }
        self.isWindow = isWindow
        func sum(_ infos: [[String: String]], _ name: String) -> Int64 {
            infos.reduce(0) { $0 + ($1[name].flatMap { Int64($0) } ?? 0) }
        }
        func number(_ name: String) -> Int64 { sum(after, name) - (isWindow ? sum(before, name) : 0) }
        let (hits, misses) = (number("keyspace_hits"), number("keyspace_misses"))
        server = Server(
            memory: sum(after, "used_memory"), maxmemory: sum(after, "maxmemory"),
            policy: after.first?["maxmemory_policy"], hits: hits, misses: misses, evicted: number("evicted_keys"),
            hitRate: hits + misses == 0 ? nil : Double(hits) / Double(hits + misses))
    }

    package var tables: [Table] {
        let main = Table(
            columns: [
                Column("prefix", isFlexible: true), Column("keys_of", header: "keys of"), .number("keys"),
                .number("bytes", header: "size"), .number("without_expiry", header: "no expiry"),
                .number("under_1min", header: "< 1 min", isOptional: true),
                .number("under_5min", header: "< 5 min", isOptional: true),
                .number("under_15min", header: "< 15 min", isOptional: true),
                .number("under_1h", header: "< 1 h", isOptional: true), .number("later", isOptional: true),
                .number("idle", isOptional: true),
            ],
            rows: groups.map { group in
                let expiry: [Cell] = group.expiry.map { .count($0) }
                let start: [Cell] = [
                    .text(group.prefix), .text(group.keysOf.rawValue), .count(group.keys), .bytes(group.bytes),
                    .count(group.withoutExpiry),
                ]
                let idle: Cell = group.idleSeconds.map { .duration(.seconds($0)) } ?? .null
                return start + expiry + [idle]
            }, notes: notes, emptyMessage: "Redis holds no key.")
        guard !hot.isEmpty else { return [main] }
        return [
            main,
            Table(
                title: "Most used", columns: [Column("key", isFlexible: true), .number("uses")],
                rows: hot.map { [.text($0.key), .count($0.uses)] }),
        ]
    }

    private var notes: [String] {
        let time = isWindow ? "in this time" : "since the start"
        let rate = server.hitRate.map { "\(Int(($0 * 1000).rounded()) / 10).\(Int(($0 * 1000).rounded()) % 10) %" }
        var notes = [
            "\(server.hits) hits and \(server.misses) misses \(time)\(rate.map { ": a hit rate of \($0)" } ?? ""); \(server.evicted) keys evicted."
        ]
        if !isWhole { notes.append("Not all keys were scanned; --limit scans more.") }
        if groups.contains(where: { $0.sampled < $0.keys }) {
            notes.append("Lifetimes and idle times are those of up to 200 keys of a prefix.")
        }
        return notes
    }
}
