import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct DumpFilterTests {
    private func filtered(_ text: String) -> String {
        var filter = DumpFilter()
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { filter.next(Array($0.utf8)) }
            .map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
    }

    private let dump = """
        --
        -- PostgreSQL database dump
        --

        \\restrict A1b2

        -- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
        -- Dumped by pg_dump version 17.1

        SET statement_timeout = 0;
        SET transaction_timeout = 0;
        SET client_encoding = 'UTF8';
        SELECT pg_catalog.set_config('search_path', '', false);

        --
        -- Name: f(); Type: FUNCTION; Schema: public; Owner: rss
        --

        CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$
        -- Dumped from database version 1
        \\unrestrict other
        SET statement_timeout = 0;
        --
        -- PostgreSQL database dump complete
        --

        SELECT 'x' $$;


        --
        -- PostgreSQL database dump complete
        --

        \\unrestrict A1b2

        """

    @Test func `a constraint is written as it is once it was loaded, and the same words in a function stay`() {
        let before =
            "    CONSTRAINT c CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))"
        let after =
            "    CONSTRAINT c CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"
        let head = "-- Name: t; Type: TABLE\n"
        #expect(filtered("\(head)\(before)\n").contains("\n\(after)\n"))
        #expect(filtered("\(head)\(after)\n").contains("\n\(after)\n"))
        let body = "CREATE FUNCTION f() RETURNS text\n    LANGUAGE sql\n    AS $_$\n\(before)\n$_$;\n"
        #expect(filtered(head + body + before + "\n").hasSuffix("\(body)\(after)\n"))
    }

    @Test func `what differs from run to run goes, and the same words in a function stay`() {
        #expect(
            filtered(dump) == """
                SET client_encoding = 'UTF8';
                SELECT pg_catalog.set_config('search_path', '', false);

                --
                -- Name: f(); Type: FUNCTION; Schema: public; Owner: rss
                --

                CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$
                -- Dumped from database version 1
                \\unrestrict other
                SET statement_timeout = 0;
                --
                -- PostgreSQL database dump complete
                --

                SELECT 'x' $$;

                """)
    }

    @Test func `options of columns that are the server's own go where pg_dump writes them, and stay in a function`() {
        let text = """
            --
            -- Name: t; Type: TABLE; Schema: public; Owner: rss
            --

            CREATE TABLE public.t (
                id integer
            );
            ALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=43163912);
            ALTER TABLE ONLY public.t ALTER COLUMN "SET (pg_x" SET (n_distinct=5, pg_attver=4, n_distinct_inherited=-0.5);
            ALTER TABLE ONLY public.t ALTER COLUMN n SET (n_distinct=7);

            --
            -- Name: g(); Type: FUNCTION; Schema: public; Owner: rss
            --

            CREATE FUNCTION public.g() RETURNS text LANGUAGE sql AS $$ SELECT '
            ALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=43163912);
            ' $$;
            """
        let left = filtered(text)
        #expect(left.components(separatedBy: "pg_attver").count == 2)
        #expect(left.contains("ALTER COLUMN \"SET (pg_x\" SET (n_distinct=5, n_distinct_inherited=-0.5);\n"))
        #expect(left.contains("ALTER COLUMN n SET (n_distinct=7);\n"))
        #expect(left.contains("SELECT '\nALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=43163912);\n"))
    }

    @Test func `a dump of an older minor version, without keys, is filtered alike`() {
        let older = dump.replacing("\\restrict A1b2\n\n", with: "").replacing("\\unrestrict A1b2\n", with: "")
        #expect(filtered(older) == filtered(dump))
    }
}

@Suite struct StructureDumpTests {
    @Test func `a dump is the same bytes each time, and loads into a database with the same fingerprint`() async throws
    {
        let connection = try await PostgresConnection.connect(try await Specimen.options)
        let dump = try await StructureDump(connection)
        let text = try await dump.text()
        let again = try await dump.text()
        #expect(text == again)
        #expect(!text.contains("restrict ") && !text.contains("Dumped") && !text.contains("rssctl."))
        let expected = try await SchemaFingerprint.read(connection)
        await connection.close()
        try await withConnection { copy in
            try await copy.executeScript(text)
            let actual = try await SchemaFingerprint.read(copy)
            #expect(SchemaDifference(expected: expected, actual: actual).entries == [])
        }
    }

    @Test func `a file is written as a whole, replaces the one before, and an unwritable one fails`() async throws {
        try await withConnection(migrated: true) { connection in
            let dump = try await StructureDump(connection)
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dump-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try "old".write(toFile: "\(folder)/a.sql", atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link.sql", withDestinationPath: "a.sql")
            let summary = try await dump.write(toFile: "\(folder)/link.sql")
            let text = try String(contentsOfFile: "\(folder)/a.sql", encoding: .utf8)
            let expected = try await dump.text()
            #expect(
                text == expected && summary.bytes == text.utf8.count && summary.lines == text.utf8.count { $0 == 10 })
            await #expect(throws: StructureError.self) { try await dump.write(toFile: "\(folder)/none/a.sql") }
            await #expect(throws: StructureError.self) { try await dump.write(toFile: folder) }
            let nowhere = try await dump.write(toFile: "/dev/null")
            #expect(nowhere == summary)
            var status = stat()
            #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
            await #expect(throws: StructureError.self) { try await dump.write(toFile: "/dev/full") }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(left == ["a.sql", "link.sql"])
        }
    }

    @Test func `a pg_dump that is missing, older than the server or broken is reported, and a newer one is used`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("programs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func program(_ name: String, _ words: String) throws -> String {
            let path = "\(folder)/\(name)"
            let made = FileManager.default.createFile(
                atPath: path, contents: Data("#!/bin/sh\n\(words)\n".utf8), attributes: [.posixPermissions: 0o755])
            #expect(made)
            return path
        }
        let old = try program("old", "echo 'pg_dump (PostgreSQL) 14.3 (Debian 14.3-1)'")
        let new = try program("new", "echo 'pg_dump (PostgreSQL) 17beta1'")
        let broken = try program("broken", "exit 1")
        await #expect(throws: StructureError.dumpProgramMissing) {
            try await DumpProgram.find(serverMajor: 15, candidates: ["\(folder)/none", broken])
        }
        await #expect(throws: StructureError.dumpProgramTooOld(path: old, version: 14, server: 15)) {
            try await DumpProgram.find(serverMajor: 15, candidates: [broken, old])
        }
        let found = try await DumpProgram.find(serverMajor: 15, candidates: [old, new])
        #expect(found == DumpProgram(path: new, version: 17))
    }

    @Test func `a role that may not read every table gets pg_dump's own words`() async throws {
        try await withDatabase(migrated: true) { options in
            let admin = try await PostgresConnection.connect(options)
            let role = "dump_\(UInt32.random(in: 0...UInt32.max))"
            try await admin.execute("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
            var weak = options
            weak.keywords["user"] = role
            weak.keywords["password"] = "x"
            let connection = try await PostgresConnection.connect(weak)
            let error = await #expect(throws: StructureError.self) { try await StructureDump(connection).text() }
            guard case .dumpFailed(let words) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(words.contains("permission denied"))
            await connection.close()
            try await admin.execute("DROP ROLE \(role)")
            await admin.close()
        }
    }
}
