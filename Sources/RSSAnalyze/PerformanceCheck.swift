import RSSCore
import RSSModel

/// A check of the database's health: a query whose rows are findings, described in the comments at its head.
package struct PerformanceCheck: Sendable, Equatable {
    /// A right or extension without which the query would see nothing.
    package enum Need: String, Sendable, CaseIterable {
        case pgMonitor = "pg_monitor"
        case pgStatStatements = "pg_stat_statements"
        case fileSettings = "file_settings"
        case superuser
    }

    /// A query whose rows are findings: object, detail, measured, threshold, fix, and where a check has them undo and severity.
    /// A row without an object says what could not be checked: the reason as detail, how to see it as fix.
    package struct Query: Sendable, Equatable {
        /// A column of the catalog, `relation.column`, that not every server has; nil where all have what is read.
        package let reads: String?
        /// The statement.
        package let sql: String
    }

    /// What it looks for, and why.
    package let definition: Check
    /// What it needs.
    package let needs: [Need]
    /// Its query; several where versions of the server differ, of which the first is run that the server can run.
    package internal(set) var queries: [Query]

    /// Stable key: `index.unused`.
    package var key: String { definition.key }

    /// Reads a check from its file; nil when the head lacks a line.
    init?(sql: String) {
        let fields = Self.head(of: sql)
        guard let key = fields["check"], let title = fields["title"], let why = fields["why"],
            let severity = fields["severity"].flatMap(Verdict.init(rawValue:)), let threshold = fields["threshold"],
            let source = fields["source"]
        else { return nil }
        needs = (fields["needs"] ?? "").split(separator: ",").compactMap {
            Need(rawValue: $0.filter { $0 != " " })
        }
        let confidence = fields["confidence"].flatMap { text -> Confidence? in
            let parts = text.split(separator: ":", maxSplits: 1)
            return parts.first.flatMap { Confidence.Level(rawValue: String($0)) }.map {
                Confidence($0, basis: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : nil)
            }
        }
        definition = Check(
            key, title, severity: severity, why: why, threshold: threshold, source: source, trial: fields["trial"],
            needs: needs.map(\.rawValue), confidence: confidence ?? .measured)
        queries = [Query(reads: fields["reads"], sql: sql)]
    }

    /// The lines `-- name: text` at the head of a file, each with the lines that continue it.
    private static func head(of sql: String) -> [String: String] {
        let names = [
            "check", "title", "severity", "needs", "reads", "why", "threshold", "source", "trial", "confidence",
        ]
        var fields: [String: String] = [:]
        var last = ""
        for line in sql.split(separator: "\n", omittingEmptySubsequences: false).prefix(while: { $0.hasPrefix("--") }) {
            let text = line.dropFirst(2).drop { $0 == " " }
            if let colon = text.firstIndex(of: ":"), names.contains(String(text[..<colon])) {
                last = String(text[..<colon])
                fields[last] = String(text[text.index(after: colon)...].drop { $0 == " " })
            } else if !last.isEmpty, !text.isEmpty {
                fields[last, default: ""] += " \(text)"
            }
        }
        return fields
    }
}
