import PostgresClient
import Testing

@testable import RSSCore

private func day(_ text: String) -> CalendarDate { CalendarDate(text) ?? CalendarDate(daysSinceEpoch: 0) }

private func table(_ bounds: (String?, String?)...) -> PartitionedTable {
    PartitionedTable(
        schema: "public", name: "visit_reports", column: "visit_date",
        partitions: bounds.enumerated().map { index, bound in
            Partition(
                schema: "public", name: "p\(index)", bound: .init(lower: bound.0.map(day), upper: bound.1.map(day)),
                isDetachPending: false, estimatedRows: nil, bytes: 0)
        })
}

@Suite struct PartitionPlannerTests {
    private let planner = PartitionPlanner(premake: 3)

    private func plan(_ table: PartitionedTable, today: String, taken: Set<String> = []) -> [String] {
        planner.missing(in: table, takenNames: taken, today: day(today)).map {
            "\($0.name) \($0.lower) \($0.upper) \($0.reason)"
        }
    }

    @Test func `an empty table gets this month and three more, over the turn of the year`() {
        #expect(
            plan(table(), today: "2026-11-24") == [
                "visit_reports_2026_11 2026-11-01 2026-12-01 this month",
                "visit_reports_2026_12 2026-12-01 2027-01-01 ahead",
                "visit_reports_2027_01 2027-01-01 2027-02-01 ahead",
                "visit_reports_2027_02 2027-02-01 2027-03-01 ahead",
            ])
    }

    @Test func `nothing is planned when all is covered, whatever the names`() {
        #expect(plan(table(("2026-01-01", "2027-03-01")), today: "2026-11-24").isEmpty)
        #expect(plan(table((nil, nil)), today: "2026-11-24").isEmpty)
        #expect(plan(table(("2026-11-01", nil)), today: "2026-11-24").isEmpty)
    }

    @Test func `a gap between partitions is filled`() {
        let plan = plan(table(("2026-08-01", "2026-09-01"), ("2026-10-01", "2027-03-01")), today: "2026-11-24")
        #expect(plan == ["visit_reports_2026_09 2026-09-01 2026-10-01 gap"])
    }

    @Test func `the uncovered rest of a month gets a partition of its own, named by its first day`() {
        let plan = plan(table(("2026-11-01", "2026-11-16"), ("2026-12-01", "2027-03-01")), today: "2026-11-24")
        #expect(plan == ["visit_reports_2026_11_16 2026-11-16 2026-12-01 this month"])
    }

    @Test func `a name that something else bears is not used again`() {
        let plan = plan(
            table(("2026-12-01", "2027-03-01")), today: "2026-11-24",
            taken: ["visit_reports_2026_11", "visit_reports_2026_11_2"])
        #expect(plan == ["visit_reports_2026_11_3 2026-11-01 2026-12-01 this month"])
    }

    @Test func `a partition far in the future does not create all the months before it`() {
        let plan = plan(table(("2026-11-01", "2027-03-01"), ("2097-01-01", "2097-02-01")), today: "2026-11-24")
        #expect(plan.isEmpty)
    }

    @Test func `a long table name is cut to the server's 63 bytes`() {
        let name = PartitionPlanner.freeName(
            String(repeating: "ä", count: 40), day("2026-11-01"), isWhole: true, taken: [])
        #expect(name.utf8.count <= 63 && name.hasSuffix("_2026_11"))
    }

    @Test func `for any partitions the plan covers the runway without overlap`() {
        var random = SeedRandom(seed: 7, stream: 0)
        for _ in 0..<500 {
            var partitions: [(String?, String?)] = []
            var start = day("2026-06-01").adding(days: random.below(60))
            for _ in 0..<random.below(6) {
                let end = start.adding(days: 1 + random.below(70))
                if random.chance(70) { partitions.append((start.description, end.description)) }
                start = end
            }
            var table = table()
            table.partitions = partitions.enumerated().map { index, bound in
                Partition(
                    schema: "public", name: "p\(index)", bound: .init(lower: bound.0.map(day), upper: bound.1.map(day)),
                    isDetachPending: false, estimatedRows: nil, bytes: 0)
            }
            let today = day("2026-09-01").adding(days: random.below(60))
            let plan = planner.missing(in: table, takenNames: [], today: today)
            let all =
                table.partitions.compactMap(\.bound).map { ($0.lower ?? today, $0.upper ?? today) }
                + plan.map { ($0.lower, $0.upper) }
            let sorted = all.sorted { $0.0 < $1.0 }
            for (first, second) in zip(sorted, sorted.dropFirst()) { #expect(first.1 <= second.0) }
            #expect(Set(plan.map(\.name)).count == plan.count)
            let end = PartitionMaintenance.coverage(of: table, and: plan, from: today) ?? today
            #expect(end >= today.startOfMonth(adding: 4))
        }
    }
}

@Suite struct CalendarDateTests {
    @Test func `every day from year 1 to 3000 makes the round trip`() {
        let first = day("0001-01-01").daysSinceEpoch
        for number in stride(from: first, to: first + 3000 * 366, by: 13) {
            let date = CalendarDate(daysSinceEpoch: number)
            #expect(CalendarDate(date.description)?.daysSinceEpoch == number)
        }
    }

    @Test(arguments: [
        "2026-02-29", "2026-13-01", "2026-00-10", "2026-1", "0000-01-01", "+2026-01-01", "2026-01-01 ", "²⁰²⁶-01-01",
        "",
    ])
    func `what is no date is refused`(text: String) { #expect(CalendarDate(text) == nil) }

    @Test func `months are counted across years in both directions`() {
        #expect(day("2026-11-24").startOfMonth(adding: 2) == day("2027-01-01"))
        #expect(day("2026-01-31").startOfMonth(adding: -1) == day("2025-12-01"))
        #expect(day("2026-03-15").startOfMonth(adding: -27) == day("2023-12-01"))
    }
}
