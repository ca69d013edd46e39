import Foundation
import PostgresClient
import RSSModel
import RedisClient
import Synchronization
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore

/// The cache behind Sentinels.
@Suite(.serialized) struct CacheFailoverTests {
    @Test func `a warm outlives the loss of the primary, and a later one that of its successor's`() async throws {
        let primary = try await RedisServer()
        let replica = try await RedisServer([
            "--replicaof", "127.0.0.1 \(primary.port)", "--repl-diskless-sync-delay", "0",
        ])
        let sentinel = try await SentinelServer(watching: primary.port)
        var configuration = try RedisConfiguration(url: sentinel.url)
        configuration.connectTimeout = .seconds(15)
        let redis = RedisClient(configuration, retry: RetryPolicy(budget: .seconds(15)))
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = CacheKind.allCases
            let isKilled = Mutex(false)
            let reporter = ProgressReporter { event in
                switch event {
                // The summaries are written, and three kinds are not.
                case .advanced:
                    if isKilled.withLock({ flag in
                        defer { flag = true }
                        return !flag
                    }) {
                        kill(primary.processID, SIGKILL)
                    }
                default: break
                }
            }
            let entries = try await CacheWarmer(postgres: cache.postgres, redis: redis, options: options).run(
                at: cache.now, runID: "failover", reporter)
            #expect(isKilled.withLock { $0 } && entries.allSatisfy { $0.action == .done }, "\(entries.map(\.action))")
            #expect(try await redis.info("server")["tcp_port"] == "\(replica.port)")

            // What the lost server did not pass on is missing, and nothing is wrong; the next run completes it.
            func verified() async throws -> CacheVerifier.Result {
                try await CacheVerifier(postgres: cache.postgres, redis: redis, options: options).run(
                    at: cache.now, .silent)
            }
            let after = try await verified()
            #expect(after.drifts.isEmpty && after.equal + after.missing == entries.count)
            #expect(after.equal >= entries.count { $0.kind != .summaries })
            let old = try await RedisServer(port: primary.port)
            #expect(try await eventually { try await old.connect().info("replication")["role"] == "slave" })
            _ = try await CacheWarmer(postgres: cache.postgres, redis: redis, options: options).run(
                at: cache.now, runID: "after", .silent)
            #expect(try await verified().equal == entries.count)
            #expect(try await redis.info("server")["tcp_port"] == "\(replica.port)")
            #expect(try await redis.get("rssctl:lock:warm") == nil)
        }
        await redis.close()
    }
}
