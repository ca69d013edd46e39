import ArgumentParser
import Foundation
import PostgresClient
import RSSAnalyze
import RSSCache
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl analyze performance`
package struct AnalyzePerformance: Verb {
    package static let declaration = Declaration(
        "analyze performance", "Check the database and Redis: each check ends ok, with findings, or blind",
        discussion: """
            Reads only catalogs and statistics, in a read-only session. A check that waits for a lock of another session is \
            blind after 100 ms at most. A check that lacks a right or an extension is blind, and says what it lacks; it never counts as ok. \
            Counters are judged by what they counted since an earlier run of this machine: the first run is blind for them, unless --for is given. \
            Of Redis, INFO and a bounded sample of the keys are read; where none is configured or reachable its checks are blind.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init(
                "All checks; the first run has no earlier one to compare with",
                "rssctl analyze performance", exit: .findings),
            .init(
                "One area, for a script", "rssctl analyze performance --only index,partition --output json"),
            .init(
                "From cron, for critical findings only",
                "rssctl analyze performance --fail-on critical --quiet"),
            .init(
                "Counters of the next two seconds",
                "rssctl analyze performance --for 2s --only checkpoint,session"),
            .init(
                "A script that fixes what SQL can fix",
                "rssctl analyze performance --fail-on none --fix-script /tmp/rssctl_fixes.sql"),
        ], exits: [.findings, .cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Option(
        help: ArgumentHelp("Run only checks of these areas, separated by commas.", valueName: "area,…"))
    var only: String?

    @OptionGroup var window: WindowOptions

    @Option(
        help: ArgumentHelp(
            "Compare with the findings of an earlier run, or with a file of its JSON; only new and worse findings end with status 2.",
            valueName: "run|file"), completion: .file())
    var baseline: String?

    @Option(
        help: ArgumentHelp("Write the fixes that are SQL as a script for psql.", valueName: "file"),
        completion: .file())
    var fixScript: String?

    @OptionGroup var checks: CheckOptions

    package init() {}

    private var words: [String]? { only?.split(separator: ",").map { $0.filter { $0 != " " } } }

    package func validate() throws {
        guard let words else { return }
        let unknown = words.first { word in !CheckCatalog.all.contains { $0.isNamed(by: word) } }
        if unknown != nil || words.isEmpty {
            throw ValidationError(
                "no check is named '\(unknown ?? only ?? "")'; areas: \(CheckCatalog.areas.joined(separator: ", "))."
            )
        }
    }

    package func execute(_ context: Context) async throws -> PerformanceReport {
        let list = try checks.ignoreList()
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: true, lockTimeout: PerformanceAnalyzer.lockTimeout)
        let clock = try await context.clock(connection)
        let history = AnalyzeHistory(context)
        let earlier = try baseline.map { try history.baseline($0) }
        let analyzer = PerformanceAnalyzer(connection)
        var reports = try await analyzer.run(
            PerformanceCheck.all.filter { CheckCatalog.isWanted($0.key, words) }, context.progress)
        let counted = WindowCheck.all.filter { CheckCatalog.isWanted($0.definition.key, words) }
        let judged = try await window.judged(analyzer, history, context.progress)
        reports += try await analyzer.judge(counted, judged)
        if PartitionInspector.overallChecks.contains(where: { CheckCatalog.isWanted($0, words) }) {
            reports += try await PartitionInspector(connection).overall(
                defaultPremake: context.settings.integer(.partitionPremake) ?? 3, at: clock.now
            ).filter { CheckCatalog.isWanted($0.check, words) }
        }
        reports = try await analyzer.withDefinitions(reports)
        let target = context.servers.all.joined(separator: ", ")
        if CacheInspector.definitions.contains(where: { CheckCatalog.isWanted($0.key, words) }) {
            reports += try await context.cacheReports().filter { CheckCatalog.isWanted($0.check, words) }
        }
        history.keep(judged.after, reports)
        reports = CheckOptions.apply(list, to: reports, today: clock.today, context.progress)
            .sorted { $0.check < $1.check }
        if let fixScript { try write(reports, of: target, to: fixScript, context) }
        return PerformanceReport(
            reports, comparison: earlier?.comparison(with: reports), checks, isQuiet: global.quiet)
    }

    private func write(_ reports: [CheckReport], of target: String, to path: String, _ context: Context) throws {
        let ranks: [Verdict] = [.critical, .warning, .info]
        let findings = reports.flatMap(\.outcome.findings).map(\.withRemedy).enumerated().sorted {
            (ranks.firstIndex(of: $0.element.severity) ?? 3, $0.offset)
                < (ranks.firstIndex(of: $1.element.severity) ?? 3, $1.offset)
        }.map(\.element)
        let script = FixScript(findings, target: target, version: Version.line)
        try WholeFile.write(Data(script.text.utf8), to: path)
        context.progress(
            .note(
                "\(path): \(script.statements) fixes, \(script.comments) more as comments; run it with psql -X -f \(path.shellWord)"
            ))
    }
}

/// Between which samples counters are judged.
struct WindowOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Judge counters by what they count in this time from now on.", valueName: "duration"),
        transform: parseDuration)
    var span: Duration?

    @Option(
        help: ArgumentHelp(
            "Judge counters since the first run within this time; the latest before it if there is none.",
            valueName: "duration"), transform: parseDuration)
    var since: Duration = .seconds(3600)

    func validate() throws {
        if let span, span < .seconds(1) || span > .seconds(3600) {
            throw ValidationError("--for is between 1s and 1h.")
        }
    }

    /// Takes the samples.
    func judged(
        _ analyzer: PerformanceAnalyzer, _ history: AnalyzeHistory, _ progress: ProgressReporter
    ) async throws -> CounterWindow {
        guard let span else {
            let now = try await analyzer.sample()
            return CounterWindow(before: history.counters(before: now.takenAt, within: since), after: now)
        }
        let first = try await analyzer.sample()
        try await Task.sleep(for: span)
        return CounterWindow(before: first, after: try await analyzer.sample())
    }
}
