import Testing

@testable import SQLScript

/// PL/pgSQL bodies are judged as the server judges them: each of these texts was given to PostgreSQL 15, with its answer.
@Suite struct PLpgSQLTests {
    private func error(_ statement: String) throws -> String? {
        guard case .tree(let tree)? = Parser.parse([statement]).first else {
            Issue.record("\(statement) is not a statement")
            return nil
        }
        return try #require(PLpgSQLRoutine(statement, tree), "\(statement)").error?.message
    }

    private static func function(_ head: String, _ body: String) -> String {
        "CREATE FUNCTION f\(head) LANGUAGE plpgsql AS $$\(body)$$"
    }

    private static let valid: [(head: String, body: String)] = [
        // RETURN NEXT without a value, where there are columns or output parameters.
        ("() RETURNS TABLE(a int)", "BEGIN a := 1; RETURN NEXT; END"),
        ("() RETURNS TABLE(a int, b text)", "BEGIN FOR a, b IN SELECT 1, 'x' LOOP RETURN NEXT; END LOOP; RETURN; END"),
        ("() RETURNS TABLE(a int)", "BEGIN IF true THEN RETURN NEXT; ELSE RETURN QUERY SELECT 2; END IF; END"),
        ("() RETURNS TABLE(a int)", "BEGIN RETURN QUERY EXECUTE 'SELECT $1' USING 1; RETURN; END"),
        ("(OUT a int, OUT b int) RETURNS SETOF record", "BEGIN a := 1; RETURN NEXT; RETURN QUERY SELECT 1, 2; END"),
        ("(INOUT a int) RETURNS SETOF int", "BEGIN return next /* more */ ; a := 2; RETURN\nNEXT; END"),
        ("(OUT a int) RETURNS SETOF int", "<<b>> BEGIN <<l>> LOOP RETURN NEXT; EXIT l; END LOOP; END b"),
        // RETURN without one, and with one.
        ("(OUT a int)", "BEGIN a := 1; RETURN; END"),
        ("(INOUT a int, INOUT b int)", "BEGIN RETURN; END"),
        ("() RETURNS SETOF int", "BEGIN RETURN NEXT 1; RETURN QUERY SELECT 2; RETURN; END"),
        (
            "() RETURNS SETOF t",
            "DECLARE r t%ROWTYPE; BEGIN FOR r IN SELECT * FROM t LOOP RETURN NEXT r; END LOOP; RETURN; END"
        ),
        ("() RETURNS void", "BEGIN RETURN; END"),
        ("() RETURNS int", "BEGIN RETURN (SELECT 1); EXCEPTION WHEN others THEN RETURN 2; END"),
        ("() RETURNS trigger", "BEGIN NEW.a := 1; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END"),
        ("() RETURNS event_trigger", "BEGIN RAISE NOTICE '%', tg_tag; RETURN; END"),
        ("() RETURNS record", "DECLARE r record; BEGIN r := ROW(1, 2); RETURN r; END"),
        // Fields, numbered parameters, cursors, collations: a catalog would be needed to know them.
        ("() RETURNS void", "DECLARE r record; BEGIN SELECT 1 AS a INTO r; r.a := 2; SELECT 3 INTO r.a; END"),
        ("(p t) RETURNS t", "BEGIN p.x := 1; p.y.z := 2; RETURN p; END"),
        ("() RETURNS TABLE(a int)", "DECLARE r public.t; BEGIN r.a := 1; a := r.a; RETURN NEXT; END"),
        ("(int, OUT int)", "BEGIN $2 := $1; END"),
        ("(c refcursor) RETURNS refcursor", "BEGIN OPEN c FOR SELECT 1; RETURN c; END"),
        ("(OUT c refcursor)", "BEGIN OPEN c FOR EXECUTE 'SELECT 1'; END"),
        (
            "() RETURNS int",
            "DECLARE c CURSOR (k int) FOR SELECT k; r record; n int; BEGIN OPEN c(2); FETCH c INTO n; MOVE NEXT FROM c; CLOSE c; FOR r IN c(1) LOOP n := r.k; END LOOP; RETURN n; END"
        ),
        (
            "() RETURNS text",
            "DECLARE x text COLLATE \"C\" := 'a'; y text COLLATE pg_catalog.\"C\"; BEGIN RETURN x; END"
        ),
    ]

    @Test(arguments: valid.indices)
    func `a body that the server accepts is accepted`(index: Int) throws {
        let (head, body) = Self.valid[index]
        let found = try error(Self.function(head, body))
        #expect(found == nil, "\(head): \(body)")
    }

    private static let invalid: [(head: String, body: String, message: String)] = [
        ("() RETURNS SETOF int", "BEGIN RETURN NEXT; END", "missing expression at or near \";\""),
        ("() RETURNS SETOF int", "BEGIN RETURN 1; END", "RETURN cannot have a parameter in function returning set"),
        (
            "() RETURNS TABLE(a int)", "BEGIN RETURN NEXT a; END",
            "RETURN NEXT cannot have a parameter in function with OUT parameters"
        ),
        ("() RETURNS TABLE(a int)", "BEGIN RETURN a; END", "RETURN cannot have a parameter in function returning set"),
        ("(OUT a int)", "BEGIN RETURN 1; END", "RETURN cannot have a parameter in function with OUT parameters"),
        ("(OUT a int)", "BEGIN RETURN NEXT; END", "cannot use RETURN NEXT in a non-SETOF function"),
        ("() RETURNS void", "BEGIN RETURN 1; END", "RETURN cannot have a parameter in function returning void"),
        (
            "() RETURNS event_trigger", "BEGIN RETURN NULL; END",
            "RETURN cannot have a parameter in function returning void"
        ),
        ("() RETURNS int", "BEGIN RETURN; END", "missing expression at or near \";\""),
        ("() RETURNS trigger", "BEGIN RETURN; END", "missing expression at or near \";\""),
        ("() RETURNS int", "BEGIN RETURN QUERY SELECT 1; END", "cannot use RETURN QUERY in a non-SETOF function"),
        // What follows is read to its end, although what stands before it is only half understood.
        ("() RETURNS TABLE(a int)", "BEGIN a := 1; RETURN NEXT; SELEC 1; END", "syntax error at or near \"SELEC\""),
        ("() RETURNS TABLE(a int)", "BEGIN RETURN NEXT END", "syntax error at or near \"END\""),
        ("() RETURNS void", "DECLARE r record; BEGIN r.a := 1; IF true THEN NULL; END", "syntax error"),
        ("() RETURNS void", "BEGIN nobody.a := 1; END", "\"nobody.a\" is not a known variable"),
        ("(int) RETURNS void", "BEGIN $2 := 1; END", "\"$2\" is not a known variable"),
        ("(c refcursor) RETURNS void", "BEGIN OPEN c FOR SELECT 1; RETRUN; END", "syntax error"),
    ]

    @Test(arguments: invalid.indices)
    func `a body that the server refuses is refused, in its words`(index: Int) throws {
        let (head, body, message) = Self.invalid[index]
        let found = try error(Self.function(head, body))
        #expect(found?.hasPrefix(message) == true, "\(head): \(body): \(found ?? "accepted")")
    }

    @Test func `procedures and blocks have rules of their own`() throws {
        for body in ["BEGIN COMMIT; RETURN; END", "BEGIN ROLLBACK AND CHAIN; END"] {
            #expect(try error("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$\(body)$$") == nil)
            #expect(try error("DO $$\(body)$$") == nil)
        }
        #expect(try error("CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$BEGIN a := 1; RETURN; END$$") == nil)
        #expect(
            try error("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$")
                == "RETURN cannot have a parameter in a procedure")
        #expect(
            try error("CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$")
                == "RETURN cannot have a parameter in function with OUT parameters")
        #expect(
            try error("DO $$BEGIN RETURN 1; END$$") == "RETURN cannot have a parameter in function returning void")
        #expect(try error("DO LANGUAGE plpgsql 'BEGIN PERFROM 1; END'")?.hasPrefix("syntax error") == true)
    }

    @Test func `a body is read in whatever way it is quoted`() throws {
        let head = "CREATE OR REPLACE FUNCTION s.f() RETURNS TABLE(a text)"
        for text in [
            "\(head) LANGUAGE plpgsql AS 'BEGIN a := ''it''''s''; RETURN NEXT; END'",
            "\(head) LANGUAGE plpgsql AS E'BEGIN a := \\'x\\';\\n RETURN NEXT; END'",
            "\(head) AS $rssctl$BEGIN a := '$$'; RETURN NEXT; END$rssctl$ LANGUAGE 'plpgsql' STABLE",
            "\(head) LANGUAGE PLPGSQL SET search_path = 'a', 'b' AS $q$BEGIN -- RETURN 1;\nRETURN NEXT; END$q$",
        ] { #expect(try error(text) == nil, "\(text)") }
        guard case .tree(let tree)? = Parser.parse(["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"]).first
        else { return #expect(Bool(false)) }
        #expect(PLpgSQLRoutine("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", tree) == nil)
    }
}
