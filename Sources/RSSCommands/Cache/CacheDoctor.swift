import ArgumentParser
import Foundation
import PostgresClient
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache doctor`
package struct CacheDoctor: Verb {
    package static let declaration = Declaration(
        "cache doctor", "Check Redis: each check ends ok, with findings, or blind",
        discussion: """
            Checks the eviction policy against the keys, queues that may be evicted, keys that never expire, big keys, \
            evictions, the gap at midnight, replicas, and the use of KEYS. Reads INFO and a bounded sample of the keys.
            """,
        needs: [.settings, .redis],
        examples: [.init("All checks", "rssctl cache doctor")], exits: [.findings])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "The most keys to scan.")
    var limit = 200_000

    @OptionGroup var checks: CheckOptions

    package init() {}

    package func validate() throws {
        if limit < 1 { throw ValidationError("--limit is at least 1.") }
    }

    package func execute(_ context: Context) async throws -> ChecksResult {
        let list = try checks.ignoreList()
        let options = try context.warmOptions()
        let redis = try await context.connectRedis()
        let reports = try await CacheInspector(redis, keys: options.keys, shapes: options.shapes, limit: limit).run()
        let today = list == nil ? nil : CalendarDate(try await redis.serverTime())
        let shown = today.map { CheckOptions.apply(list, to: reports, today: $0, context.progress) } ?? reports
        return ChecksResult(shown.map { CheckEntry($0) }, checks, isQuiet: global.quiet)
    }
}
