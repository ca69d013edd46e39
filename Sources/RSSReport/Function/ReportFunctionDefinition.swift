/// The function of rssctl itself, as the migrations that it ships define it.
package struct ReportFunctionDefinition: Sendable {
    /// `CREATE OR REPLACE FUNCTION get_visit_reports_optimized…`, without a schema.
    let create: String
    /// Its comment.
    let comment: String
    /// Its body, as the catalog stores it.
    let body: String

    /// The types of its arguments, as SQL writes them.
    static let types = "uuid, uuid, uuid, character varying, date, date, text, integer, integer"
    /// The names of its arguments and columns.
    static let names = [
        "p_organization_id", "p_office_id", "p_technician_id", "p_status", "p_start_date", "p_end_date",
        "p_search_text", "p_page", "p_limit", "total_count", "visit_data",
    ]

    /// Reads the statement of a migration, and the comment that follows it.
    ///
    /// - Parameters:
    ///   - create: the text, whose body is between two `$$`.
    ///   - comment: the text of COMMENT ON FUNCTION, whose literal is the last of it.
    /// - Returns: nil for other texts.
    package init?(create: String, comment: String) {
        let parts = create.split(separator: "$$", omittingEmptySubsequences: false)
        let words = comment.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3, words.count == 3 else { return nil }
        self.create = create
        body = String(parts[1])
        self.comment = String(words[1])
    }
}
