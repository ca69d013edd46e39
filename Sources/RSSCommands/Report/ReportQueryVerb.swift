import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// `rssctl report query`
package struct ReportQueryVerb: Verb {
    package static let declaration = Declaration(
        "report query", "List visit reports, newest first, by the filters of the backend",
        needs: [.settings, .postgres],
        examples: [
            .init("The newest 20 reports", "rssctl report query"),
            .init(
                "Drafts of one month, as CSV",
                "rssctl report query --status draft --from 2026-10-01 --to 2026-10-31 --output csv"),
            .init("Search, without counting beyond 1000", "rssctl report query --search printer --count 1000"),
        ], exits: [.dataError])

    @OptionGroup package var global: GlobalOptions

    @Option(name: [.customLong("organization"), .customLong("org")], help: "Organization, by name or id.")
    var organization: String?

    @Option(help: "Office, by name or id.")
    var office: String?

    @Option(help: "Technician, by e-mail address, full name or id.")
    var technician: String?

    @Option(
        help: ArgumentHelp("Status: \(ReportFilter.statuses.joined(separator: ", "))."),
        completion: .list(ReportFilter.statuses)
    )
    var status: String?

    @Option(help: "First visit date, YYYY-MM-DD.", transform: parseDay)
    var from: CalendarDate?

    @Option(help: "Last visit date, YYYY-MM-DD.", transform: parseDay)
    var to: CalendarDate?

    @Option(help: "Words of purpose or summary, part of the report number or of the organization's name.")
    var search: String?

    @Option(help: "Page, from 1.")
    var page = 1

    @Option(help: "Reports a page, 1 to 10000.")
    var limit = 20

    @Option(help: ArgumentHelp("Continue after this cursor, as the page before printed it.", valueName: "cursor"))
    var after: String?

    @Option(
        help: ArgumentHelp("How to find the total: exact, none, or count up to a number.", valueName: "exact|none|N"))
    var count = "exact"

    package init() {}

    package func validate() throws {
        if let status, !ReportFilter.statuses.contains(status) {
            let meant = EditDistance.closest(to: status, among: ReportFilter.statuses)
            throw ValidationError(
                "unknown status '\(status)'\(meant.map { " (did you mean \($0)?)" } ?? ""); it is one of \(ReportFilter.statuses.joined(separator: ", "))."
            )
        }
        if page > Int(Int32.max) / max(limit, 1) { throw ValidationError("--page is too large.") }
        if page < 1 { throw ValidationError("--page counts from 1.") }
        if !(1...10_000).contains(limit) { throw ValidationError("--limit is a number from 1 to 10000.") }
        if let from, let to, from > to { throw ValidationError("--from is later than --to.") }
        if let after, ReportCursor(after) == nil {
            throw ValidationError(
                "--after is not a cursor of this version; take it from 'Next page' of the page before.")
        }
        if after != nil, page != 1 { throw ValidationError("--after and --page exclude each other.") }
        _ = try countMode
    }

    private var countMode: ReportFilter.CountMode {
        get throws {
            switch count {
            case "exact": return .exact
            case "none": return .none
            default:
                guard let cap = Int(count), cap > 0, cap < 1_000_000_000 else {
                    throw ValidationError("--count is exact, none, or a number.")
                }
                return .capped(cap)
            }
        }
    }

    package func execute(_ context: Context) async throws -> ReportPage {
        var filter = ReportFilter()
        filter.organization = organization
        filter.office = office
        filter.technician = technician
        filter.status = status
        filter.from = from
        filter.to = to
        filter.search = search
        filter.page = page
        filter.limit = limit
        filter.after = after.flatMap { ReportCursor($0) }
        filter.count = try countMode
        let connection = try await context.connectPostgres(readOnly: true)
        let page = try await ReportReader(connection).page(filter)
        await connection.close()
        return page
    }
}

/// Reads a date flag.
@Sendable func parseDay(_ text: String) throws -> CalendarDate {
    guard let day = CalendarDate(text) else { throw ValidationError("'\(text)' is not a date; write YYYY-MM-DD.") }
    return day
}
