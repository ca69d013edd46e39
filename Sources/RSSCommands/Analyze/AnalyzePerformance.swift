import ArgumentParser
import PostgresClient
import RSSAnalyze
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl analyze performance`
package struct AnalyzePerformance: Verb {
    package static let declaration = Declaration(
        "analyze performance", "Check the database: each check ends ok, with findings, or blind",
        discussion: """
            Reads only catalogs and statistics, in a read-only session. A check that waits for a lock of another session is \
            blind after 100 ms at most. A check that lacks a right or an extension is blind, and says what it lacks; it never counts as ok.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("All checks; a new database has findings", "rssctl analyze performance", exit: .findings),
            .init("One area, for a script", "rssctl analyze performance --only index,partition --output json"),
            .init(
                "From cron, for critical findings only", "rssctl analyze performance --fail-on critical --quiet",
                exit: .findings),
        ], exits: [.findings])

    @OptionGroup package var global: GlobalOptions

    @Option(help: ArgumentHelp("Run only checks of these areas, separated by commas.", valueName: "area,…"))
    var only: String?

    @OptionGroup var checks: CheckOptions

    package init() {}

    private var words: [String] { (only ?? "").split(separator: ",").map { $0.filter { $0 != " " } } }

    private static var keys: [String] { PerformanceCheck.all.map(\.key) + PartitionInspector.overallChecks }

    private static func isNamed(_ key: String, by word: String) -> Bool { key == word || key.hasPrefix("\(word).") }

    private func isWanted(_ key: String) -> Bool { only == nil || words.contains { Self.isNamed(key, by: $0) } }

    package func validate() throws {
        let unknown = words.first { word in !Self.keys.contains { Self.isNamed($0, by: word) } }
        if unknown != nil || !Self.keys.contains(where: isWanted) {
            let areas = Set(Self.keys.compactMap { $0.split(separator: ".").first.map(String.init) })
            throw ValidationError(
                "no check is named '\(unknown ?? only ?? "")'; areas: \(areas.sorted().joined(separator: ", ")).")
        }
    }

    package func execute(_ context: Context) async throws -> PerformanceReport {
        let list = try checks.ignoreList()
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: true, lockTimeout: PerformanceAnalyzer.lockTimeout)
        let clock = try await context.clock(connection)
        var reports = try await PerformanceAnalyzer(connection).run(
            PerformanceCheck.all.filter { isWanted($0.key) }, context.progress)
        if PartitionInspector.overallChecks.contains(where: isWanted) {
            reports += try await PartitionInspector(connection).overall(
                defaultPremake: context.settings.integer(.partitionPremake) ?? 3, at: clock.now
            ).filter { isWanted($0.check) }
        }
        await connection.close()
        reports = CheckOptions.apply(list, to: reports, today: clock.today, context.progress)
        return PerformanceReport(
            reports.map { CheckEntry($0) }.sorted { $0.check < $1.check }, checks, isQuiet: global.quiet)
    }
}

/// The result of `analyze performance`.
package struct PerformanceReport: CommandResult {
    let score: PerformanceScore
    let checks: [CheckEntry]
    private let options: CheckOptions
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case score, checks }

    init(_ checks: [CheckEntry], _ options: CheckOptions, isQuiet: Bool) {
        self.checks = checks
        score = PerformanceScore(checks.flatMap(\.findings))
        self.options = options
        self.isQuiet = isQuiet
    }

    package var exitStatus: ExitStatus { options.failOn.status(checks) }

    package var counts: [String: Int64] {
        CheckEntry.counts(checks).merging(["score": Int64(score.score)]) { $1 }
    }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        let lost = score.losses.map { "\($0.check) −\(Quantity.points($0.points))" }.joined(separator: ", ")
        return [
            CheckEntry.table(
                checks, showsOK: options.all,
                notes: [
                    "Score \(score.score) of 100\(lost.isEmpty ? "" : ": \(lost)").", CheckEntry.summary(checks),
                ], emptyMessage: "No findings.")
        ]
    }
}

/// How numbers of this report are written.
private enum Quantity {
    static func points(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
