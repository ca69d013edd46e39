import RSSModel
import Testing

@testable import RSSAnalyze

/// What is read of a text before the server sees it.
@Suite struct StatementShapeTests {
    private func refusal(_ text: String) -> String? {
        do {
            _ = try StatementShape(text)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `a parameter where the grammar takes a constant alone is written as a cast`() throws {
        #expect(try StatementShape("SELECT interval $1").sql == "SELECT $1::interval")
        #expect(
            try StatementShape("SELECT timestamp with time zone $2, x AT TIME ZONE $1 FROM t").sql
                == "SELECT $2::timestamp with time zone, x AT TIME ZONE $1 FROM t")
        #expect(
            try StatementShape("SELECT extract($1 FROM placed) FROM t WHERE d = date $2 ;\n").sql
                == "SELECT extract(day FROM placed) FROM t WHERE d = $2::date")
    }

    @Test func `values are put in place of parameters, not of what looks like one`() throws {
        let shape = try StatementShape("SELECT '$1', \"$1\" FROM t WHERE a = $1 AND b = $12 -- $1\n")
        #expect(shape.parameterCount == 12)
        #expect(
            shape.substituting([1: "(1)", 12: "('x''y'::text)"])
                == "SELECT '$1', \"$1\" FROM t WHERE a = (1) AND b = ('x''y'::text)")
    }

    @Test func `what a parameter is for is known`() throws {
        let shape = try StatementShape(
            "SELECT date_trunc($1, a AT TIME ZONE $2) FROM t ORDER BY a LIMIT $3 OFFSET $4")
        #expect(shape.units == [1] && shape.zones == [2] && shape.limits == [3] && shape.offsets == [4])
        #expect(try StatementShape("SELECT a FROM t FETCH FIRST $1 ROWS ONLY").limits == [1])
    }

    @Test func `statements that are not one query are refused`() {
        #expect(refusal("SELECT 1; DROP TABLE t") == "its text is more than one statement")
        // Read with standard_conforming_strings off it is one statement, here it is several.
        #expect(refusal("SELECT '\\'; DROP TABLE t; --'") == "its text is more than one statement")
        #expect(refusal("INSERT INTO t VALUES ($1)") == "INSERT and MERGE are not explained")
        #expect(refusal("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x") == "INSERT and MERGE are not explained")
        #expect(refusal("WITH x AS (INSERT INTO t VALUES (1)) SELECT 1") == "INSERT and MERGE are not explained")
        #expect(refusal("UPDATE t SET a = DEFAULT WHERE b = $1") == "an UPDATE to DEFAULT is not explained")
        #expect(refusal("TRUNCATE t") == "a statement that begins with TRUNCATE is not explained")
        #expect(refusal("SELECT 'a") == "its text is not complete")
        #expect(refusal("  -- nothing\n") == "its text is empty")
        #expect(refusal("SELECT U&\"\\0061\"") == "it has an identifier with Unicode escapes")
        #expect(
            refusal("SELECT \(String(repeating: "a", count: 64))()") == "it has an identifier of more than 63 bytes")
        #expect(refusal("WITH x AS (SELECT 1) UPDATE t SET a = $1") == nil)
        #expect(refusal("(SELECT 1) UNION (SELECT 2)") == nil)
    }

    @Test func `every name and operator is noted as the server reads it`() throws {
        let shape = try StatementShape(
            "SELECT App.Check(a), \"B\"\"x\" /* hidden() */, c::mallory.t FROM t WHERE a <-> $1 OPERATOR(x.@@) b AND d '1'"
        )
        #expect(shape.names.isSuperset(of: ["app", "check", "B\"x", "mallory", "t", "x", "d"]))
        #expect(!shape.names.contains("hidden"))
        #expect(shape.called == ["check", "operator"])
        #expect(shape.casts.isSuperset(of: ["mallory", "t", "d"]))
        #expect(shape.operators.isSuperset(of: ["<->", "@@", "~~", "="]))
    }

    @Test func `constants in equal places are one again`() throws {
        let shape = try StatementShape(
            "SELECT date_trunc($1, placed) AS x, count(*) FROM t WHERE a = $2 GROUP BY date_trunc($3, placed)")
        #expect(
            shape.withEqualConstants()?.sql
                == "SELECT date_trunc($1, placed) AS x, count(*) FROM t WHERE a = $2 GROUP BY date_trunc($1, placed)")
        #expect(try StatementShape("SELECT a FROM t WHERE b = $1").withEqualConstants() == nil)
    }
}

/// What is read of the conditions of plans.
@Suite struct ConditionReaderTests {
    private func words(_ text: String) -> [String] {
        ConditionReader.predicates(text).map {
            "\($0.alias).\($0.sql) \($0.operation)\($0.parameters.isEmpty ? "" : " \($0.parameters)")\($0.spans.isEmpty ? "" : " spans \($0.spans)")\($0.joins ? " joins" : "")\($0.isAlternative ? " or" : "")"
        }
    }

    @Test func `comparisons are read as the server prints them`() {
        #expect(
            words("((v_1.d >= $2) AND (v_1.d <= $3) AND ((v_1.status)::text = $1))")
                == ["v_1.d greater [2]", "v_1.d less [3]", "v_1.status equal [1]"])
        #expect(words("(o.customer_id = ANY ($6))") == ["o.customer_id any [6]"])
        #expect(
            words("((o.sku)::text = ANY (ARRAY[$1, $2]))") == ["o.sku any [1, 2]"])
        #expect(
            words("((o.done) AND (NOT o.hidden) AND (o.closed_at IS NULL) AND (o.\"Name\" IS NOT NULL))")
                == ["o.done isTrue", "o.hidden isFalse", "o.closed_at isNull", "o.\"Name\" isNotNull"])
        #expect(words("(h.visit_id = v.id)") == ["h.visit_id equal joins", "v.id equal joins"])
        #expect(words("(o.placed > (now() - $1))") == ["o.placed greater spans [1]"])
        #expect(words("((o.a = $1) OR (o.b = $2))") == ["o.a equal [1] or", "o.b equal [2] or"])
        #expect(words("(lower((o.email)::text) = $1)") == ["o.(lower((email)::text)) equal [1]"])
        #expect(words("(o.a = o.b)") == ["o.a other", "o.b other"])
        #expect(words("(o.note ~~* $1)") == ["o.note other [1]"])
        #expect(words("($2 > o.a)") == ["o.a less [2]"])
    }

    @Test func `keys are read with their order`() {
        let key = ConditionReader.key("o.placed DESC NULLS LAST")
        #expect(key == PlanKey(alias: "o", column: "placed", sql: "placed", order: " DESC NULLS LAST"))
        #expect(ConditionReader.key("(date_trunc('day'::text, o.placed))")?.sql == "(date_trunc('day'::text, placed))")
        #expect(ConditionReader.key("(count(*))") == nil)
    }
}

/// Values that are taken of statistics.
@Suite struct ColumnStatisticsTests {
    private let skewed = ColumnStatistics(
        type: "text", nullFraction: 0, distinct: 4, width: 8, commonValues: ["done", "open", "failed", "lost"],
        commonFractions: [0.9, 0.06, 0.03, 0.01], histogram: [])
    private let numbers = ColumnStatistics(
        type: "integer", nullFraction: 0, distinct: -1, width: 4, commonValues: [], commonFractions: [],
        histogram: (0...100).map(String.init))

    @Test func `a typical value is one as frequent as the average, a rare one the least frequent`() {
        #expect(skewed.value(.typical, 0) == "done")
        #expect(skewed.value(.common, 0) == "done" && skewed.value(.rare, 0) == "lost")
        #expect(numbers.value(.typical, 0) == "50" && numbers.value(.typical, 1) == "49")
        #expect(Set((0..<5).map { numbers.value(.rare, $0) }).count == 5)
    }

    @Test func `an open range holds a third of the rows, one with both ends a hundredth`() {
        #expect(numbers.bound(.typical, isLower: true, isPaired: false) == "66")
        #expect(numbers.bound(.typical, isLower: false, isPaired: false) == "33")
        #expect(numbers.bound(.typical, isLower: true, isPaired: true) == "50")
        #expect(numbers.bound(.typical, isLower: false, isPaired: true) == "51")
        #expect(numbers.bound(.narrow, isLower: true, isPaired: false) == "99")
    }
}
