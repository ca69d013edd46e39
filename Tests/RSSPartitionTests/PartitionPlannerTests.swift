import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition
@testable import RSSSetup

private let key = PartitionKey(column: "visit_date", kind: .date)

private func day(_ text: String) -> CalendarDate { CalendarDate(text) ?? CalendarDate(daysSinceEpoch: 0) }

private func point(_ text: String) -> Int64 {
    Int64((CalendarDate(text) ?? CalendarDate(daysSinceEpoch: 0)).daysSinceEpoch) * PartitionKey.day
}

private func partition(_ index: Int, _ bound: (String?, String?)) -> Partition {
    Partition(
        oid: Int64(index), schema: "public", name: "p\(index)",
        bound: .init(lower: bound.0.map(point), upper: bound.1.map(point)), definition: "", isDetachPending: false,
        isPartitioned: false, isForeign: false, estimatedRows: nil, bytes: 0)
}

private func table(_ bounds: [(String?, String?)]) -> PartitionedTable {
    PartitionedTable(
        oid: 1, schema: "public", name: "visit_reports", key: key,
        partitions: bounds.enumerated().map { partition($0.offset, $0.element) })
}

@Suite struct PartitionPlannerTests {
    private func plan(
        _ bounds: (String?, String?)..., from: String = "2026-06-01", to: String = "2027-03-01", taken: Set<String> = []
    ) -> [String] {
        PartitionPlanner.missing(
            in: table(bounds), cells: PartitionGrid(.month).cells(from: point(from), to: point(to)),
            now: point("2026-11-24"), takenNames: taken
        ).map { "\($0.name) \(key.label($0.bound.lower ?? 0)) \(key.label($0.bound.upper ?? 0)) \($0.reason)" }
    }

    @Test func `an empty table gets the cells asked for, over the turn of the year`() {
        #expect(
            plan(from: "2026-11-01") == [
                "visit_reports_2026_11 2026-11-01 2026-12-01 now",
                "visit_reports_2026_12 2026-12-01 2027-01-01 ahead",
                "visit_reports_2027_01 2027-01-01 2027-02-01 ahead",
                "visit_reports_2027_02 2027-02-01 2027-03-01 ahead",
            ])
    }

    @Test func `nothing is planned when all is covered, whatever the names`() {
        #expect(plan(("2026-01-01", "2027-03-01")).isEmpty)
        #expect(plan((nil, nil)).isEmpty)
        #expect(plan(("2026-06-01", nil)).isEmpty)
    }

    @Test func `a gap between partitions is filled`() {
        #expect(
            plan(("2026-06-01", "2026-09-01"), ("2026-10-01", "2027-03-01"))
                == ["visit_reports_2026_09 2026-09-01 2026-10-01 gap"])
    }

    @Test func `the uncovered rest of a month gets a partition of its own`() {
        #expect(
            plan(("2026-06-01", "2026-11-16"), ("2026-12-01", "2027-03-01"))
                == ["visit_reports_2026_11_part 2026-11-16 2026-12-01 now"])
    }

    @Test func `a name that is in use is not used again`() {
        #expect(
            plan(
                ("2026-06-01", "2026-11-01"), ("2026-12-01", "2027-03-01"),
                taken: ["visit_reports_2026_11", "visit_reports_2026_11_2"])
                == ["visit_reports_2026_11_3 2026-11-01 2026-12-01 now"])
    }

    @Test func `a long table name is cut to the server's 63 bytes`() {
        let name = PartitionPlanner.freeName(String(repeating: "ä", count: 40), "2026_11", taken: [])
        #expect(name.utf8.count <= 63 && name.hasSuffix("_2026_11"))
    }

    @Test func `for any partitions the plan covers the span without overlap`() {
        var random = SeedRandom(seed: 7, stream: 0)
        for _ in 0..<500 {
            var bounds: [Partition.Bound] = []
            var start = point("2026-06-01") + Int64(random.below(60)) * PartitionKey.day
            for _ in 0..<random.below(6) {
                let end = start + Int64(1 + random.below(70)) * PartitionKey.day
                if random.chance(70) { bounds.append(.init(lower: start, upper: end)) }
                start = end
            }
            var table = table([])
            table.partitions = bounds.enumerated().map { index, bound in
                var made = partition(index, (nil, nil))
                made.bound = bound
                return made
            }
            let interval = PartitionInterval.ofTime[1 + random.below(5)]
            let cells = PartitionGrid(interval).cells(from: point("2026-09-01"), to: point("2027-01-01"))
            let plan = PartitionPlanner.missing(
                in: table, cells: cells, now: point("2026-09-01") + Int64(random.below(60)) * PartitionKey.day,
                takenNames: [])
            let all = (bounds + plan.map(\.bound)).sorted { ($0.lower ?? 0) < ($1.lower ?? 0) }
            for (first, second) in zip(all, all.dropFirst()) { #expect((first.upper ?? 0) <= (second.lower ?? 0)) }
            #expect(Set(plan.map(\.name)).count == plan.count)
            let end = table.coverage(from: point("2026-09-01"), and: plan.map(\.bound))
            #expect((end ?? 0) >= point("2027-01-01"))
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
    func `what is not a date is refused`(text: String) { #expect(CalendarDate(text) == nil) }

    @Test func `months are counted across years in both directions`() {
        #expect(day("2026-11-24").startOfMonth(adding: 2) == day("2027-01-01"))
        #expect(day("2026-01-31").startOfMonth(adding: -1) == day("2025-12-01"))
        #expect(day("2026-03-15").startOfMonth(adding: -27) == day("2023-12-01"))
    }
}
