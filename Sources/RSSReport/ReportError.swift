import RSSModel

/// What a report query names and the database does not have.
package enum ReportError: ReportableError, Equatable {
    /// Nothing of this kind has the id or name, or nothing of the organization that is named too.
    case unknown(kind: String, name: String, isWithin: Bool)
    /// More than one has the name; the first of them, by id with what distinguishes them.
    case ambiguous(kind: String, name: String, candidates: [String])
    /// The cursor comes from a page of another filter.
    case foreignCursor

    package var report: ErrorReport {
        switch self {
        case .unknown(let kind, let name, let isWithin):
            ErrorReport(
                code: "RSS-REPORT-001", exit: .dataError,
                message: "\(kind) '\(name)' does not exist\(isWithin ? " in the organization" : "")",
                hint: "give its id, or its full name as the database has it")
        case .ambiguous(let kind, let name, let candidates):
            ErrorReport(
                code: "RSS-REPORT-002", exit: .dataError, message: "more than one \(kind) is named '\(name)'",
                detail: candidates.prefix(5).joined(separator: ", ") + (candidates.count > 5 ? ", …" : ""),
                hint: kind == "office" ? "give --organization as well, or the office's id" : "give its id")
        case .foreignCursor:
            ErrorReport(
                code: "RSS-REPORT-003", exit: .usage, message: "--after is the cursor of a page with other filters",
                detail: "A page after it would leave reports out.",
                hint: "repeat the filters of the page before, or leave --after out")
        }
    }
}
