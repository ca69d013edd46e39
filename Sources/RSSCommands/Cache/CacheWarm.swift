import ArgumentParser
import Foundation
import PostgresClient
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache warm`
package struct CacheWarm: Verb {
    package static let declaration = Declaration(
        "cache warm", "Write what the backend will ask for into Redis",
        discussion: """
            Keys and values are those of the backend, to the byte, so its next request finds them: report summaries of the \
            active organizations, permissions of the active users, hardware of the visit reports on these pages, rows of \
            organizations. Timestamps in summaries are written in the time zone of the backend's database sessions: set \
            cache.timezone where that is not the server's own. The filters of summaries are those of cache.shapes.

            A key that the backend invalidates meanwhile is left alone, one that holds the value already only lives longer, and \
            one that fails never stops the others.
            """,
        effect: .writes, needs: [.settings, .postgres, .redis],
        examples: [
            .init("The summaries of all active organizations", "rssctl cache warm"),
            .init("All kinds; the keys, without writing them", "rssctl cache warm all --dry-run"),
            .init(
                "Every two minutes, from cron",
                "rssctl cache warm all --refresh-below 150s --ttl-jitter 10 --also-tomorrow --quiet"),
        ], exits: [.findings, .dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(
        help: ArgumentHelp(
            "summaries, permissions, hardware, organizations, or all; summaries unless given.", valueName: "kind"),
        transform: CacheKinds.init(parsing:))
    var kinds: [CacheKinds] = []

    @Option(
        help: "How long the keys live; the backend's own times unless given (5, 15, 10 and 60 minutes).",
        transform: parseDuration)
    var ttl: Duration?

    @Option(help: ArgumentHelp("Shorten each key's life at random by up to this share.", valueName: "percent"))
    var ttlJitter: Percentage?

    @Option(
        help: ArgumentHelp(
            "Leave keys alone that live longer than this: a duration, or a share of their lifetime such as 50%.",
            valueName: "time"), transform: parseRefreshBound)
    var refreshBelow: CacheWarmer.RefreshBound?

    @Flag(help: "Before midnight in UTC, warm the summaries of the next day too.")
    var alsoTomorrow = false

    @Option(
        help: ArgumentHelp(
            "Filters of summaries in place of cache.shapes: startDate=-30d,endDate=0d,page=1,limit=20; repeatable.",
            valueName: "filters"), transform: parseShape)
    var shape: [FilterShape] = []

    @Option(help: "Write metrics for Prometheus to a file, whole or not at all.", completion: .file())
    var metrics: String?

    package init() {}

    package func validate() throws {
        if let ttl, ttl < .seconds(1) { throw ValidationError("--ttl is at least 1s.") }
        if let ttlJitter, ttlJitter.share > 0.9 { throw ValidationError("--ttl-jitter is at most 90%.") }
    }

    package func execute(_ context: Context) async throws -> WarmReport {
        var options = try context.warmOptions()
        if !kinds.isEmpty { options.kinds = CacheKinds.all(of: kinds) }
        if !shape.isEmpty { options.shapes = shape }
        options.lifetime = ttl
        options.jitter = ttlJitter?.share ?? 0
        options.refreshBelow = refreshBelow
        options.alsoTomorrow = alsoTomorrow
        options.isDryRun = context.isDryRun
        let postgres = try await context.connectPostgres(
            readOnly: true, timeZone: context.settings.text(.cacheTimeZone))
        let clock = try await context.clock(postgres)
        // A dry run reads from Redis only what it is to compare with.
        let redis = context.isDryRun && refreshBelow == nil ? nil : try await context.connectRedis()
        let began = ContinuousClock.now
        let entries = try await CacheWarmer(postgres: postgres, redis: redis, options: options).run(
            at: clock.now, runID: context.runID, context.progress)
        if let metrics, !context.isDryRun {
            let took = ContinuousClock.now - began
            let text = WarmMetrics(
                entries, of: options.kinds, at: clock.now + took / .seconds(1), took: took
            ).text
            try WholeFile.write(Data(text.utf8), to: metrics)
        }
        return WarmReport(keys: entries, isDryRun: context.isDryRun)
    }
}

extension Context {
    /// What the settings say of the backend's keys and values.
    ///
    /// - Throws: `SettingsError`.
    func warmOptions() throws -> CacheWarmer.Options {
        var options = CacheWarmer.Options()
        options.keys = cacheKeys
        // Each was checked when the settings were read.
        options.shapes = try FilterShape.list(parsing: settings.text(.cacheShapes) ?? "\(FilterShape.backend)")
        if let zone = settings.text(.cacheProcessTimeZone) {
            guard let zone = CacheWarmer.processZone(zone) else {
                throw SettingsError.badValue(
                    key: SettingKey.cacheProcessTimeZone.rawValue, value: zone,
                    expected: "a time zone that this machine knows", origin: "the settings")
            }
            options.processZone = zone
        }
        return options
    }

    /// How the settings say that the backend names its keys.
    var cacheKeys: CacheKeys {
        var keys = CacheKeys()
        keys.prefix = settings.text(.cacheKeyPrefix) ?? ""
        if let key = settings.text(.cacheHardwareKey) { keys.hardware = key }
        if let key = settings.text(.cacheOrganizationKey) { keys.organization = key }
        return keys
    }
}

/// Kinds of keys as typed.
struct CacheKinds: Sendable {
    let kinds: [CacheKind]

    init(parsing word: String) throws {
        if word == "all" {
            kinds = CacheKind.allCases
        } else if let kind = CacheKind(rawValue: word) {
            kinds = [kind]
        } else {
            throw ValidationError(
                "'\(word)' is not a kind of key; write \(CacheKind.allCases.map(\.rawValue).joined(separator: ", ")) or all."
            )
        }
    }

    /// Each kind once, in the order in which they are warmed.
    static func all(of typed: [CacheKinds]) -> [CacheKind] {
        CacheKind.allCases.filter { kind in typed.contains { $0.kinds.contains(kind) } }
    }
}

/// A share as typed: `10%`, `10`.
struct Percentage: ExpressibleByArgument, Sendable {
    /// 0 to 1.
    let share: Double

    init?(argument: String) {
        // Without the sign too: crontabs and systemd units give it a meaning of their own.
        let digits = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
        guard let number = Double(digits), (0...100).contains(number) else { return nil }
        share = number / 100
    }
}

@Sendable private func parseRefreshBound(_ text: String) throws -> CacheWarmer.RefreshBound {
    guard let bound = CacheWarmer.RefreshBound(text) else {
        throw ValidationError("'\(text)' is neither a duration such as 90s nor a share such as 50%.")
    }
    return bound
}

@Sendable private func parseShape(_ text: String) throws -> FilterShape {
    do throws(FilterShapeError) {
        return try FilterShape(parsing: text)
    } catch {
        throw ValidationError("'\(text)' is not a shape of filters: \(error.reason).")
    }
}
