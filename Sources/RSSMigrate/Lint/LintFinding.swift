import RSSModel

/// One thing that the linter has found.
package struct LintFinding: Sendable, Codable, Equatable {
    /// The rule's id.
    package var rule: String
    /// Its severity.
    package var severity: LintSeverity
    /// Where it is.
    package var place: SourcePlace
    /// What is wrong with this statement, one sentence without a full stop.
    package var message: String
    /// SQL to write instead; nil where there is none.
    package var rewrite: String?

    /// Makes a finding.
    package init(rule: String, severity: LintSeverity, place: SourcePlace, message: String, rewrite: String? = nil) {
        self.rule = rule
        self.severity = severity
        self.place = place
        self.message = message
        self.rewrite = rewrite
    }
}
