import SQLScript
import Testing

@Suite struct ParserTests {
    @Test func `a statement becomes PostgreSQL's own tree`() throws {
        guard case .tree(let tree) = Parser.parse(["CREATE INDEX CONCURRENTLY i ON s.\"T é\" (a, lower(b))"])[0] else {
            Issue.record("no tree")
            return
        }
        let index = try #require(tree.as("IndexStmt"))
        #expect(index.flag("concurrent") && index.string("idxname") == "i")
        #expect(index["relation"]?.string("relname") == "T é" && index["relation"]?.string("schemaname") == "s")
        #expect(index.list("indexParams").count == 2)
    }

    @Test func `what the grammar refuses is reported with its place`() {
        #expect(
            Parser.parse(["SELECT FROM FROM t"])[0]
                == .refused(
                    GrammarError(message: "syntax error at or near \"FROM\"", character: 13)))
    }

    @Test func `an expression nested without end neither crashes nor stops the rest`() {
        let long = "SELECT " + String(repeating: "1+", count: 200_000) + "1"
        let nested = "SELECT " + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
        let huge = "SELECT '" + String(repeating: "x", count: Parser.longest) + "'"
        let outcomes = Parser.parse([long, nested, huge, "SELECT 1"])
        guard case .tree = outcomes[0], case .tree = outcomes[3] else {
            Issue.record("\(outcomes[3])")
            return
        }
        #expect(outcomes[2] == .tooLong)
    }

    @Test func `a body that PL/pgSQL cannot read is found`() {
        let good = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$"
        let bad = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETRUN 1; END $$"
        #expect(Parser.plpgsqlError(good) == nil)
        #expect(Parser.plpgsqlError(bad) != nil)
    }
}
