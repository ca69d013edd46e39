import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition

/// What differs between servers that count as the same.
@Suite struct ServerVersionTests {
    /// What PostgreSQL 15.20 and 17.12 write into the options of each column, on whatever server the tests run.
    private func countChanges(_ connection: PostgresConnection, from first: Int) async throws {
        try await connection.executeScript(
            """
            SET allow_system_table_mods = on;
            UPDATE pg_catalog.pg_attribute a SET attoptions = ARRAY['pg_attver=' || \(first) + a.attnum]
                || ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\\_%')
            FROM pg_catalog.pg_class c
            WHERE c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND a.attnum > 0;
            RESET allow_system_table_mods;
            """)
    }

    @Test func `options of columns that are the server's own are not part of a fingerprint or of a dump`() async throws
    {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                ALTER TABLE users ALTER COLUMN phone SET (n_distinct = 5);
                CREATE TYPE pair AS (x int, y text);
                CREATE MATERIALIZED VIEW names AS SELECT id, email FROM users;
                """)
            try await countChanges(connection, from: 1000)
            let fingerprint = try await SchemaFingerprint.read(connection)
            let text = try await StructureDump(connection).text()
            #expect(!text.contains("pg_attver") && text.contains("ALTER COLUMN phone SET (n_distinct=5);"))
            #expect(!fingerprint.objects.contains { $0.definition.contains("pg_attver") })
            #expect(fingerprint.objects.contains { $0.definition.contains("WITH (n_distinct=5)") })
            try await countChanges(connection, from: 7000)
            let again = try await SchemaFingerprint.read(connection)
            let dumped = try await StructureDump(connection).text()
            #expect(again == fingerprint && dumped == text)
            // An option of the user's is one.
            try await connection.executeScript(
                """
                SET allow_system_table_mods = on;
                UPDATE pg_catalog.pg_attribute SET attoptions = '{n_distinct=6,pg_attver=1}'
                WHERE attrelid = 'users'::regclass AND attname = 'phone';
                RESET allow_system_table_mods;
                """)
            let changed = try await SchemaFingerprint.read(connection)
            #expect(SchemaDifference(expected: fingerprint, actual: changed).entries.count == 1)
        }
    }

    @Test func `a conversion takes over the options of columns, and not the server's own`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE ev (id bigint PRIMARY KEY, d date NOT NULL, note text);
                ALTER TABLE ev ALTER COLUMN note SET (n_distinct = 7);
                INSERT INTO ev SELECT g, date '2026-01-01' + g % 50, 'x' FROM generate_series(1, 100) g;
                """)
            try await countChanges(connection, from: 1000)
            let request = ConversionRequest(
                table: RelationName(schema: "public", name: "ev"), column: "d", globalUnique: [])
            let plan = try await conversion(connection).plan(request, at: Date())
            let statements = plan.steps.flatMap(\.statements)
            #expect(statements.contains { $0.contains("SET (n_distinct=7)") })
            #expect(!statements.contains { $0.contains("pg_attver") })
            // The count of another ALTER in between is not another shape.
            try await countChanges(connection, from: 5000)
            let outcome = try await conversion(connection).run(request, at: Date(), progress: .silent)
            #expect(outcome.cutoverTries == 1)
            #expect(
                try await connection.value(
                    "SELECT string_agg(o, ',') FROM pg_attribute, unnest(attoptions) o WHERE attrelid = 'ev'::regclass AND o LIKE 'n\\_%'"
                ) == "n_distinct=7")
        }
    }

    @Test func `name and validity of a NOT NULL constraint are part of the fingerprint where the server has them`()
        async throws
    {
        try await withConnection { connection in
            guard await connection.serverVersion >= 180_000 else { return }
            try await connection.execute("CREATE TABLE t (a int NOT NULL, b int, c int, d int)")
            var before = try await SchemaFingerprint.read(connection)
            for (statement, line) in [
                ("ALTER TABLE t ADD CONSTRAINT t_b_not_null NOT NULL b NOT VALID", "b integer NOT NULL NOT VALID"),
                ("ALTER TABLE t VALIDATE CONSTRAINT t_b_not_null", "b integer NOT NULL"),
                ("ALTER TABLE t RENAME CONSTRAINT t_b_not_null TO filled", "b integer CONSTRAINT filled NOT NULL"),
                ("ALTER TABLE t ADD CONSTRAINT t_c_not_null NOT NULL c NO INHERIT", "c integer NOT NULL NO INHERIT"),
            ] {
                try await connection.execute(statement)
                let after = try await SchemaFingerprint.read(connection)
                let lines = after.objects.first { $0.identity == "public.t" }?.definition.split(separator: "\n") ?? []
                #expect(lines.contains { $0 == line }, "\(lines)")
                #expect(after != before, "\(statement)")
                before = after
            }
        }
    }

    @Test(arguments: [
        (Int32(130_004), "13.4"), (90_624, "9.6.24"), (100_023, "10.23"),
    ])
    func `a server below 14 is refused by its name`(version: Int32, name: String) {
        let report = UnsupportedServer(version: version).report
        #expect(report.message == "the server is PostgreSQL \(name), and rssctl needs PostgreSQL 14 or later")
        #expect(report.code == "RSS-PG-024" && report.exit == .configuration)
    }

    @Test func `a session that may write on a supported server is let through`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.requireSupportedServer()
            try await connection.requireWritable(for: "a test")
            try await connection.execute("SET default_transaction_read_only = on")
            let error = await #expect(throws: ReadOnlySession.self) {
                try await connection.requireWritable(for: "a test")
            }
            #expect(
                error?.isStandby == false && error?.report.code == "RSS-PG-012" && error?.report.exit == .configuration)
            #expect(ReadOnlySession(work: "x", isStandby: true).report.exit == .tryAgain)
            await connection.close()
        }
    }
}

/// The queries of the sources, held against the catalogs of whatever server the tests run on.
@Suite struct QueryFileTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources")

    /// Folders whose files are not queries, or are chosen by what the server has.
    private static let others: Set = ["Migrations", "RSSSetup", "RSSAnalyze"]

    private static func files() throws -> [URL] {
        let all =
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return all.filter { file in
            file.pathExtension == "sql" && others.isDisjoint(with: file.pathComponents)
                // The names of another tool's tables are put in.
                && file.lastPathComponent != "adopt_partman.sql"
                // Several statements.
                && file.lastPathComponent != "bookkeeping_rows.sql"
        }.sorted { $0.path < $1.path }
    }

    @Test func `each query names only what the server's catalogs have`() async throws {
        let files = try Self.files()
        #expect(files.count > 80)
        try await withConnection(migrated: true) { connection in
            // A session of ours has this path, and the application's schema where the query names it.
            try await connection.execute("SET search_path = pg_catalog, pg_temp")
            for file in files {
                let text = try String(contentsOf: file, encoding: .utf8)
                let first = text.split(separator: "\n").first { !$0.hasPrefix("--") && !$0.allSatisfy(\.isWhitespace) }
                let word = first?.split(separator: " ").first?.uppercased() ?? ""
                // Tables of a run's own are there while it runs.
                if text.contains("pg_temp.rssctl_") { continue }
                guard ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].contains(word) else { continue }
                do {
                    try await connection.execute("PREPARE query AS \(text)")
                    try await connection.execute("DEALLOCATE query")
                } catch let error as PostgresError {
                    Issue.record("\(file.lastPathComponent): \(error.message)")
                }
            }
        }
    }
}
