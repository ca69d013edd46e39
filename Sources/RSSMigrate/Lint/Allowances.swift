import RSSCore
import RSSModel
import SQLScript

/// The findings that a file allows: `-- rssctl:allow RULE reason` before a statement, `-- rssctl:allow-file RULE reason`
/// at its head.
struct Allowances {
    private struct Allowance {
        let rule: String
        let reason: String
        let position: ScriptPosition
        /// From the statement that it is for to the next one; nil for the file.
        let scope: (from: ScriptPosition, to: ScriptPosition)?
        var isUsed = false

        func covers(_ place: SourcePlace) -> Bool {
            guard let scope else { return true }
            let found = (place.line, place.column ?? 1)
            return found >= (scope.from.line, scope.from.column) && found < (scope.to.line, scope.to.column)
        }
    }

    private let file: String
    private var all: [Allowance] = []

    init(_ file: LintFile) {
        self.file = file.name
        for (index, statement) in file.statements.enumerated() {
            let next = file.statements.dropFirst(index + 1).first?.source.position
            let scope = (statement.source.position, next ?? ScriptPosition(line: .max, column: .max))
            for (directive, position) in statement.directives {
                switch directive {
                case .allow(let rule, let reason):
                    all.append(Allowance(rule: rule, reason: reason, position: position, scope: scope))
                case .allowFile(let rule, let reason):
                    all.append(Allowance(rule: rule, reason: reason, position: position, scope: nil))
                default: break
                }
            }
        }
    }

    /// The findings that are not allowed, and one for each allowance that is unknown or allows nothing.
    func filter(
        _ findings: [LintFinding], rules: [LintRule], _ allowed: inout [(finding: LintFinding, reason: String)]
    ) -> [LintFinding] {
        var all = all
        var left: [LintFinding] = []
        for finding in findings {
            let match = all.indices.first { index in
                all[index].rule == finding.rule && all[index].covers(finding.place)
            }
            guard let match else {
                left.append(finding)
                continue
            }
            all[match].isUsed = true
            allowed.append((finding, all[match].reason))
        }
        for allowance in all where !allowance.isUsed { left += complaint(allowance, rules) }
        return left.sorted { ($0.place.line, $0.place.column ?? 0) < ($1.place.line, $1.place.column ?? 0) }
    }

    private func complaint(_ allowance: Allowance, _ rules: [LintRule]) -> [LintFinding] {
        let place = SourcePlace(file: file, line: allowance.position.line, column: allowance.position.column)
        guard let rule = LintRule.named(allowance.rule) else {
            let near = EditDistance.closest(to: allowance.rule, among: LintRule.all.map(\.id))
            return [
                LintFinding(
                    rule: "allow-unknown", severity: .error, place: place,
                    message: "no rule is named '\(allowance.rule)'\(near.map { "; did you mean \($0)?" } ?? "")")
            ]
        }
        // A rule that was not run, or one that a database would be needed for, may well be allowed for another time.
        guard rules.contains(where: { $0.id == rule.id }), !rule.needsCatalog else { return [] }
        return [
            LintFinding(
                rule: "allow-unused", severity: .warning, place: place,
                message: "nothing here breaks the rule \(rule.id): remove the directive")
        ]
    }
}
