import RSSModel

/// Findings as commands of GitHub's workflow runner, which shows them beside the lines of a change.
///
/// The form is `::error file=…,line=…,col=…,title=…::message` ("Workflow commands for GitHub Actions").
package enum GitHubAnnotations {
    /// One line for each finding.
    package static func text(_ findings: [LintFinding]) -> String {
        findings.map { finding in
            let level =
                switch finding.severity {
                case .info: "notice"
                case .warning: "warning"
                case .error: "error"
                }
            let message = finding.message + (finding.rewrite.map { "\nInstead:\n\($0)" } ?? "")
            let place = [
                "file=\(property(finding.place.file))", "line=\(finding.place.line)",
                "col=\(finding.place.column ?? 1)",
                "title=\(property(finding.rule))",
            ]
            return "::\(level) \(place.joined(separator: ","))::\(data(message))"
        }.joined(separator: "\n")
    }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
