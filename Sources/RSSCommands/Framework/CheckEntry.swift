import RSSCore
import RSSModel

/// A check as the commands show it, in JSON and in the table.
struct CheckEntry: Encodable {
    let table: String?
    let check: String
    let title: String
    let verdict: Verdict
    private(set) var findings: [Finding]
    let blindReason: String?
    let hint: String?
    let ignored: [IgnoreList.Item]?
    let why: String?
    let confidence: Confidence

    init(_ report: CheckReport, table: String? = nil) {
        self.table = table
        check = report.check
        title = report.title
        let isLeftOut = report.outcome.verdict == .ok && !report.ignored.isEmpty
        verdict = isLeftOut ? .skipped : report.outcome.verdict
        findings = report.outcome.findings.map(\.withRemedy)
        blindReason = report.outcome.unseen?.reason
        hint = report.outcome.unseen?.hint
        ignored = report.ignored.isEmpty ? nil : report.ignored
        why = report.why.isEmpty ? nil : report.why
        confidence = report.confidence
    }

    /// The same entry with some of its findings alone.
    func with(findings: [Finding]) -> CheckEntry {
        var entry = self
        entry.findings = findings
        return entry
    }

    /// The rows of the table, with the position of each.
    private func rows(showsOK: Bool) -> [(rank: Int, cells: [Cell])] {
        var rows = findings.map { finding in
            (
                Self.rank(finding.severity),
                [
                    Cell.verdict(finding.severity), .text(finding.check), .text(finding.object),
                    .text(finding.detail),
                    .optional(finding.fix),
                ]
            )
        }
        if let blindReason {
            rows.append(
                (
                    Self.rank(.blind),
                    [.verdict(.blind), .text(check), .optional(table), .text(blindReason), .optional(hint)]
                ))
        }
        if showsOK, verdict == .ok {
            rows.append(
                (Self.rank(.ok), [.verdict(.ok), .text(check), .optional(table), .text(title), .null]))
        }
        if showsOK {
            rows += (ignored ?? []).map { item in
                let what = item.finding?.detail ?? item.blindReason ?? ""
                return (
                    Self.rank(.skipped),
                    [
                        .verdict(.skipped), .text(check), .optional(item.finding?.object ?? table),
                        .text("\(what) Ignored until \(item.until): \(item.reason)"), .null,
                    ]
                )
            }
        }
        return rows
    }

    private static func rank(_ verdict: Verdict) -> Int {
        [.critical, .warning, .blind, .info, .skipped, .ok].firstIndex(of: verdict) ?? 9
    }

    /// `28 of 30 checks are ok, 1 blind, 2 findings ignored.`
    static func summary(_ entries: [CheckEntry]) -> String {
        let ignored = entries.reduce(0) { $0 + ($1.ignored?.count ?? 0) }
        return
            "\(entries.count { $0.verdict == .ok }) of \(entries.count) checks are ok, \(entries.count { $0.blindReason != nil }) blind\(ignored == 0 ? "" : ", \(ignored) ignored")."
    }

    /// The counts of the entries for the journal.
    static func counts(_ entries: [CheckEntry]) -> [String: Int64] {
        [
            "findings": Int64(entries.reduce(0) { $0 + $1.findings.count }),
            "blind": Int64(entries.count { $0.blindReason != nil }),
        ]
    }

    /// The table of the entries, the most severe first.
    static func table(
        _ entries: [CheckEntry], showsOK: Bool, notes: [String], emptyMessage: String
    ) -> Table {
        let rows = entries.flatMap { $0.rows(showsOK: showsOK) }.enumerated().sorted {
            ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
        }
        return Table(
            columns: [
                Column("verdict"), Column("check"), Column("object", isFlexible: true),
                Column("detail", isFlexible: true), Column("fix", isFlexible: true, isCommand: true),
            ], rows: rows.map(\.element.cells), notes: notes, emptyMessage: emptyMessage)
    }
}
