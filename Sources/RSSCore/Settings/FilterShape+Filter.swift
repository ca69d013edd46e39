import Foundation
import PostgresClient

extension FilterShape {
    /// What a shape asks the database for.
    package struct Filter: Sendable, Equatable {
        /// First visit date; nil for no bound.
        package var start: CalendarDate?
        /// Last visit date; nil for no bound.
        package var end: CalendarDate?
        /// The status.
        package var status: String?
        /// The office.
        package var office: String?
        /// The technician.
        package var technician: String?
        /// The page, from 1.
        package var page = 1
        /// Reports in a page.
        package var limit = 20
    }

    /// What the shape asks for on a day, read as the backend reads it: `filters.page || 1`, `filters.limit || 20`; members
    /// that it does not read change the key alone.
    ///
    /// - Throws: ``FilterShapeError`` for values that the backend's query would refuse, and for a search.
    package func filter(on today: CalendarDate) throws(FilterShapeError) -> Filter {
        var filter = Filter()
        for member in members {
            switch member.name {
            case "startDate": filter.start = try day(member, today)
            case "endDate": filter.end = try day(member, today)
            case "status": filter.status = try text(member)
            case "officeId": filter.office = try identifier(member)
            case "technicianId": filter.technician = try identifier(member)
            case "page": filter.page = try count(member, fallback: 1, upTo: 1_000_000)
            case "limit": filter.limit = try count(member, fallback: 20, upTo: 1000)
            case "search":
                guard member.value == .null || member.value == .text("") else {
                    throw FilterShapeError(reason: "summaries of a search are not warmed: leave search out")
                }
            default: continue
            }
        }
        return filter
    }

    private func day(_ member: Member, _ today: CalendarDate) throws(FilterShapeError) -> CalendarDate? {
        switch member.value {
        case .day(let offset): return today.adding(days: offset)
        case .null: return nil
        case .text(let text):
            if let day = CalendarDate(text) { return day }
        case .number, .boolean: break
        }
        throw FilterShapeError(reason: "\(member.name) is a day: -30d, 0d, 2026-01-31 or null")
    }

    private func text(_ member: Member) throws(FilterShapeError) -> String? {
        switch member.value {
        case .text(let text): return text
        case .null: return nil
        case .day, .number, .boolean: throw FilterShapeError(reason: "\(member.name) is a text or null")
        }
    }

    private func identifier(_ member: Member) throws(FilterShapeError) -> String? {
        guard let text = try text(member) else { return nil }
        guard UUID(uuidString: text) != nil else { throw FilterShapeError(reason: "\(member.name) is a UUID or null") }
        return text
    }

    /// A number, or a string of digits as a query string has it; what JavaScript takes for false is the fallback.
    private func count(_ member: Member, fallback: Int, upTo most: Int) throws(FilterShapeError) -> Int {
        let number: Int? =
            switch member.value {
            case .number(let number): number == 0 ? fallback : number
            case .text(let text): text.isEmpty ? fallback : Int(text)
            case .boolean(let flag): flag ? nil : fallback
            case .null: fallback
            case .day: nil
            }
        guard let number, (1...most).contains(number) else {
            throw FilterShapeError(reason: "\(member.name) is a number from 1 to \(most)")
        }
        return number
    }
}
