import Foundation
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

private func table(_ name: String, _ definition: String) -> SchemaObject {
    SchemaObject(kind: .table, identity: "public.\(name)", definition: definition)
}

private func fingerprint(_ objects: SchemaObject...) -> SchemaFingerprint {
    SchemaFingerprint(objects, serverMajor: 15)
}

@Suite struct SchemaDifferenceTests {
    @Test func `what was added, is missing or has changed is reported with both definitions`() {
        let expected = fingerprint(table("a", "x"), table("b", "id integer\nname text\nOWNER me"), table("c", "same"))
        let actual = fingerprint(
            table("d", "new"), table("c", "same"), table("b", "id bigint\nname text\nage int\nOWNER me"))
        let entries = SchemaDifference(expected: expected, actual: actual).entries
        #expect(entries.map(\.identity) == ["public.a", "public.b", "public.d"])
        #expect(entries.map(\.state) == [.missing, .changed, .added])
        #expect(entries.map(\.before) == ["x", "id integer\nname text\nOWNER me", nil])
        #expect(entries.map(\.after) == [nil, "id bigint\nname text\nage int\nOWNER me", "new"])
        #expect(entries[0].lines == ["- x"])
        #expect(entries[1].lines == ["- id integer", "+ id bigint", "+ age int"])
        #expect(entries[2].lines == ["+ new"])
    }

    @Test func `equal schemas have no difference, in whatever order they were read`() {
        let one = fingerprint(table("a", "x"), table("B", "y"), table("ä", "z"))
        let other = fingerprint(table("ä", "z"), table("B", "y"), table("a", "x"))
        #expect(one == other && one.digest == other.digest)
        #expect(one.objects.map(\.identity) == ["public.B", "public.a", "public.ä"])
        #expect(SchemaDifference(expected: one, actual: other).isEmpty)
    }

    @Test func `objects of one name and several kinds are distinguished`() {
        let comment = SchemaObject(kind: .comment, identity: "public.a", definition: "x")
        let difference = SchemaDifference(expected: fingerprint(table("a", "x")), actual: fingerprint(comment))
        #expect(difference.entries.map(\.kind) == [.comment, .table])
        #expect(difference.entries.map(\.state) == [.added, .missing])
    }

    @Test func `an empty definition and none are not the same`() {
        let difference = SchemaDifference(expected: fingerprint(), actual: fingerprint(table("a", "")))
        #expect(difference.entries.map(\.state) == [.added] && difference.entries[0].lines.isEmpty)
    }

    @Test func `lines that end like those of Windows are lines`() {
        let difference = SchemaDifference(
            expected: fingerprint(table("a", "1\r\n2\r\n3")), actual: fingerprint(table("a", "1\r\n4\r\n3")))
        #expect(difference.entries.map(\.lines) == [["- 2\r", "+ 4\r"]])
    }

    @Test func `the digest depends on where one text ends and the next begins`() {
        #expect(fingerprint(table("a", "bc")).digest != fingerprint(table("ab", "c")).digest)
    }

    @Test func `a fingerprint that is written and read again is the same one`() throws {
        let one = fingerprint(
            table("a", "x\n'ä' \u{1F600} \\ \""), SchemaObject(kind: .eventTrigger, identity: "e", definition: ""))
        let again = try JSONDecoder().decode(SchemaFingerprint.self, from: JSONEncoder().encode(one))
        #expect(again == one)
    }

    @Test func `fingerprints of another format or server version are not comparable`() {
        let one = fingerprint()
        #expect(one.isComparable(to: SchemaFingerprint([], serverMajor: 15)))
        #expect(!one.isComparable(to: SchemaFingerprint([], serverMajor: 16)))
        #expect(!one.isComparable(to: SchemaFingerprint([], serverMajor: 15, format: 0)))
    }
}

@Suite struct ExpressionTextTests {
    @Test(arguments: [
        (
            "CHECK ((s = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            "CHECK ((s = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"
        ),
        ("(ARRAY[1, 2])::bigint[]", "ARRAY[(1)::bigint, (2)::bigint]"),
        (
            "(ARRAY['a, ]'::text, f(x, 'y''z')])::x.\"T y\"[] OR z",
            "ARRAY[('a, ]'::text)::x.\"T y\", (f(x, 'y''z'))::x.\"T y\"] OR z"
        ),
        ("((ARRAY[(ARRAY[1])::a[], b])::c[])", "(ARRAY[(ARRAY[(1)::a])::c, (b)::c])"),
    ])
    func `a cast of an array moves to its elements`(text: String, canonical: String) {
        #expect(ExpressionText.canonical(text) == canonical)
        #expect(ExpressionText.canonical(canonical) == canonical)
    }

    @Test(arguments: [
        "", "(ARRAY[", "(ARRAY[1", "(ARRAY[1])", "(ARRAY[1])::int", "(ARRAY[1] || b)::text[]", "'(ARRAY[1])::text[]'",
        "\"(ARRAY[1])::text[]\"", "ARRAY[1, 2]::int[]", "'unclosed (ARRAY[1])::text[]", "(ARRAY[1])::numeric(10,2)[]",
    ])
    func `other texts stay as they are`(text: String) { #expect(ExpressionText.canonical(text) == text) }
}
