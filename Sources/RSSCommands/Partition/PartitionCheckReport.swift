import RSSCore
import RSSModel

/// The result of `partition check`.
public struct PartitionCheckReport: CommandResult {
    struct Entry: Encodable {
        let table: String?
        let check: String
        let title: String
        let verdict: Verdict
        let findings: [Finding]
        let blindReason: String?
        let hint: String?
    }

    let checks: [Entry]
    private let showsOK: Bool
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case checks }

    init(_ inspections: [PartitionInspection], showsOK: Bool, isQuiet: Bool) {
        checks = inspections.flatMap { inspection in
            inspection.reports.map { report in
                var (findings, reason, hint): ([Finding], String?, String?) = ([], nil, nil)
                switch report.outcome {
                case .ok: break
                case .findings(let found): findings = found
                case .blind(let why, let way): (reason, hint) = (why, way)
                }
                return Entry(
                    table: inspection.table?.quoted, check: report.check, title: report.title,
                    verdict: report.outcome.verdict, findings: findings, blindReason: reason, hint: hint)
            }
        }
        self.showsOK = showsOK
        self.isQuiet = isQuiet
    }

    /// What is only worth knowing wakes nobody up.
    public var exitStatus: ExitStatus {
        checks.contains { [.warning, .critical, .blind].contains($0.verdict) } ? .findings : .done
    }

    public var counts: [String: Int64] {
        [
            "findings": Int64(checks.reduce(0) { $0 + $1.findings.count }),
            "blind": Int64(checks.count { $0.verdict == .blind }),
        ]
    }

    public var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        var rows: [(rank: Int, cells: [Cell])] = []
        for entry in checks {
            switch entry.verdict {
            case .ok where !showsOK: continue
            case .ok:
                rows.append(
                    (9, [.verdict(.ok), .text(entry.check), .optional(entry.table), .text(entry.title), .null]))
            case .blind:
                rows.append(
                    (
                        2,
                        [
                            .verdict(.blind), .text(entry.check), .optional(entry.table), .optional(entry.blindReason),
                            .optional(entry.hint),
                        ]
                    ))
            default:
                rows += entry.findings.map { finding in
                    (
                        [.critical, .warning, .blind, .info].firstIndex(of: finding.severity) ?? 9,
                        [
                            .verdict(finding.severity), .text(finding.check), .text(finding.object),
                            .text(finding.detail), .optional(finding.fix),
                        ]
                    )
                }
            }
        }
        let sorted = rows.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        let ok = checks.count { $0.verdict == .ok }
        let names = checks.compactMap(\.table).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let summary =
            "\(names.isEmpty ? Table.withoutPolicies : names.joined(separator: ", ") + ":") \(ok) of \(checks.count) checks are ok, \(checks.count { $0.verdict == .blind }) blind."
        return [
            Table(
                columns: [
                    Column("verdict"), Column("check"), Column("object", isFlexible: true),
                    Column("detail", isFlexible: true), Column("fix", isFlexible: true),
                ], rows: sorted.map(\.element.cells), notes: [summary], emptyMessage: "No findings. \(summary)")
        ]
    }
}
