import PostgresClient
import TestSupport
import Testing

@testable import RSSReport

@Suite struct ReportWalkTests {
    private func day(_ text: String) -> CalendarDate { CalendarDate(text) ?? CalendarDate(daysSinceEpoch: 0) }

    private func walk(_ isDescending: Bool = true, from: CalendarDate? = nil, to: CalendarDate? = nil) -> ReportWalk {
        ReportWalk(
            bounds: [
                (day("2026-01-01"), 10), (day("2026-02-01"), 100), (day("2026-03-01"), 1000), (day("2026-04-01"), 0),
                (day("2026-05-01"), -1),
            ], isDescending: isDescending, from: from, to: to)
    }

    /// Every window that a walk takes, with what each is said to have yielded.
    private func windows(_ walk: ReportWalk, yields: Int = 0) -> [ReportWindow] {
        var walk = walk
        var windows: [ReportWindow] = []
        while let (window, rows) = walk.next() {
            windows.append(window)
            walk.found(yields, of: rows, wanted: 20)
        }
        return windows
    }

    @Test(arguments: [0, 1, 19]) func `the windows cover every date once, in order`(yields: Int) {
        let newest = windows(walk(), yields: yields)
        #expect(newest.first?.upper == nil && newest.last?.lower == nil)
        for (later, earlier) in zip(newest, newest.dropFirst()) { #expect(later.lower == earlier.upper) }
        let oldest = windows(walk(false), yields: yields)
        #expect(oldest.first?.lower == nil && oldest.last?.upper == nil)
        for (earlier, later) in zip(oldest, oldest.dropFirst()) { #expect(later.lower == earlier.upper) }
    }

    @Test func `empty partitions are taken with the first that has rows`() {
        var newest = walk()
        let first = newest.next()
        #expect(first?.window == ReportWindow(lower: day("2026-03-01"), upper: nil) && first?.rows == 1000)
    }

    @Test func `when nothing is found, more is taken at a time`() {
        let many = ReportWalk(
            bounds: (0..<100).map { (CalendarDate(daysSinceEpoch: $0 * 30), 50) }, isDescending: true, from: nil,
            to: nil)
        #expect(windows(many).count <= 5)
        #expect(windows(many, yields: 1000).count == 101)
    }

    @Test func `windows beyond the dates asked for are left out`() {
        let taken = windows(walk(from: day("2026-02-10"), to: day("2026-02-20")))
        #expect(taken == [ReportWindow(lower: day("2026-02-01"), upper: day("2026-03-01"))])
        #expect(windows(walk(to: day("2025-01-01"))) == [ReportWindow(lower: nil, upper: day("2026-01-01"))])
    }

    @Test func `a table without partitions is one window`() {
        let one = ReportWalk(bounds: [], isDescending: true, from: nil, to: nil)
        #expect(windows(one) == [.all])
    }
}
