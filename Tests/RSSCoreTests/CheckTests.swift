import RSSModel
import Testing

@testable import RSSCore

@Suite struct CheckTests {
    private let check = Check(
        "index.unused", "Unused indexes", severity: .info, why: "w", threshold: "10 MB", source: "s",
        confidence: .estimated("counters"))

    @Test func `a check is named by its key and its area, not by a part of a word`() {
        #expect(check.area == "index")
        #expect(check.isNamed(by: "index") && check.isNamed(by: "index.unused"))
        #expect(!check.isNamed(by: "ind") && !check.isNamed(by: "index.un") && !check.isNamed(by: ""))
    }

    @Test func `a report carries how sure the check is, or how sure this outcome is`() {
        #expect(check.report(.ok(nil)).confidence == .estimated("counters"))
        #expect(check.report(.ok(nil), confidence: .measured).confidence == .measured)
        #expect(check.report(.ok(nil)).check == "index.unused")
    }

    @Test(arguments: [
        ("DROP INDEX CONCURRENTLY public.i;", Remedy.Kind.sql, "SHARE UPDATE EXCLUSIVE" as String?),
        ("DROP INDEX public.i;", .sql, "ACCESS EXCLUSIVE"),
        ("REINDEX INDEX CONCURRENTLY i;", .sql, "SHARE UPDATE EXCLUSIVE"),
        ("REINDEX TABLE t;", .sql, "SHARE"), ("ALTER TABLE t VALIDATE CONSTRAINT c;", .sql, "SHARE UPDATE EXCLUSIVE"),
        ("ALTER TABLE t\n  RESET (autovacuum_enabled);", .sql, "SHARE UPDATE EXCLUSIVE"),
        ("ALTER TABLE t ENABLE TRIGGER ALL;", .sql, "SHARE ROW EXCLUSIVE"),
        ("ALTER TABLE t ADD PRIMARY KEY (id);", .sql, "ACCESS EXCLUSIVE"),
        ("ALTER SYSTEM SET fsync = on;", .sql, nil), ("rssctl partition maintain", .command, nil),
        ("Find out who needs it.", .advice, nil),
    ])
    func `a fix says what it locks`(fix: String, kind: Remedy.Kind, lock: String?) throws {
        let remedy = try #require(Remedy(fix: fix))
        #expect(remedy.kind == kind && remedy.lock == lock)
        #expect(!remedy.blocks.isEmpty && !remedy.risk.isEmpty)
    }

    @Test func `an undo that a check knows is kept beside what follows from the fix`() {
        var finding = Finding(
            check: "a.b", severity: .info, object: "o", detail: "d", fix: "DROP INDEX CONCURRENTLY i;")
        finding.remedy = Remedy(undo: "CREATE INDEX i ON t (a);")
        #expect(finding.withRemedy.remedy?.undo == "CREATE INDEX i ON t (a);")
        #expect(finding.withRemedy.remedy?.lock == "SHARE UPDATE EXCLUSIVE")
        #expect(finding.withRemedy.withRemedy == finding.withRemedy)
        finding.fix = nil
        finding.remedy = nil
        #expect(finding.withRemedy.remedy == nil && Remedy(fix: " \n") == nil)
    }
}
