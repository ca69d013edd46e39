import ArgumentParser
import PostgresClient
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache verify`
package struct CacheVerify: Verb {
    package static let declaration = Declaration(
        "cache verify", "Compare what the cache holds with the database, key by key",
        discussion: """
            The value of each key is computed again and compared as bytes, then as JSON. A key that differs is reported with \
            the reason: written in another time zone, made by another function, or stale, and since when. Keys that do not \
            exist are counted only.
            """,
        effect: .writes, needs: [.settings, .postgres, .redis],
        examples: [
            .init("A tenth of the summaries", "rssctl cache verify --sample 10%"),
            .init("Everything; what differs is written again", "rssctl cache verify all --repair --yes"),
        ], exits: [.findings, .dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(
        help: ArgumentHelp(
            "summaries, permissions, hardware, organizations, or all; summaries unless given.", valueName: "kind"),
        transform: CacheKinds.init(parsing:))
    var kinds: [CacheKinds] = []

    @Option(help: ArgumentHelp("The share of the keys to compare.", valueName: "percent"))
    var sample: Percentage?

    @Flag(help: "Write the keys that differ again.")
    var repair = false

    package init() {}

    package func validate() throws {
        if let sample, sample.share == 0 { throw ValidationError("--sample is more than 0%.") }
    }

    package func question(_ context: Context) async throws -> String? {
        repair ? "Write the keys that differ from the database again?" : nil
    }

    package func execute(_ context: Context) async throws -> VerifyReport {
        var options = try context.warmOptions()
        if !kinds.isEmpty { options.kinds = CacheKinds.all(of: kinds) }
        let postgres = try await context.connectPostgres(
            readOnly: true, timeZone: context.settings.text(.cacheTimeZone))
        let clock = try await context.clock(postgres)
        let redis = try await context.connectRedis()
        let verifier = CacheVerifier(
            postgres: postgres, redis: redis, options: options, sample: sample?.share ?? 1)
        var result = try await verifier.run(at: clock.now, context.progress)
        if repair, !context.isDryRun, !result.drifts.isEmpty {
            result.drifts = try await verifier.repair(
                result.drifts, at: clock.now, runID: context.runID, context.progress)
        }
        return VerifyReport(result)
    }
}

/// The result of `cache verify`.
package struct VerifyReport: CommandResult {
    let equal: Int
    let sameValue: Int
    let missing: Int
    let unknown: Int
    let drifts: [CacheVerifier.Drift]

    init(_ result: CacheVerifier.Result) {
        equal = result.equal
        sameValue = result.sameValue
        missing = result.missing
        unknown = result.unknown
        drifts = result.drifts
    }

    /// What was repaired needs no attention any more.
    package var exitStatus: ExitStatus { unknown > 0 || drifts.contains { !$0.isRepaired } ? .findings : .done }

    package var counts: [String: Int64] {
        ["equal": Int64(equal), "drift": Int64(drifts.count), "repaired": Int64(drifts.count { $0.isRepaired })]
    }

    package var tables: [Table] {
        var summary = "\(equal) keys are equal, \(drifts.count) differ, \(missing) do not exist"
        if sameValue > 0 { summary += ", \(sameValue) hold the same value in another spelling" }
        if unknown > 0 { summary += ", \(unknown) cannot be compared" }
        return [
            Table(
                columns: [
                    Column("key", isFlexible: true), Column("difference"), Column("detail", isFlexible: true),
                    Column("state"),
                ],
                rows: drifts.map {
                    [
                        .text($0.key), .text($0.difference.word), .text($0.difference.description),
                        .verdict($0.isRepaired ? .done : .warning),
                    ]
                }, notes: ["\(summary)."], emptyMessage: "No key differs.")
        ]
    }
}
