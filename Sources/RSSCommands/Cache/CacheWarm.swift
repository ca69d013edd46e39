import ArgumentParser
import PostgresClient
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache warm`
package struct CacheWarm: Verb {
    package static let declaration = Declaration(
        "cache warm", "Write the report summary of every active organization into Redis",
        discussion: """
            Keys and values are those of the backend, to the byte, so its next request finds them. Timestamps in them are \
            written in the time zone of the backend's database sessions: set cache.timezone where that is not the server's own. \
            A key that the backend invalidates meanwhile is left alone.
            """,
        effect: .writes, needs: [.settings, .postgres, .redis],
        examples: [
            .init("All active organizations, the last 30 days", "rssctl cache warm"),
            .init("The keys, without writing them", "rssctl cache warm --dry-run"),
            .init("Every four minutes, from cron", "rssctl cache warm --refresh-below 5min --quiet"),
        ], exits: [.findings, .dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Option(help: "How long the keys live.", transform: parseDuration)
    var ttl: Duration = .seconds(600)

    @Option(help: "Leave keys alone that live longer than this.", transform: parseDuration)
    var refreshBelow: Duration?

    @Option(help: "Days back from today.")
    var days = 30

    @Option(help: "Reports a page.")
    var limit = 20

    package init() {}

    package func validate() throws {
        if ttl < .seconds(1) { throw ValidationError("--ttl is at least 1s.") }
        if !(1...3660).contains(days) { throw ValidationError("--days is a number from 1 to 3660.") }
        if !(1...1000).contains(limit) { throw ValidationError("--limit is a number from 1 to 1000.") }
    }

    package func execute(_ context: Context) async throws -> WarmReport {
        let postgres = try await context.connectPostgres(
            readOnly: true, timeZone: context.settings.text(.cacheTimeZone))
        let clock = try await context.clock(postgres)
        // A dry run reads from Redis only what it is to compare with.
        let redis = context.isDryRun && refreshBelow == nil ? nil : try await context.connectRedis()
        var options = CacheWarmer.Options()
        options.shape = SummaryShape(days: days, limit: limit)
        options.lifetime = ttl
        options.refreshBelow = refreshBelow
        options.keyPrefix = context.settings.text(.cacheKeyPrefix) ?? ""
        options.isDryRun = context.isDryRun
        let entries = try await CacheWarmer(postgres: postgres, redis: redis, options: options).run(
            today: clock.today, runID: context.runID, context.progress)
        await postgres.close()
        await redis?.close()
        return WarmReport(keys: entries, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}

/// The result of `cache warm`.
package struct WarmReport: CommandResult {
    let keys: [CacheWarmer.Entry]
    let isDryRun: Bool
    let isQuiet: Bool

    private enum CodingKeys: CodingKey { case keys, isDryRun }

    private func number(_ action: CacheWarmer.Action) -> Int { keys.count { $0.action == action } }

    /// Keys that Redis evicts are not there for the backend.
    package var exitStatus: ExitStatus { number(.evicted) > 0 ? .findings : .done }

    package var counts: [String: Int64] {
        if isDryRun { return [:] }
        var counts = ["written": Int64(number(.done)), "kept": Int64(number(.skipped))]
        for action in [CacheWarmer.Action.invalidated, .evicted] where number(action) > 0 {
            counts[action.rawValue] = Int64(number(action))
        }
        return counts
    }

    package var tables: [Table] {
        if isQuiet { return [] }
        let bytes = Int64(keys.filter { $0.action == .done }.reduce(0) { $0 + ($1.bytes ?? 0) })
        guard isDryRun else {
            return [
                Table(
                    columns: [
                        .number("written"), .number("kept"), .number("invalidated"), .number("bytes", header: "size"),
                    ],
                    rows: [
                        [.count(number(.done)), .count(number(.skipped)), .count(number(.invalidated)), .bytes(bytes)]
                    ])
            ]
        }
        return [
            Table(
                columns: [Column("key", isFlexible: true), .number("bytes", header: "size"), Column("action")],
                rows: keys.map {
                    [
                        .text($0.key), $0.bytes.map { .bytes(Int64($0)) } ?? .null,
                        .verdict($0.action == .pending ? .pending : .skipped),
                    ]
                },
                notes: ["\(number(.pending)) keys would be written."], emptyMessage: "No organization is active.")
        ]
    }
}
