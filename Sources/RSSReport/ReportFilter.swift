import PostgresClient

/// What visit reports to list: the seed's filters, the order, and the page.
package struct ReportFilter: Sendable, Equatable {
    /// Organization by id or exact name.
    package var organization: String?
    /// Office by id or exact name.
    package var office: String?
    /// Technician by id, e-mail address or full name.
    package var technician: String?
    /// Status.
    package var status: String?
    /// Type of the visit.
    package var visitType: String?
    /// Priority.
    package var priority: String?
    /// First visit date.
    package var from: CalendarDate?
    /// Last visit date.
    package var to: CalendarDate?
    /// Words, part of the report number, or part of the organization's name.
    package var search: String?
    /// The order.
    package var sort = ReportSort.newest
    /// Page, from 1.
    package var page = 1
    /// Reports a page.
    package var limit = 20
    /// Continue after this cursor instead of at a page.
    package var after: ReportCursor?
    /// How the total is found.
    package var count = CountMode.exact

    /// Every status that a report can have, as the shipped schema names them.
    package static let statuses = [
        "draft", "scheduled", "in_progress", "pending_review", "completed", "approved", "rejected", "cancelled",
        "archived",
    ]

    /// Every priority, the lowest first; medium and normal are of the same rank.
    package static let priorities = ["low", "medium", "normal", "high", "urgent", "critical"]

    /// Makes a filter that all reports match.
    package init() {}

    /// How the total is found.
    package enum CountMode: Sendable, Equatable {
        /// Counted.
        case exact
        /// Counted up to that many.
        case capped(Int)
        /// As the planner estimates it; never less than the page shows.
        case estimate
        /// Not at all.
        case none
    }
}
