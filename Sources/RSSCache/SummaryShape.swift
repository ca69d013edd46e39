import PostgresClient
import RSSCore

/// A form of the filters that the backend asks summaries with. The cache key hashes the very text of the backend's
/// `JSON.stringify(filters)`, so order and types of the members count: `warmCache` builds startDate, endDate, page, limit.
package struct SummaryShape: Sendable, Equatable {
    /// Days back from today at which the period begins.
    package var days: Int
    /// Reports a page.
    package var limit: Int

    /// The shape of the backend's own `warmCache`: 30 days, page 1, 20 reports.
    package init(days: Int = 30, limit: Int = 20) {
        self.days = days
        self.limit = limit
    }

    /// First day of the period.
    package func start(_ today: CalendarDate) -> CalendarDate { today.adding(days: -days) }

    /// The bytes that are hashed. Dates are UTC days; page and limit are numbers.
    package func json(_ today: CalendarDate) -> String {
        "{\"startDate\":\"\(start(today))\",\"endDate\":\"\(today)\",\"page\":1,\"limit\":\(limit)}"
    }

    /// The key: `reports:summary:<organization>:<md5 of the filters>`, after the backend's ioredis keyPrefix.
    package func key(organization: String, today: CalendarDate, prefix: String) -> String {
        "\(prefix)reports:summary:\(organization):\(Digest.md5.hex(json(today).utf8))"
    }
}
