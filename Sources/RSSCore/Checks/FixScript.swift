import RSSModel

/// The fixes of findings as one script for psql, which can be run again.
///
/// It holds what SQL can fix without a decision. What closes a session, gives up work or a consumer, or locks a table for
/// long is in it as a comment, as are commands of the shell and advice.
package struct FixScript: Sendable, Equatable {
    /// The text of the script.
    package let text: String
    /// Number of statements that it runs, by line.
    package let statements: Int
    /// Number of fixes that are only comments.
    package let comments: Int

    /// Texts that begin so are for a person to decide.
    private static let decisions = [
        "SELECT pg_terminate_backend", "SELECT pg_cancel_backend", "SELECT pg_drop_replication_slot",
        "ROLLBACK PREPARED", "VACUUM (FULL", "REPACK",
    ]

    /// Makes the script.
    ///
    /// - Parameters:
    ///   - target: what it is for: host, port and database.
    ///   - version: the program's, for the head.
    package init(_ findings: [Finding], target: String, version: String) {
        var lines = [
            "-- Fixes of rssctl analyze performance for \(Self.oneLine(target)), made by \(version).",
            "-- Run it with: psql -X -f THIS_FILE. Each statement commits by itself; one that fails does not stop the others.",
            "-- It can be run again. The undo of a statement is the comment below it.",
            "\\set ON_ERROR_STOP off", "SET search_path = pg_catalog;",
            "SET client_min_messages = warning;", "",
        ]
        var (statements, comments) = (0, 0)
        var written: Set<String> = []
        for finding in findings {
            guard let fix = finding.fix, written.insert(fix).inserted else { continue }
            lines.append(
                "-- \(finding.severity.rawValue) \(finding.check) \(Self.oneLine(finding.object)): \(Self.oneLine(finding.detail))"
            )
            if finding.remedy?.kind == .sql, !Self.decisions.contains(where: { fix.hasPrefix($0) }) {
                let waits =
                    fix.contains("CONCURRENTLY") || fix.hasPrefix("VACUUM") || fix.contains(" VALIDATE ")
                // An interrupted concurrent build leaves an invalid index, so that it may wait; anything else must not queue.
                lines += ["SET lock_timeout = '\(waits ? "0" : "2s")';", Self.repeatable(fix)]
                if let undo = finding.remedy?.undo { lines.append("-- undo: \(Self.oneLine(undo))") }
                statements += 1
            } else {
                lines.append(
                    "-- \(finding.remedy?.kind == .command ? "run" : "decide"): \(Self.oneLine(fix))")
                comments += 1
            }
            lines.append("")
        }
        text = lines.joined(separator: "\n")
        self.statements = statements
        self.comments = comments
    }

    /// The statements in a form that is no error when it was run before.
    static func repeatable(_ sql: String) -> String {
        var text = sql
        for (form, safe) in [
            ("DROP INDEX CONCURRENTLY ", "DROP INDEX CONCURRENTLY IF EXISTS "),
            ("DROP INDEX ", "DROP INDEX IF EXISTS "),
            (" DROP CONSTRAINT ", " DROP CONSTRAINT IF EXISTS "),
        ]
        where !text.contains(safe)
            && !(form == "DROP INDEX " && text.contains("DROP INDEX CONCURRENTLY"))
        {
            text = text.replacing(form, with: safe)
        }
        return text
    }

    /// A comment ends with its line: a name with a line break must not end it.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
