import Foundation
import RSSModel
import Testing

@testable import Console

/// Points in time: local with the zone in tables, UTC everywhere else.
@Suite struct DisplayZoneTests {
    /// Central Europe, which left summer time on 25 October 2026, 01:00 UTC.
    private static let berlin = DisplayZone { date in
        date < Date(timeIntervalSince1970: 1_792_890_000) ? (7200, "CEST") : (3600, "CET")
    }

    private func text(_ dates: [Date], _ format: OutputFormat = .table) throws -> String {
        let table = Table(
            columns: [Column("run"), Column("started")], rows: dates.map { [.text("a"), .timestamp($0)] })
        let (console, output, _) = Console.inMemory(zone: Self.berlin)
        let result = Samples.Result(when: Samples.moment, names: [], tables: [table])
        try Renderer(format: format).render(result, to: console, command: "x")
        return output.text
    }

    @Test func `the heading names the zone of all times`() throws {
        #expect(try text([Samples.moment]) == "run  started (CET)\na    2026-11-24 02:59:50\n")
    }

    @Test func `on both sides of a change of the clocks each time names its zone`() throws {
        let before = Date(timeIntervalSince1970: 1_792_888_200)  // 00:30 UTC
        let after = Date(timeIntervalSince1970: 1_792_891_800)  // 01:30 UTC
        #expect(
            try text([before, after]) == """
                run  started
                a    2026-10-25 02:30:00 CEST
                a    2026-10-25 02:30:00 CET

                """)
    }

    @Test(arguments: [OutputFormat.csv, .ndjson, .yaml, .markdown])
    func `programs are given UTC`(format: OutputFormat) throws {
        let text = try text([Samples.moment], format)
        #expect(text.contains("2026-11-24T01:59:50Z") || text.contains("2026-11-24 01:59:50"), "\(text)")
        #expect(!text.contains("CET"))
    }

    @Test func `what no calendar shows has no zone`() throws {
        #expect(try text([.distantFuture]) == "run  started\na    infinity\n")
        #expect(try text([.distantFuture, Samples.moment]).hasPrefix("run  started (CET)\na    infinity\n"))
    }

    @Test func `the zone of the process has a name and a whole number of minutes`() throws {
        let offset = try #require(DisplayZone.local.offset(Samples.moment))
        #expect(!offset.name.isEmpty && abs(offset.seconds) <= 15 * 3600 && offset.seconds % 60 == 0)
        #expect(
            DisplayZone.local.offset(.distantFuture) != nil || DisplayZone.local.display(.distantFuture).zone == "UTC")
    }
}
