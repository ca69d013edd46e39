import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct DirectiveTests {
    private func parse(_ comment: String) throws -> Directive? {
        let statements = try Splitter(Array("\(comment)\nSELECT 1".utf8)).statements()
        return try Directive.parse(try #require(statements.first?.comments.first))
    }

    @Test func `each directive is read`() throws {
        #expect(try parse("-- rssctl:transaction none") == .transaction(.none))
        #expect(try parse("--rssctl:transaction file") == .transaction(.file))
        #expect(
            try parse("-- rssctl:allow drop-table nobody  reads it")
                == .allow(rule: "drop-table", reason: "nobody reads it"))
        #expect(try parse("/* rssctl:allow-file r why */") == .allowFile(rule: "r", reason: "why"))
        #expect(
            try parse("-- rssctl:backfill batch=1000 key=ID pause=100ms")
                == .backfill(.init(batch: 1000, key: "id", pause: .milliseconds(100))))
        #expect(try parse("-- rssctl:backfill key=\"Id\" batch=1") == .backfill(.init(batch: 1, key: "Id")))
        #expect(try parse("-- rssctl:replace") == .replace)
        #expect(try parse("-- about rssctl:replace") == nil)
    }

    @Test(arguments: [
        ("-- rssctl:alow x y", DirectiveError.Problem.unknown("alow")), ("-- rssctl:", .unknown("")),
        ("-- rssctl: replace", .unknown("replace")), ("-- rssctl:transaction", .transactionMode),
        ("-- rssctl:transaction maybe", .transactionMode), ("-- rssctl:allow drop-table", .reasonMissing),
        ("-- rssctl:backfill batch=0 key=id", .backfill), ("-- rssctl:backfill batch=10", .backfill),
        ("-- rssctl:backfill batch=10 key=id pause=1", .backfill),
        ("-- rssctl:backfill batch=10 key=id rows=1", .surplus("rows=1")), ("-- rssctl:replace it", .surplus("it")),
    ])
    func `a malformed one is an error with its place`(comment: String, problem: DirectiveError.Problem) throws {
        let error = #expect(throws: DirectiveError.self) { try parse(comment) }
        #expect(error == DirectiveError(problem, at: ScriptPosition(line: 1, column: 1)))
        #expect(error?.message.isEmpty == false && error?.hint.isEmpty == false)
    }
}
