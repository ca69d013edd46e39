import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// The options by which visit reports are chosen, of every command that reads many.
struct ReportFilterOptions: ParsableArguments, Sendable {
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

    @Option(
        name: .customLong("type"), help: ArgumentHelp("Type of the visit, as routine or repair.", valueName: "type"))
    var visitType: String?

    @Option(
        help: ArgumentHelp("Priority: \(ReportFilter.priorities.joined(separator: ", "))."),
        completion: .list(ReportFilter.priorities)
    )
    var priority: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "First visit date: \(ReportDay.forms).", valueName: "day"), transform: parseReportDay)
    var from: ReportDay?

    func validate() throws {
        try Self.check("status", status, among: ReportFilter.statuses)
        try Self.check("priority", priority, among: ReportFilter.priorities)
    }

    private static func check(_ what: String, _ word: String?, among words: [String]) throws {
        guard let word, !words.contains(word) else { return }
        let meant = EditDistance.closest(to: word, among: words)
        throw ValidationError(
            "unknown \(what) '\(word)'\(meant.map { " (did you mean \($0)?)" } ?? ""); it is one of \(words.joined(separator: ", "))."
        )
    }

    /// The filter, with its days as of the server's day, which is asked for only where it matters.
    func filter(to: ReportDay?, _ context: Context, _ connection: PostgresConnection) async throws -> ReportFilter {
        var filter = ReportFilter()
        filter.organization = organization
        filter.office = office
        filter.technician = technician
        filter.status = status
        filter.visitType = visitType
        filter.priority = priority
        let isRelative = [from, to].contains { day in
            if case .days = day { false } else { day != nil }
        }
        let today = isRelative ? try await context.clock(connection).today : CalendarDate(daysSinceEpoch: 0)
        filter.from = from?.span(today: today).first
        filter.to = to?.span(today: today).last
        if let first = filter.from, let last = filter.to, first > last {
            throw ReportError.emptyPeriod(first, last)
        }
        return filter
    }
}

/// Reads a date flag.
@Sendable func parseReportDay(_ text: String) throws -> ReportDay {
    guard let day = ReportDay(text) else {
        throw ValidationError("'\(text)' is not a date; write \(ReportDay.forms).")
    }
    return day
}
