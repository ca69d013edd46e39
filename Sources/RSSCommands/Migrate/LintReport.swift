import RSSCore
import RSSMigrate
import RSSModel

/// The result of `migrate lint`.
package struct LintReport: CommandResult {
    struct Allowed: Encodable {
        let rule: String
        let place: SourcePlace
        let reason: String
    }

    /// Whether the rules could read a database.
    struct Catalog: Encodable {
        /// `ok` or `blind`
        let verdict: Verdict
        /// The rules that saw nothing.
        let blindRules: [String]
    }

    let files: Int
    let statements: Int
    let alreadyApplied: Int
    /// Files that `--since` or `--base` leaves out.
    let old: Int
    let catalog: Catalog
    let findings: [LintFinding]
    let allowed: [Allowed]
    private let unreadable: Int
    private let form: String?

    private enum CodingKeys: CodingKey { case files, statements, alreadyApplied, old, catalog, findings, allowed }

    init(_ result: Linter.Result, applied: Int, old: Int = 0, report: MigrateLint.Report?, isOffline: Bool) {
        files = result.files
        statements = result.statements
        alreadyApplied = applied
        self.old = old
        catalog = Catalog(verdict: isOffline ? .blind : .ok, blindRules: isOffline ? result.blind : [])
        findings = result.findings
        allowed = result.allowed.map { Allowed(rule: $0.finding.rule, place: $0.finding.place, reason: $0.reason) }
        unreadable = result.unreadable.count
        form =
            switch report {
            case .github: GitHubAnnotations.text(result.findings)
            case .sarif: try? SARIFReport(result, toolVersion: Version.number).text()
            case nil: nil
            }
    }

    package var document: String? { form.map { $0.hasSuffix("\n") || $0.isEmpty ? $0 : $0 + "\n" } }

    package var exitStatus: ExitStatus {
        unreadable > 0 ? .dataError : findings.contains { $0.severity > .info } ? .findings : .done
    }

    package var counts: [String: Int64] {
        [
            "files": Int64(files), "errors": Int64(findings.count { $0.severity == .error }),
            "warnings": Int64(findings.count { $0.severity == .warning }),
        ]
    }

    package var tables: [Table] {
        let main = Table(
            columns: [
                Column("severity"), Column("rule"), Column("place"), Column("message", isFlexible: true),
            ],
            rows: findings.map {
                [.text($0.severity.rawValue), .text($0.rule), .text("\($0.place)"), .text($0.message)]
            }, notes: notes, emptyMessage: statements == 0 ? "Nothing was checked." : "No findings.")
        var lines: [String] = []
        for finding in findings where finding.severity > .info {
            guard let rewrite = finding.rewrite else { continue }
            lines.append("-- \(finding.place) \(finding.rule)")
            lines += rewrite.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""]
        }
        guard !lines.isEmpty else { return [main] }
        return [
            main,
            Table(columns: [Column("sql", header: "-- instead")], rows: lines.dropLast().map { [Cell.text($0)] }),
        ]
    }

    private var notes: [String] {
        var notes = ["\(Self.count(statements, "statement")) in \(Self.count(files, "file")) checked."]
        if alreadyApplied > 0 { notes.append("\(Self.count(alreadyApplied, "file")) applied already.") }
        if old > 0 { notes.append("\(Self.count(old, "file")) skipped by --since or --base.") }
        if !allowed.isEmpty { notes.append("\(Self.count(allowed.count, "finding")) allowed by a directive.") }
        if catalog.verdict == .blind {
            notes.append(
                "Without a database \(Self.count(catalog.blindRules.count, "rule")) blind: \(catalog.blindRules.joined(separator: ", "))."
            )
        }
        return notes
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
