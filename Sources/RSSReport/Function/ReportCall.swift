import Foundation
import PostgresClient
import RSSCore

/// A call of the function as the backend makes it: nine arguments by position.
struct ReportCall: Sendable, Equatable {
    var organization: UUID
    var office: UUID?
    var technician: UUID?
    var status: String?
    var from: CalendarDate?
    var to: CalendarDate?
    var search: String?
    var page = 1
    var limit = 10

    init(_ organization: UUID) { self.organization = organization }

    /// The arguments as text, in their order; each is sent apart from the statement and cast to the function's own type.
    var arguments: [String?] {
        [
            organization.uuidString.lowercased(), office?.uuidString.lowercased(), technician?.uuidString.lowercased(),
            status, from?.description, to?.description, search, "\(page)", "\(limit)",
        ]
    }

    /// The same request to rssctl's own engine, which has no page before the first and none without a report.
    var filter: ReportFilter {
        var filter = ReportFilter()
        filter.organization = organization.uuidString
        filter.office = office?.uuidString
        filter.technician = technician?.uuidString
        filter.status = status
        filter.from = from
        filter.to = to
        filter.search = search
        filter.page = max(page, 1)
        filter.limit = max(limit, 1)
        return filter
    }

    private static let names = [
        "p_organization_id", "p_office_id", "p_technician_id", "p_status", "p_start_date", "p_end_date",
        "p_search_text", "p_page", "p_limit",
    ]

    /// The arguments that are given, as SQL writes them, so that the call can be repeated in psql.
    var words: String {
        zip(Self.names, arguments).compactMap { name, value in
            guard let value else { return nil }
            let isNumber = name == "p_page" || name == "p_limit"
            return "\(name) => \(isNumber ? value : "'\(value.replacing("'", with: "''"))'")"
        }.joined(separator: ", ")
    }
}
