import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl analyze performance`
public struct AnalyzePerformance: Verb {
    public static let declaration = Declaration(
        "analyze performance", "Check the database: each check ends ok, with findings, or blind",
        discussion: """
            Reads catalogs and statistics alone, in a read-only session that waits for no lock. A check that lacks a right or \
            an extension is blind, and says what it lacks; it never counts as ok.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("All checks; a new database has findings", "rssctl analyze performance", exit: .findings),
            .init("One area, for a script", "rssctl analyze performance --only index,partition --output json"),
        ], exits: [.findings])

    @OptionGroup public var global: GlobalOptions

    @Option(help: ArgumentHelp("Only checks of these areas, separated by commas.", valueName: "area,…"))
    var only: String?

    @Flag(help: "List the checks that are ok as well.")
    var all = false

    public init() {}

    private var checks: [PerformanceCheck] {
        guard let only else { return PerformanceCheck.all }
        let areas = only.split(separator: ",").map { $0.filter { $0 != " " } }
        return PerformanceCheck.all.filter { check in
            areas.contains { check.key == $0 || check.key.hasPrefix("\($0).") }
        }
    }

    public func validate() throws {
        let words = (only ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        let unknown = words.first { word in
            !PerformanceCheck.all.contains { $0.key == word || $0.key.hasPrefix("\(word).") }
        }
        if unknown != nil || checks.isEmpty {
            let areas = Set(PerformanceCheck.all.compactMap { $0.key.split(separator: ".").first.map(String.init) })
            throw ValidationError(
                "no check is named '\(unknown ?? only ?? "")'; areas: \(areas.sorted().joined(separator: ", ")).")
        }
    }

    public func execute(_ context: Context) async throws -> PerformanceReport {
        let connection = try await context.connectPostgres(statementTimeout: .seconds(30), readOnly: true)
        let reports = try await PerformanceAnalyzer(connection).run(checks, context.progress)
        await connection.close()
        return PerformanceReport(reports, showsOK: all, isQuiet: global.quiet)
    }
}

/// The result of `analyze performance`.
public struct PerformanceReport: CommandResult {
    struct Entry: Encodable {
        let check: String
        let title: String
        let verdict: Verdict
        let findings: [Finding]
        let blindReason: String?
        let hint: String?
        let why: String
    }

    let score: PerformanceScore
    let checks: [Entry]
    private let showsOK: Bool
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case score, checks }

    init(_ reports: [CheckReport], showsOK: Bool, isQuiet: Bool) {
        checks = reports.map { report in
            switch report.outcome {
            case .ok:
                Entry(
                    check: report.check, title: report.title, verdict: .ok, findings: [], blindReason: nil, hint: nil,
                    why: report.why)
            case .findings(let findings):
                Entry(
                    check: report.check, title: report.title, verdict: report.outcome.verdict, findings: findings,
                    blindReason: nil,
                    hint: nil, why: report.why)
            case .blind(let reason, let hint):
                Entry(
                    check: report.check, title: report.title, verdict: .blind, findings: [], blindReason: reason,
                    hint: hint, why: report.why)
            }
        }
        score = PerformanceScore(checks.flatMap(\.findings))
        self.showsOK = showsOK
        self.isQuiet = isQuiet
    }

    /// Findings that are only worth knowing do not wake anybody up.
    public var exitStatus: ExitStatus {
        checks.contains { [.warning, .critical, .blind].contains($0.verdict) } ? .findings : .done
    }

    public var counts: [String: Int64] {
        [
            "score": Int64(score.score), "findings": Int64(checks.reduce(0) { $0 + $1.findings.count }),
            "blind": Int64(checks.count { $0.verdict == .blind }),
        ]
    }

    public var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        var rows: [[Cell]] = []
        for entry in checks.sorted(by: { Self.rank($0.verdict) < Self.rank($1.verdict) }) {
            switch entry.verdict {
            case .ok where !showsOK: continue
            case .ok: rows.append([.verdict(.ok), .text(entry.check), .null, .text(entry.title), .null])
            case .blind:
                rows.append([
                    .verdict(.blind), .text(entry.check), .null, .optional(entry.blindReason), .optional(entry.hint),
                ])
            default:
                rows += entry.findings.map {
                    [.verdict($0.severity), .text(entry.check), .text($0.object), .text($0.detail), .optional($0.fix)]
                }
            }
        }
        let lost = score.losses.map { "\($0.check) −\(Quantity.points($0.points))" }.joined(separator: ", ")
        return [
            Table(
                columns: [
                    Column("verdict"), Column("check"), Column("object", isFlexible: true),
                    Column("detail", isFlexible: true),
                    Column("fix", isFlexible: true),
                ], rows: rows,
                notes: [
                    "Score \(score.score) of 100\(lost.isEmpty ? "" : ": \(lost)").",
                    "\(checks.count { $0.verdict == .ok }) of \(checks.count) checks are ok, \(checks.count { $0.verdict == .blind }) blind.",
                ], emptyMessage: "No findings.")
        ]
    }

    private static func rank(_ verdict: Verdict) -> Int {
        [.critical, .warning, .blind, .info, .ok].firstIndex(of: verdict) ?? 9
    }
}

/// How numbers of this report are written.
private enum Quantity {
    static func points(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
