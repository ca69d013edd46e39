import Foundation
import PostgresClient
import Testing
import TestSupport

@Suite struct CopyTests {
    @Test func `rows go in as text and come out the same`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int, name text)")
            let count = try await connection.copyIn("COPY t FROM STDIN") { writer in
                for start in stride(from: 0, to: 100_000, by: 1000) {
                    let lines = (start..<start + 1000).map { "\($0)\tname \($0)\n" }.joined()
                    try await writer.write(Array(lines.utf8))
                }
            }
            #expect(count == 100_000)
            var bytes = 0
            let out = try await connection.copyOut("COPY t TO STDOUT") { bytes += $0.count }
            #expect(out == 100_000)
            let expected = try await connection.query("SELECT sum(length(id::text) + length(name) + 2) FROM t").first?
                .decode(Int.self, at: 0)
            #expect(bytes == expected)
        }
    }

    @Test func `every type goes in by the binary format`() async throws {
        try await withConnection { connection in
            try await connection.execute(
                """
                CREATE TABLE t (a int2, b int4, c int8, d float8, e bool, f text, g bytea, h uuid, i date, j timestamptz,
                                k inet, l inet, m macaddr, n jsonb, o numeric, p numeric, q numeric, r numeric, s text)
                """)
            let id = UUID()
            let moment = Date(timeIntervalSince1970: -12345.678901)
            var encoder = BinaryCopyEncoder(fieldsPerRow: 19)
            encoder.beginRow()
            encoder.int2(-7)
            encoder.int4(.min)
            encoder.int8(.max)
            encoder.float8(-0.5)
            encoder.bool(true)
            encoder.text("tab\tand\nnewline €")
            encoder.bytes([0, 1, 255])
            encoder.uuid(id)
            encoder.date(try #require(CalendarDate("1999-12-31")))
            encoder.timestamptz(moment)
            encoder.inet(try #require(InetAddress("10.1.2.3/8")))
            encoder.inet(try #require(InetAddress("fe80::1")))
            encoder.macaddr(try #require(MACAddress("08-00-2b-01-02-03")))
            encoder.jsonb("{\"k\": [1, 2]}")
            encoder.numeric(unscaled: -1_234_567, scale: 3)
            encoder.numeric(unscaled: 0, scale: 2)
            encoder.numeric(unscaled: 5, scale: 4)
            encoder.numeric(unscaled: 100_000_000, scale: 0)
            encoder.null()
            let bytes = encoder.finish()
            #expect(try await connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { try await $0.write(bytes) } == 1)
            let row = try #require(try await connection.query("SELECT * FROM t").first)
            let texts = (0..<19).map { row.text(at: $0) }
            #expect(
                texts == [
                    "-7", "-2147483648", "9223372036854775807", "-0.5", "t", "tab\tand\nnewline €", "\\x0001ff",
                    id.uuidString.lowercased(), "1999-12-31", "1969-12-31 20:34:14.321099+00", "10.1.2.3/8", "fe80::1",
                    "08:00:2b:01:02:03", "{\"k\": [1, 2]}", "-1234.567", "0.00", "0.0005", "100000000", nil,
                ])
        }
    }

    @Test func `a bad row undoes the whole COPY and names its line`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int)")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY t FROM STDIN") { try await $0.write(Array("1\n2\nx\n".utf8)) }
            }
            #expect(error?.sqlState == .invalidTextRepresentation)
            #expect(error?.context?.contains("line 3") == true)
            #expect(try await connection.query("SELECT * FROM t").isEmpty)
        }
    }

    @Test func `an error of the writer undoes the COPY and keeps the session`() async throws {
        struct SourceFailed: Error {}
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int)")
            await #expect(throws: SourceFailed.self) {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    try await writer.write(Array("1\n".utf8))
                    throw SourceFailed()
                }
            }
            #expect(try await connection.query("SELECT * FROM t").isEmpty)
        }
    }

    @Test func `another call during a COPY is refused, not mixed in`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int)")
            let count = try await connection.copyIn("COPY t FROM STDIN") { writer in
                let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                #expect(error?.code == .connectionBusy)
                try await writer.write(Array("1\n".utf8))
            }
            #expect(count == 1)
        }
    }

    @Test func `cancelling a COPY out ends it on the server`() async throws {
        try await withConnection { connection in
            let task = Task {
                try await connection.copyOut(
                    "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000000)) TO STDOUT"
                ) { _ in
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test(arguments: [
        "COPY t FROM STDIN; DROP TABLE t", "COPY t FROM STDIN (ENCODING 'UTF8'); DROP TABLE t; --')",
        "COPY t FROM STDIN (NULL '\\'; DROP TABLE t; --')", "COPY t FROM STDIN (NULL $$\"$$); DROP TABLE t; --\"",
        "COPY t FROM STDIN /*\"*/; DROP TABLE t; --\"", "COPY t FROM STDIN -- \"\n; DROP TABLE t; --\"",
        "COPY \"t FROM STDIN",
    ])
    func `a COPY that could be more than one statement is refused before it is sent`(statement: String) async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int)")
            let error = await #expect(throws: PostgresError.self) { try await connection.copyIn(statement) { _ in } }
            #expect(error?.code == .unexpectedResult)
            #expect(try await connection.value("SELECT count(*) FROM t") == "0")
        }
    }

    @Test func `a COPY into a table with any name is one statement`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE \"t;\"\"--'$$\\\" (\"/*\" int)")
            let count = try await connection.copyIn(
                "COPY \"t;\"\"--'$$\\\" (\"/*\") FROM STDIN (FORMAT text, NULL 'n', ENCODING 'UTF8')"
            ) { try await $0.write(Array("1\n".utf8)) }
            #expect(count == 1)
        }
    }

    @Test func `a COPY sent as a query is an error, not a hang`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int)")
            for statement in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(statement) }
                #expect(error?.code == .unexpectedResult)
            }
            await #expect(throws: PostgresError.self) { try await connection.copyIn("SELECT 1") { _ in } }
            let answers = try await connection.answers()
            #expect(answers)
        }
    }
}
