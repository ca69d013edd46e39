import PostgresClient
import Testing

@testable import RSSReport

@Suite struct ReportDayTests {
    @Test(arguments: [
        ("2026-10-31", "2026-10-31", "2026-10-31"), ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024", "2024-01-01", "2024-12-31"), ("today", "2026-03-31", "2026-03-31"),
        ("yesterday", "2026-03-30", "2026-03-30"), ("-30d", "2026-03-01", "2026-03-01"),
        ("+1d", "2026-04-01", "2026-04-01"), ("-2w", "2026-03-17", "2026-03-17"), ("-1m", "2026-02-28", "2026-02-28"),
        ("-1y", "2025-03-31", "2025-03-31"), ("last-month", "2026-02-01", "2026-02-28"),
        ("this-month", "2026-03-01", "2026-03-31"), ("this-week", "2026-03-30", "2026-04-05"),
        ("last-week", "2026-03-23", "2026-03-29"), ("last-quarter", "2025-10-01", "2025-12-31"),
        ("this-quarter", "2026-01-01", "2026-03-31"), ("last-year", "2025-01-01", "2025-12-31"),
        ("next-month", "2026-04-01", "2026-04-30"),
    ])
    func `a day is the first and the last day that it names`(text: String, first: String, last: String) throws {
        let span = try #require(ReportDay(text)).span(today: try #require(CalendarDate("2026-03-31")))
        #expect(span.first.description == first && span.last.description == last)
    }

    @Test(arguments: [
        "", "-", "30d", "-d", "--3d", "-+3d", "-3x", "2026-13", "2026-1", "last", "last-decade", "2026-02-30", "Today",
        "-9999999999d", "20260101",
    ])
    func `what is not a day is refused`(text: String) { #expect(ReportDay(text) == nil) }
}
