import PostgresClient
import RSSModel
import Testing

@testable import RSSCommands
@testable import RSSCore

@Suite struct CheckOptionsTests {
    private func entry(_ outcome: CheckOutcome, ignored: [IgnoreList.Item] = []) -> CheckEntry {
        CheckEntry(CheckReport(check: "area.name", title: "t", why: "w", outcome: outcome, ignored: ignored))
    }

    private func finding(_ severity: Verdict) -> Finding {
        Finding(check: "area.name", severity: severity, object: "o", detail: "d")
    }

    @Test(arguments: [
        ("info", [false, true, true, true, false, true]), ("warning", [false, false, true, true, false, false]),
        ("critical", [false, false, false, true, false, false]), ("blind", [false, false, false, false, true, true]),
        ("warning,blind", [false, false, true, true, true, true]),
        ("blind, critical", [false, false, false, true, true, true]),
        ("critical,info", [false, true, true, true, false, true]),
        ("none", [false, false, false, false, false, false]),
    ])
    func `what is named ends with 2, and graver findings too`(text: String, ends: [Bool]) throws {
        let outcomes: [CheckOutcome] = [
            .ok(nil), .findings([finding(.info)]), .findings([finding(.info), finding(.warning)]),
            .findings([finding(.critical)]), .blind(reason: "r", hint: nil),
            .partial([finding(.info)], reason: "r", hint: nil),
        ]
        let failOn = try FailOn(parsing: text)
        #expect(outcomes.map { failOn.status([entry($0)]) == .findings } == ends)
    }

    @Test func `warnings and blind checks end with 2 unless said otherwise`() throws {
        #expect(try FailOn(parsing: "warning,blind") == FailOn())
        for text in ["", "warnings", "none,blind", "warning,", "ok"] {
            #expect(throws: (any Error).self, "\(text)") { try FailOn(parsing: text) }
        }
    }

    @Test func `a check that found something and did not see all is listed as both`() {
        let entry = entry(.partial([finding(.info)], reason: "the role may not", hint: "GRANT"))
        #expect(entry.verdict == .blind && entry.findings.count == 1 && entry.blindReason == "the role may not")
        let table = CheckEntry.table([entry], showsOK: false, notes: [], emptyMessage: "")
        #expect(table.rows.map(\.first) == [.verdict(.blind), .verdict(.info)])
    }

    @Test func `what is ignored is counted, and listed when all is asked for`() throws {
        let day = try #require(CalendarDate("2027-03-31"))
        let item = IgnoreList.Item(finding: finding(.warning), blindReason: nil, reason: "The audit.", until: day)
        let entries = [entry(.ok(nil), ignored: [item]), entry(.ok(nil))]
        #expect(entries[0].verdict == .skipped)
        #expect(CheckEntry.summary(entries) == "1 of 2 checks are ok, 0 blind, 1 ignored.")
        #expect(CheckEntry.table(entries, showsOK: false, notes: [], emptyMessage: "").rows.isEmpty)
        let all = CheckEntry.table(entries, showsOK: true, notes: [], emptyMessage: "")
        #expect(all.rows[0].contains(.text("d Ignored until 2027-03-31: The audit.")))
        #expect(FailOn().status(entries) == .done)
    }
}
