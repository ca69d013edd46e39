import PostgresClient
import RSSCore
import RSSModel

/// The texts of statements, fetched for a few: the server reads the file of all texts as a whole for it.
package struct StatementTexts: Sendable {
    private let texts: [String: String]

    /// Fetches the texts of statements by their queryids; asks for nothing where there are none.
    ///
    /// - Parameter view: pg_stat_statements with its schema.
    /// - Throws: `PostgresError`.
    package init(_ queryIDs: Set<String>, view: String, _ connection: PostgresConnection) async throws {
        var texts: [String: String] = [:]
        if !queryIDs.isEmpty {
            let sql = SQLResource(PackageResources.statement_texts_sql).text.replacing(
                "public.pg_stat_statements", with: view)
            for row in try await connection.query(sql, [queryIDs.sorted().compactMap { Int64($0) }]) {
                let (id, text) = try row.decode(String.self, String?.self)
                texts[id] = text.map {
                    Redaction.scrub($0.split(whereSeparator: \.isWhitespace).joined(separator: " "))
                }
            }
        }
        self.texts = texts
    }

    /// The text in one line, without the comments before it; nil where the server no longer has it.
    package subscript(_ queryID: String) -> String? { texts[queryID] }

    /// Commands of maintenance, of which it is known that they take long, and our own statements.
    private static let maintenance: Set<String> = [
        "copy", "create", "alter", "drop", "vacuum", "analyze", "reindex", "cluster", "refresh",
        "checkpoint", "truncate",
        "begin", "commit", "do", "call", "fetch", "explain", "repack", "set", "declare",
    ]

    /// Relations of the system catalog: a statement that names one is monitoring, ours or that of another tool.
    private static let catalog = [
        "pg_class", "pg_stat_", "pg_locks", "pg_settings", "pg_namespace", "pg_database", "pg_catalog.",
        "pg_show_all_", "pg_extension", "pg_proc", "pg_policy", "pg_roles", "pg_attribute", "to_regclass",
        "clock_timestamp()", "rssctl.",
    ]

    /// Whether a statement is maintenance or monitoring, or its text is gone, so that it is not reported.
    package func isLeftOut(_ queryID: String) -> Bool {
        guard let text = texts[queryID] else { return true }
        return Self.maintenance.contains(text.prefix { $0.isLetter }.lowercased())
            || Self.catalog.contains { text.contains($0) }
    }

    /// The findings about statements with their texts, without those that are left out.
    package func worded(_ outcome: CheckOutcome) -> CheckOutcome {
        let findings = outcome.findings.compactMap { finding -> Finding? in
            let id = String(finding.object.dropFirst("queryid ".count))
            if isLeftOut(id) { return nil }
            var finding = finding
            finding.detail += ": \((texts[id] ?? "").prefix(300))"
            return finding
        }
        return CheckOutcome(findings, unseen: outcome.unseen)
    }
}
