import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

@Suite struct IgnoreListTests {
    private func list(_ text: String) throws -> IgnoreList { try IgnoreList(text: text, path: "ignore.yaml") }

    private static let entries = """
        # what we know of
        - check: index.unused
          object: public.audit_idx
          until: 2027-03-31
          reason: The yearly audit uses it.
        - {check: statement.slow, blind: true, until: 2027-06-30, reason: The provider does not offer it.}
        - {check: table.no_primary_key, object: "*", until: 2027-01-01, reason: Staging.}
        """

    private func report(_ check: String, _ outcome: CheckOutcome) -> CheckReport {
        CheckReport(check: check, title: check, why: "", outcome: outcome)
    }

    private func finding(_ check: String, _ object: String) -> Finding {
        Finding(check: check, severity: .warning, object: object, detail: "d")
    }

    @Test func `what an entry names is left out with its reason, and nothing else`() throws {
        let list = try list(Self.entries)
        let reports = [
            report(
                "index.unused",
                .findings([finding("index.unused", "public.audit_idx"), finding("index.unused", "public.other_idx")])),
            report("statement.slow", .blind(reason: "no extension", hint: nil)),
            report(
                "table.no_primary_key",
                .partial([finding("table.no_primary_key", "public.t")], reason: "a lock", hint: nil)),
            report("index.invalid", .findings([finding("index.invalid", "public.audit_idx")])),
        ]
        let today = try #require(CalendarDate("2026-12-01"))
        let (left, warnings) = list.apply(to: reports, today: today)
        #expect(left[0].outcome.findings.map(\.object) == ["public.other_idx"])
        #expect(left[0].ignored.map(\.reason) == ["The yearly audit uses it."])
        #expect(left[1].outcome == .ok(nil) && left[1].ignored.first?.blindReason == "no extension")
        #expect(left[2].outcome == .blind(reason: "a lock", hint: nil) && left[2].ignored.count == 1)
        #expect(left[3] == reports[3])
        #expect(warnings.isEmpty)
    }

    @Test func `an entry ends with its last day, and one that names nothing is reported`() throws {
        let list = try list(Self.entries)
        let reports = [
            report("index.unused", .findings([finding("index.unused", "public.audit_idx")])),
            report("table.no_primary_key", .ok(nil)),
        ]
        let lastDay = list.apply(to: reports, today: try #require(CalendarDate("2027-03-31")))
        #expect(lastDay.reports[0].outcome == .ok(nil))
        let dayAfter = list.apply(to: reports, today: try #require(CalendarDate("2027-04-01")))
        #expect(dayAfter.reports[0].outcome == reports[0].outcome)
        #expect(dayAfter.warnings.contains { $0.contains("ignore.yaml:2") && $0.contains("expired on 2027-03-31") })
        let early = list.apply(to: reports, today: try #require(CalendarDate("2026-12-01")))
        #expect(early.warnings.count == 1 && early.warnings[0].contains("table.no_primary_key"))
    }

    @Test(arguments: [
        "check: x", "- x", "- {check: a.b, object: o, until: 2027-01-01}", "- {check: a.b, object: o, reason: r}",
        "- {object: o, until: 2027-01-01, reason: r}", "- {check: a.b, until: 2027-01-01, reason: r}",
        "- {check: a.b, object: o, blind: true, until: 2027-01-01, reason: r}",
        "- {check: a.b, blind: false, until: 2027-01-01, reason: r}",
        "- {check: a.b, object: o, until: next year, reason: r}",
        "- {check: a.b, object: o, until: 2027-02-30, reason: r}",
        "- {check: a.b, object: o, until: 2027-01-01, reason: r, severity: low}", "- [",
        "- {check: a.b, object: o, until: 2027-01-01, reason: ''}",
    ])
    func `a list that is not understood is refused with its place`(text: String) {
        #expect {
            try IgnoreList(text: text, path: "f")
        } throws: { error in
            guard case IgnoreListError.malformed(let place, _) = error else { return false }
            return place.file == "f" && place.line == 1
        }
    }

    @Test func `an empty list leaves nothing out, and a missing one is an error`() throws {
        #expect(try list("").entries.isEmpty)
        #expect { try IgnoreList(path: "/nonexistent/list") } throws: {
            ($0 as? IgnoreListError)?.report.exit == .configuration
        }
    }
}
