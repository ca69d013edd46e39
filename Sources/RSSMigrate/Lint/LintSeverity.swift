/// The severity of a finding of the linter.
package enum LintSeverity: String, Sendable, Codable, CaseIterable, Comparable {
    /// Worth knowing; does not make the command end with findings.
    case info
    /// Can do harm: blocks other sessions, loses data, breaks running programs.
    case warning
    /// Will not work, or not as meant.
    case error

    /// Milder ones come first.
    package static func < (left: LintSeverity, right: LintSeverity) -> Bool {
        let order = allCases
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}
