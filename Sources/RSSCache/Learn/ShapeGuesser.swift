import PostgresClient
import RSSCore

/// Finds the filters behind the digests of keys, by hashing what a backend may ask with.
///
/// Periods, pages and sizes that are common, in every order of the members, with pages and sizes as numbers and as the strings
/// of a query string: some hundred thousand texts.
package struct ShapeGuesser: Sendable {
    /// The day on which the keys were made.
    package let today: CalendarDate

    package init(today: CalendarDate) { self.today = today }

    private static let spans = [0, 1, 6, 7, 13, 14, 27, 28, 29, 30, 31, 59, 60, 89, 90, 91, 179, 180, 364, 365]
    private static let pages = [1, 2, 3, 4, 5]
    private static let limits = [20, 10, 25, 50, 100, 5, 15, 30, 200, 500, 1000]
    private static let statuses = [
        "completed", "draft", "scheduled", "in_progress", "pending_review", "approved", "rejected", "cancelled",
        "archived",
    ]

    /// The shapes of digests; a digest that none of the candidates has is left out.
    package func shapes(of digests: Set<String>) -> [String: FilterShape] {
        var left = digests
        var found: [String: FilterShape] = [:]
        for members in candidates() {
            if left.isEmpty { break }
            for order in Self.orders(of: members) {
                let shape = FilterShape(order)
                let digest = shape.digest(today)
                if left.remove(digest) != nil { found[digest] = shape }
            }
        }
        return found
    }

    /// Sets of members, the likelier first; with a status fewer periods, pages and sizes.
    private func candidates() -> [[FilterShape.Member]] {
        let plain = Self.periods(Self.spans).flatMap { period in
            Self.pairs(Self.pages, Self.limits).map { period + $0 }
        }
        let common = Self.periods([30, 7, 90]).flatMap { period in
            Self.pairs([1, 2], [20, 10, 50, 100]).map { period + $0 }
        }
        let filtered = Self.statuses.flatMap { status in
            common.map { $0 + [FilterShape.Member("status", .text(status))] }
        }
        return plain + filtered
    }

    /// First and last days.
    private static func periods(_ spans: [Int]) -> [[FilterShape.Member]] {
        let starts = spans.map { FilterShape.Member("startDate", .day(-$0)) }
        let (today, yesterday) = (FilterShape.Member("endDate", .day(0)), FilterShape.Member("endDate", .day(-1)))
        var periods: [[FilterShape.Member]] = starts.map { [$0, today] }
        periods.append([])
        periods += starts.map { [$0] }
        periods += starts.map { [$0, yesterday] }
        return periods
    }

    /// Pages and sizes, both as numbers or both as strings, or one of them, or none.
    private static func pairs(_ pages: [Int], _ limits: [Int]) -> [[FilterShape.Member]] {
        func members(_ name: String, _ values: [Int], _ asText: Bool) -> [[FilterShape.Member]] {
            values.map { [FilterShape.Member(name, asText ? .text("\($0)") : .number($0))] }
        }
        var pairs: [[FilterShape.Member]] = [[]]
        for asText in [false, true] {
            let (page, limit) = (members("page", pages, asText), members("limit", limits, asText))
            pairs += page.flatMap { first in limit.map { first + $0 } }
            pairs += page
            pairs += limit
        }
        return pairs
    }

    /// All orders of members.
    static func orders(of members: [FilterShape.Member]) -> [[FilterShape.Member]] {
        guard members.count > 1 else { return [members] }
        return members.indices.flatMap { index in
            var rest = members
            let first = rest.remove(at: index)
            return orders(of: rest).map { [first] + $0 }
        }
    }
}
