import RSSModel

/// A check of the database's health: a query whose rows are findings, described in the comments at its head.
package struct PerformanceCheck: Sendable, Equatable {
    /// A right or extension without which the query would see nothing.
    package enum Need: String, Sendable, CaseIterable {
        case pgMonitor = "pg_monitor"
        case pgStatStatements = "pg_stat_statements"
        case superuser
    }

    /// Stable key: `index.unused`.
    package let key: String
    /// A short description.
    package let title: String
    /// The severity of a finding.
    package let severity: Verdict
    /// What the check needs.
    package let needs: [Need]
    /// Why it matters.
    package let why: String
    /// A query whose rows are findings: object, detail, measured, threshold, fix. A row without an object says what
    /// could not be checked: the reason as detail, how to see it as fix.
    package struct Query: Sendable, Equatable {
        /// A column of the catalog, `relation.column`, that not every server has; nil where all have what is read.
        package let reads: String?
        /// The statement.
        package let sql: String
    }

    /// Its query; several where versions of the server differ, of which the first is run that the server can run.
    package internal(set) var queries: [Query]

    /// Reads a check from its file; nil when the head lacks a line.
    init?(sql: String) {
        var fields: [String: String] = [:]
        var last = ""
        for line in sql.split(separator: "\n", omittingEmptySubsequences: false).prefix(while: { $0.hasPrefix("--") }) {
            let text = line.dropFirst(2).drop { $0 == " " }
            if let match = text.prefixMatch(of: /(?<name>check|title|severity|needs|reads|why): */) {
                last = String(match.name)
                fields[last] = String(text[match.range.upperBound...])
            } else if !last.isEmpty, !text.isEmpty {
                fields[last, default: ""] += " \(text)"
            }
        }
        guard let key = fields["check"], let title = fields["title"], let why = fields["why"],
            let severity = fields["severity"].flatMap(Verdict.init(rawValue:))
        else { return nil }
        self.key = key
        self.title = title
        self.severity = severity
        self.why = why
        needs = (fields["needs"] ?? "").split(separator: ",").compactMap {
            Need(rawValue: $0.filter { $0 != " " })
        }
        queries = [Query(reads: fields["reads"], sql: sql)]
    }
}
