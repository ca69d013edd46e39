import SQLScript

/// A rule that a statement of a migration is checked by.
package struct LintRule: Sendable {
    /// Its name, in words joined by hyphens; stable.
    package let id: String
    /// The severity of a finding, unless the finding has another.
    package let severity: LintSeverity
    /// One line: what is found.
    package let summary: String
    /// Why it matters, with the remedy in general.
    package let why: String
    /// Whether it sees nothing without a database: without one it is blind, which is not the same as no finding.
    package let needsCatalog: Bool
    /// Checks one statement.
    let check: @Sendable (LintContext) -> [LintHit]

    /// Makes a rule.
    init(
        _ id: String, _ severity: LintSeverity, _ summary: String, why: String, needsCatalog: Bool = false,
        check: @escaping @Sendable (LintContext) -> [LintHit]
    ) {
        self.id = id
        self.severity = severity
        self.summary = summary
        self.why = why
        self.needsCatalog = needsCatalog
        self.check = check
    }

    /// Every rule, in the order of the documentation.
    package static let all: [LintRule] =
        script + existence + transactions + indexes + constraints + notNull + columns + types + names + drops + rows
        + storage
        + partitions + functions + access + server

    /// A rule by its name.
    package static func named(_ id: String) -> LintRule? { byID[id] }

    private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
}

/// What a rule has found in a statement.
struct LintHit: Sendable {
    var message: String
    var rewrite: String?
    var severity: LintSeverity?
    /// Where in the statement, in characters from 1; nil for its beginning.
    var character: Int?

    /// A place of its own, where it is not in the statement.
    var place: ScriptPosition?

    init(_ message: String, place: ScriptPosition) {
        self.message = message
        self.place = place
    }

    init(_ message: String, rewrite: String? = nil, severity: LintSeverity? = nil, character: Int? = nil) {
        self.message = message
        self.rewrite = rewrite
        self.severity = severity
        self.character = character
    }
}
