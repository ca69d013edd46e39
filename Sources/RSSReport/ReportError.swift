import PostgresClient
import RSSModel

/// What a report query names and the database does not have.
package enum ReportError: ReportableError, Equatable {
    /// Nothing of this kind has the id or name, or nothing of the organization that is named too; what may have been meant.
    case unknown(kind: String, name: String, isWithin: Bool, candidates: [String] = [])
    /// More than one has the name; the first of them, by id with what distinguishes them.
    case ambiguous(kind: String, name: String, candidates: [String])
    /// The cursor comes from a page of another filter or order.
    case foreignCursor
    /// The last day is before the first.
    case emptyPeriod(CalendarDate, CalendarDate)
    /// No report has the number or id.
    case noReport(String)
    /// A file cannot be written.
    case notWritable(String, reason: String)
    /// The reports that a check is to ask for could not be read within the time for a call.
    case noSubject(reason: String)
    /// A function must not be replaced.
    case notReplaceable(String, reason: String, hint: String)
    /// The function is not the one that rssctl installed.
    case notInstalled(String)
    /// No function was kept that could be put back.
    case nothingKept

    package var report: ErrorReport {
        switch self {
        case .unknown(let kind, let name, let isWithin, let candidates):
            ErrorReport(
                code: "RSS-REPORT-001", exit: .dataError,
                message: "\(kind) '\(name)' does not exist\(isWithin ? " in the organization" : "")",
                detail: candidates.isEmpty ? nil : "Similar: \(Self.list(candidates)).",
                hint: "Give its id, or its full name as the database has it.")
        case .ambiguous(let kind, let name, let candidates):
            ErrorReport(
                code: "RSS-REPORT-002", exit: .dataError, message: "more than one \(kind) is named '\(name)'",
                detail: "Candidates: \(Self.list(candidates)).",
                hint: kind == "office" ? "Give --organization as well, or the id of the office." : "Give its id.")
        case .foreignCursor:
            ErrorReport(
                code: "RSS-REPORT-003", exit: .usage, message: "--after is the cursor of a page with other filters",
                detail: "A page after it would leave reports out.",
                hint: "Repeat the filters and the order of the page before, or leave --after out.")
        case .emptyPeriod(let first, let last):
            ErrorReport(
                code: "RSS-REPORT-005", exit: .usage, message: "--from is later than --to",
                detail: "The period would be from \(first) to \(last).", hint: "rssctl report query --help")
        case .noReport(let name):
            ErrorReport(
                code: "RSS-REPORT-008", exit: .dataError, message: "visit report '\(name)' does not exist",
                hint: "rssctl report query --search \(name.shellWord)")
        case .notWritable(let path, let reason):
            ErrorReport(
                code: "RSS-REPORT-004", exit: .cannotWrite, message: "cannot write \(path)", detail: reason,
                hint: "Give another place, or --force to replace the file.")
        case .noSubject(let reason):
            ErrorReport(
                code: "RSS-REPORT-009", exit: .tryAgain, message: "the visit reports could not be read in time",
                detail: reason,
                hint: "Allow more time with --call-timeout, or name an organization with --organization.")
        case .notReplaceable(let function, let reason, let hint):
            ErrorReport(
                code: "RSS-REPORT-010", exit: .failed, message: "\(function) is not replaced", detail: reason,
                hint: hint)
        case .notInstalled(let function):
            ErrorReport(
                code: "RSS-REPORT-011", exit: .failed, message: "\(function) is not the function of rssctl",
                detail: "It was replaced after rssctl report install, and would be lost.",
                hint: "Drop it or rename it, then run the command again.")
        case .nothingKept:
            ErrorReport(
                code: "RSS-REPORT-012", exit: .failed, message: "no function is kept that could be put back",
                detail: "rssctl report install keeps one only where it replaced another.",
                hint: "Run rssctl report check to see what the database has.")
        }
    }

    private static func list(_ candidates: [String]) -> String {
        candidates.prefix(5).joined(separator: ", ") + (candidates.count > 5 ? ", …" : "")
    }
}
