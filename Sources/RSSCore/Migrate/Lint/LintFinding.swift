import RSSModel

/// One thing that the linter has found.
public struct LintFinding: Sendable, Codable, Equatable {
    /// The rule's id.
    public var rule: String
    /// How grave it is.
    public var severity: LintSeverity
    /// Where it stands.
    public var place: SourcePlace
    /// What is wrong with this statement, one sentence without a full stop.
    public var message: String
    /// SQL to write instead; nil where there is none.
    public var rewrite: String?

    /// Makes a finding.
    public init(rule: String, severity: LintSeverity, place: SourcePlace, message: String, rewrite: String? = nil) {
        self.rule = rule
        self.severity = severity
        self.place = place
        self.message = message
        self.rewrite = rewrite
    }
}
