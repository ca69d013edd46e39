import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

@Suite struct BaselineTests {
    private func finding(
        _ check: String, _ object: String, _ severity: Verdict = .warning, measured: Double? = nil,
        threshold: Double? = nil
    ) -> Finding {
        Finding(
            check: check, severity: severity, object: object, detail: "d", measured: measured,
            threshold: threshold)
    }

    private func report(_ check: String, _ outcome: CheckOutcome) -> CheckReport {
        CheckReport(check: check, title: "t", why: "w", outcome: outcome)
    }

    @Test func `what is new, worse and fixed is told from what stayed`() {
        let baseline = Baseline(
            name: "b",
            findings: [
                finding("a.x", "stays"), finding("a.x", "gone"), finding("a.x", "graver"),
                finding("a.x", "grows", measured: 10, threshold: 5),
                finding("a.x", "shrinks", measured: 0.8, threshold: 0.95), finding("b.y", "unseen"),
            ])
        let comparison = baseline.comparison(with: [
            report(
                "a.x",
                .findings([
                    finding("a.x", "stays"), finding("a.x", "graver", .critical),
                    finding("a.x", "grows", measured: 20, threshold: 5),
                    finding("a.x", "shrinks", measured: 0.4, threshold: 0.95), finding("a.x", "fresh"),
                ])), report("b.y", .blind(reason: "r", hint: nil)),
        ])
        #expect(comparison.new.map(\.object) == ["fresh"])
        #expect(comparison.worse.map(\.object) == ["graver", "grows", "shrinks"])
        // A blind check fixed nothing.
        #expect(comparison.fixed.map(\.object) == ["gone"])
        #expect(
            comparison.concerns(finding("a.x", "grows")) && !comparison.concerns(finding("a.x", "stays")))
    }

    @Test func `a file that is not the JSON of a run is refused, and one that is has its findings`()
        throws
    {
        let folder = try TemporaryFolder()
        let good = try folder.file(
            Array(
                #"{"command":"analyze performance","format":1,"result":{"score":{},"checks":[{"check":"a.x","findings":[{"check":"a.x","severity":"warning","object":"o","detail":"d"}]}]}}"#
                    .utf8), "good.json")
        #expect(try Baseline(file: good).findings == [finding("a.x", "o")])
        let bad = try folder.file(Array("[]".utf8), "bad.json")
        #expect(throws: BaselineError.malformed(path: bad)) { try Baseline(file: bad) }
        #expect(throws: BaselineError.self) { try Baseline(file: folder.path("missing")) }
    }

    @Test func `a script holds what SQL can fix, can be run again, and no name ends its comment`() {
        func fixed(_ fix: String, object: String = "o", undo: String? = nil) -> Finding {
            Finding(
                check: "a.x", severity: .warning, object: object, detail: "d", fix: fix,
                remedy: undo.map { Remedy(undo: $0) }
            ).withRemedy
        }
        let script = FixScript(
            [
                fixed(
                    "DROP INDEX CONCURRENTLY public.i;", object: "bad\nDROP TABLE t;",
                    undo: "CREATE INDEX i ON t (a);"),
                fixed("DROP INDEX CONCURRENTLY public.i;"), fixed("SELECT pg_terminate_backend(1);"),
                fixed("rssctl partition maintain"), fixed("Think about it."),
                fixed("ALTER TABLE t VALIDATE CONSTRAINT c;"),
                fixed("ALTER TABLE t DROP CONSTRAINT c;"), fixed("DROP INDEX public.p;"),
            ], target: "host", version: "rssctl 1")
        #expect(script.statements == 4 && script.comments == 3)
        let lines = script.text.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0 == "DROP INDEX CONCURRENTLY IF EXISTS public.i;" }.count == 1)
        #expect(lines.contains("DROP INDEX IF EXISTS public.p;"))
        #expect(lines.contains("ALTER TABLE t DROP CONSTRAINT IF EXISTS c;"))
        #expect(lines.contains("-- undo: CREATE INDEX i ON t (a);"))
        #expect(lines.contains("-- decide: SELECT pg_terminate_backend(1);"))
        #expect(lines.contains("-- run: rssctl partition maintain"))
        #expect(!lines.contains { $0.hasPrefix("DROP TABLE") })
    }
}
