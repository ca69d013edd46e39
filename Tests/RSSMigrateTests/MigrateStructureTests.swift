import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// What the catalog says of objects that depend on each other, as the server has it.
@Suite struct MigrateStructureTests {
    @Test func `what a DROP takes along is named, with the indexes that only use a column`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (id bigint PRIMARY KEY, a int, b int CONSTRAINT t_b CHECK (b > 0));
                CREATE TABLE u (t_id bigint CONSTRAINT u_t REFERENCES t (id));
                CREATE INDEX t_a ON t (b) INCLUDE (a);
                CREATE INDEX t_expr ON t ((a + 1)) WHERE b > 0;
                CREATE STATISTICS t_stat ON a, b FROM t;
                CREATE VIEW v AS SELECT a FROM t;
                """)
            let catalog = try await CatalogReader.read(connection)
            func drops(_ sql: String) throws -> DroppedObjects {
                let file = LintFile(name: "V1__x.sql", bytes: Array(sql.utf8))
                return DroppedObjects(of: file.statements[0].tree, in: catalog)
            }
            let column = try drops("ALTER TABLE t DROP COLUMN a")
            #expect(column.along == ["index public.t_a", "index public.t_expr", "statistics public.t_stat"])
            #expect(column.dependents == ["view public.v"] && column.all.count == 3)
            let table = try drops("DROP TABLE t CASCADE")
            #expect(
                table.along.contains("constraint t_b of public.t")
                    && table.along.contains("constraint t_pkey of public.t"))
            #expect(table.dependents == ["constraint u_t of public.u", "view public.v"])
            #expect(table.all.contains("view public.v"))
            #expect(try drops("ALTER TABLE t DROP CONSTRAINT t_pkey").dependents == ["constraint u_t of public.u"])
            let findings = LintCorpus.lint(
                "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t ALTER COLUMN a TYPE bigint;\nDROP TABLE t;", in: catalog
            ).findings
            #expect(findings.contains { $0.rule == "drop-column" && $0.message.contains("index public.t_expr") })
            #expect(findings.filter { $0.rule == "still-used" }.count >= 2, "\(findings)")
            // Each of them is what the server says.
            for sql in ["ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ALTER COLUMN a TYPE bigint", "DROP TABLE t"] {
                await #expect(throws: PostgresError.self) { try await connection.execute(sql) }
            }
        }
    }

    @Test func `a partition key is its column, whatever was dropped and added before it`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (a int, x text, y text, d date NOT NULL, PRIMARY KEY (a, d)) PARTITION BY RANGE (d);
                CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                ALTER TABLE p DROP COLUMN x;
                ALTER TABLE p ADD COLUMN z int;
                CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
                """)
            let catalog = try await CatalogReader.read(connection)
            #expect(catalog.relation(RelationName(schema: "public", name: "p"))?.partitionKey == ["d"])
            let expected = try await SchemaFingerprint.read(connection)
            let table = expected.objects.first { $0.identity == "public.p" }
            #expect(table?.definition.contains("PARTITION BY RANGE (d)") == true)
            let dump = try await StructureDump(connection).text()
            try await withConnection { copy in
                try await copy.executeScript(dump)
                let actual = try await SchemaFingerprint.read(copy)
                #expect(actual == expected)
            }
        }
    }

    @Test(arguments: [
        "INDEX CONCURRENTLY NAME ON TABLE (b DESC NULLS LAST, a COLLATE \"C\") INCLUDE (c) WITH (fillfactor = 70) WHERE s IN ('draft', 'done')",
        "UNIQUE INDEX CONCURRENTLY NAME ON TABLE (b, d) NULLS NOT DISTINCT",
        "INDEX CONCURRENTLY NAME ON TABLE USING gin (a gin_trgm_ops, to_tsvector('simple', a))",
        "INDEX CONCURRENTLY NAME ON TABLE USING gist (a gist_trgm_ops (siglen = 32))",
    ])
    func `an index of a partitioned table is what the plain statement makes, and is not built twice`(form: String)
        async throws
    {
        try await withConnection { connection in
            if form.contains("NULLS NOT DISTINCT"), await connection.serverVersion < 150_000 { return }
            func table(_ name: String) -> String {
                """
                CREATE TABLE \(name) (a text, b int, c int, d date NOT NULL, s varchar(9)) PARTITION BY RANGE (d);
                CREATE TABLE \(name)_1 PARTITION OF \(name) FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                """
            }
            func statement(_ name: String) -> String {
                "CREATE " + form.replacing("NAME", with: "\(name)_i").replacing("TABLE", with: name) + ";"
            }
            func definitions(_ name: String) async throws -> [String] {
                try await connection.query(
                    """
                    SELECT pg_get_indexdef(indexrelid) FROM pg_index
                    WHERE indrelid IN (to_regclass($1), to_regclass($1 || '_1')) ORDER BY indrelid
                    """, [name]
                ).map { row in
                    // What follows the table's name is the definition.
                    let text = try row.decode(String.self, at: 0)
                    return text.hasPrefix("CREATE UNIQUE ")
                        ? "UNIQUE \(text.split(separator: " USING ")[1])"
                        : String(text.split(separator: " USING ")[1])
                }
            }
            let source = try migrations([
                "V1__t.sql": "CREATE EXTENSION pg_trgm;\n\(table("p"))\n\(table("q"))",
                "V2__i.sql": statement("p"),
                "V3__q.sql": statement("q").replacing(" CONCURRENTLY", with: ""),
            ])
            _ = try await migrator(connection, source).up(.silent)
            let (built, plain) = (try await definitions("p"), try await definitions("q"))
            #expect(built == plain && built.count == 2)
            let files =
                "SELECT string_agg(pg_relation_filenode(indexrelid)::text, ',' ORDER BY indexrelid) FROM pg_index WHERE indrelid IN ('p'::regclass, 'p_1'::regclass)"
            let before = try await connection.value(files)
            try write(["V4__again.sql": statement("p")], to: source)
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value(files) == before)
        }
    }
}
