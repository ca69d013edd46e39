import RSSCore
import RSSModel
import SQLScript

/// Checks the statements of files by the rules.
package struct Linter: Sendable {
    private let rules: [LintRule]

    /// Makes a linter of all rules, or of some.
    package init(rules: [LintRule] = LintRule.all) { self.rules = rules }

    /// What was found.
    package struct Result: Sendable {
        /// The findings, by file and place.
        package var findings: [LintFinding] = []
        /// Findings that a directive allows, with the reason given.
        package var allowed: [(finding: LintFinding, reason: String)] = []
        /// Rules that could see nothing, because no database was read.
        package var blind: [String] = []
        /// Files that cannot be read as SQL.
        package var unreadable: [String] = []
        /// How many files were checked.
        package var files = 0
        /// How many statements were checked.
        package var statements = 0
        /// For each file, the effect of each statement, in order.
        package var effects: [[StatementEffect]] = []

        /// Adds what was found in other files.
        package mutating func add(_ other: Result) {
            findings += other.findings
            allowed += other.allowed
            unreadable += other.unreadable
            files += other.files
            statements += other.statements
            effects += other.effects
        }
    }

    /// Lints files in the order in which they are run. Each is judged as if those before it had been applied some time ago:
    /// what they made is in use, and filled. Only what a file makes itself is locked for no other session.
    ///
    /// - Parameter old: files that come before and are not judged.
    package func lint(
        _ files: [LintFile], in catalog: CatalogSnapshot = .unknown, after old: [LintFile] = []
    ) -> Result {
        var catalog = catalog
        for file in old where file.kind != .down {
            for statement in file.statements { catalog.apply(statement.tree) }
        }
        catalog.settle()
        return follow(files, in: catalog) { $0.settle() }
    }

    /// What the statements of files do when they are run one after the other, now.
    static func effects(_ files: [LintFile], in catalog: CatalogSnapshot) -> [[StatementEffect]] {
        Linter(rules: []).follow(files, in: catalog) { _ in }.effects
    }

    private func follow(
        _ files: [LintFile], in catalog: CatalogSnapshot, _ passed: (inout CatalogSnapshot) -> Void
    ) -> Result {
        var result = Result()
        if !catalog.isComplete { result.blind = rules.filter(\.needsCatalog).map(\.id) }
        result.files = files.count
        var catalog = catalog
        for file in files {
            // A file that reverts is run by itself, on what is there.
            var state = catalog
            let findings = lint(file, &state, &result)
            if file.kind != .down {
                catalog = state
                passed(&catalog)
            }
            result.findings += findings
            if file.problem != nil { result.unreadable.append(file.name) }
        }
        return result
    }

    private func lint(_ file: LintFile, _ catalog: inout CatalogSnapshot, _ result: inout Result) -> [LintFinding] {
        if let problem = file.problem { return [LintRule.unreadable(problem, file: file.name)] }
        var findings: [LintFinding] = []
        var effects: [StatementEffect] = []
        var before: [LintContext.Earlier] = []
        for (index, statement) in file.statements.enumerated() {
            let effect = StatementEffect(of: statement, in: catalog)
            if !effect.runsInTransaction { before = [] }
            findings += check(
                LintContext(file: file, index: index, catalog: catalog, effect: effect, before: before))
            let lock = effect.strongest
            if effect.runsInTransaction, lock?.mode.stopsWriters == true || statement.tree.as("AlterEnumStmt") != nil {
                before.append((statement: statement, effect: effect, lock: lock))
            }
            catalog.apply(effect.isRead ? statement.tree : statement.standIn)
            effects.append(effect)
        }
        result.statements += file.statements.count
        result.effects.append(effects)
        return Allowances(file).filter(findings, rules: rules, &result.allowed)
    }

    /// What the rules say of a statement. The context ends with this call: while it lives, it shares the catalog and the
    /// statements before, and a change of them then would copy them whole, for each statement again.
    private func check(_ context: LintContext) -> [LintFinding] {
        rules.flatMap { rule in
            rule.check(context).map { Self.finding(rule, $0, context.statement, context.file.name) }
        }
    }

    private static func finding(_ rule: LintRule, _ hit: LintHit, _ statement: LintStatement, _ file: String)
        -> LintFinding
    {
        var place = SourcePlace(
            file: file, line: statement.source.position.line, column: statement.source.position.column)
        if let own = hit.place {
            (place.line, place.column) = (own.line, own.column)
        } else if let character = hit.character {
            let before = String(String.UnicodeScalarView(statement.source.text.unicodeScalars.prefix(character - 1)))
            let position = LineMap(Array(before.utf8)).position(at: .max)
            place.line += position.line - 1
            place.column =
                position.line == 1 ? statement.source.position.column + position.column - 1 : position.column
        }
        return LintFinding(
            rule: rule.id, severity: hit.severity ?? rule.severity, place: place, message: hit.message,
            rewrite: hit.rewrite)
    }
}
