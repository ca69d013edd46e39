import SQLScript
import Testing

/// The statements of a script.
func split(_ script: String) throws -> [String] { try Splitter(Array(script.utf8)).statements().map(\.text) }

@Suite struct SplitterTests {
    @Test(arguments: [
        "SELECT 'a;b'", "SELECT E'a\\';b'", "SELECT U&'d\\0061;t'", "SELECT B'01', X'1F', N'n;'", "SELECT \"a;b\"",
        "SELECT \"a\"\"b;\"", "SELECT U&\"d;\"", "SELECT 'it''s;'", "SELECT $$a;b$$", "SELECT $x$a;$$;$y$;$x$",
        "SELECT /* a; /* nested; */ still; */ 1", "SELECT 1 -- not; here\n + 1", "SELECT E'a'\n  '\\';'",
        "SELECT E'a' -- c\n '\\';'", "SELECT a$b$c FROM t", "SELECT $1 + $2", "SELECT (1;2)", "SELECT '\\'",
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 5 /* */ * -1", "SELECT 1 / 2",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end FROM t; SELECT 1; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT 1 AS \"end\", t.case FROM t; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 end; SELECT CASE WHEN t.begin THEN 1 END; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 /* a /* b; */ */; /*/ ; */ */ SELECT 2; END",
        "CREATE FUNCTION f(\"begin atomic\" int) RETURNS int LANGUAGE sql AS $$SELECT 1; SELECT 2$$",
        "CREATE FUNCTION fn_atomic() RETURNS int LANGUAGE sql /* BEGIN ATOMIC */ RETURN 1",
        "CREATE FUNCTION begin_atomic(\"end\" int) RETURNS int RETURN 1", "SELECT é$x$ FROM t",
    ])
    func `a semicolon inside something ends nothing`(statement: String) throws {
        #expect(try split("\(statement); SELECT 2;") == [statement, "SELECT 2"])
    }

    @Test func `BEGIN and END outside a routine are statements of their own`() throws {
        #expect(
            try split("BEGIN; SELECT 1; END; CREATE TABLE atomic (x int); SELECT 1") == [
                "BEGIN", "SELECT 1", "END", "CREATE TABLE atomic (x int)", "SELECT 1",
            ])
    }

    @Test(arguments: ["", "  \n\t", ";;;", "-- nothing\n/* at all */", "\u{FEFF}"])
    func `a script without statements has none`(script: String) throws {
        #expect(try split(script).isEmpty)
    }

    @Test func `lines and columns count from 1, in characters, over all line ends`() throws {
        let statements = try Splitter(Array("\u{FEFF}SELECT 'ä😀'; SELECT 2;\r\n  SELECT 3;\rSELECT\n4".utf8))
            .statements()
        #expect(
            statements.map(\.position) == [
                ScriptPosition(line: 1, column: 1), ScriptPosition(line: 1, column: 14),
                ScriptPosition(line: 2, column: 3),
                ScriptPosition(line: 3, column: 1),
            ])
    }

    @Test func `a statement knows the comments before it`() throws {
        let statements = try Splitter(Array("-- one\n/* two */ SELECT 1 -- in\n; --three\nSELECT 2".utf8)).statements()
        #expect(statements.map { $0.comments.map(\.text) } == [["one", "two"], ["three"]])
        #expect(statements[1].comments[0].position == ScriptPosition(line: 3, column: 3))
    }

    @Test func `the normalized form leaves out comments and white space, and keeps strings`() throws {
        let statement = try #require(
            try Splitter(Array("SELECT  1,\n -- c\n 'a  b' /* x */ FROM t".utf8)).statements().first)
        #expect(statement.normalized == "SELECT 1 , 'a  b' FROM t")
    }

    @Test(arguments: [
        ("SELECT 1;\nSELECT 'a", ScriptError.Problem.unterminated("string"), 2, 8),
        ("SELECT \"a", .unterminated("quoted identifier"), 1, 8), ("/* /* */", .unterminated("comment"), 1, 1),
        ("SELECT $x$ $$", .unterminated("dollar-quoted string $x$"), 1, 8),
        ("SELECT (1;\n SELECT 2;", .unclosedParenthesis, 1, 8), ("SELECT 1)", .unopenedParenthesis, 1, 9),
        ("SELECT 1;\r\n\\i other.sql", .metaCommand("\\i"), 2, 1), ("SELECT 1 \\gexec", .metaCommand("\\gexec"), 1, 10),
        ("COPY t FROM stdin;\n\\.\n", .metaCommand("\\."), 2, 1), ("SELECT 'ä\u{0}'; SELECT \u{0}", .nulByte, 1, 21),
    ])
    func `what is not a script is refused at its place`(
        script: String, problem: ScriptError.Problem, line: Int, column: Int
    ) throws {
        #expect(throws: ScriptError(problem, at: ScriptPosition(line: line, column: column))) { try split(script) }
    }

    @Test func `text that is not UTF-8 is refused at its place`() throws {
        #expect(throws: ScriptError(.notUTF8, at: ScriptPosition(line: 2, column: 3))) {
            try Splitter(Array("SELECT 1;\n--".utf8) + [0xE4, 0x20])
        }
    }

    /// Every statement put between others comes out as it went in, whatever is beside it.
    @Test func `scripts put together from pieces come apart into the same pieces`() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "SELECT 1", "SELECT ';'", "SELECT $a$;$a$", "SELECT (1;1)", "SELECT E'\\';'", "SELECT \";\"", "END",
            "BEGIN",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END", "SELECT CASE WHEN x THEN 1 END",
        ]
        let gaps = ["", " ", "\n", "\r\n", "-- ;'\n", "/* ' ; /* $$ */ */", "\t"]
        for _ in 0..<2000 {
            let chosen = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            let script = chosen.map {
                (gaps.randomElement(using: &random) ?? "") + $0 + (gaps.randomElement(using: &random) ?? "")
            }
            .joined(separator: ";")
            #expect(try split(script) == chosen, "\(script)")
        }
    }
}
