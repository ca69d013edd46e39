import PostgresClient
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct StatementEffectTests {
    /// Columns of each kind with an index over each, so that what is rebuilt can be seen.
    private static let fixture = """
        CREATE TABLE t (id int PRIMARY KEY, v10 varchar(10), v varchar, tx text, ch char(5), n numeric(8, 2), nu numeric,
            ts timestamp, ts3 timestamp(3), tz timestamptz, ti time, ci cidr, i2 smallint, i4 int, i8 bigint, f4 real,
            bi bit varying(5), iv interval, x xml, d date, o oid);
        CREATE INDEX ON t (v10); CREATE INDEX ON t (v); CREATE INDEX ON t (tx); CREATE INDEX ON t (ch); CREATE INDEX ON t (n);
        CREATE INDEX ON t (ts); CREATE INDEX ON t (ts3); CREATE INDEX ON t (tz); CREATE INDEX ON t (ci); CREATE INDEX ON t (i4);
        INSERT INTO t (id, v10, i4) SELECT i, i, i FROM generate_series(1, 100) i;
        CREATE FUNCTION dice() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 4; END';
        CREATE FUNCTION fixed() RETURNS int LANGUAGE sql STABLE AS 'SELECT 4';
        CREATE UNLOGGED TABLE quick (id int);
        CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
        """

    private static let statements =
        [
            ("v10", "varchar(20)"), ("v10", "varchar(5)"), ("v10", "text"), ("v10", "text COLLATE \"C\""),
            ("v10", "varchar"), ("v", "varchar(20)"),
            ("v", "text"), ("tx", "varchar"), ("tx", "varchar(9)"), ("ch", "char(9)"), ("ch", "text"),
            ("n", "numeric(10, 2)"),
            ("n", "numeric(6, 2)"), ("n", "numeric(10, 3)"), ("n", "numeric"), ("nu", "numeric(10, 2)"),
            ("ts", "timestamptz"),
            ("ts3", "timestamp(6)"), ("ts3", "timestamp(1)"), ("ts3", "timestamp"), ("ts3", "timestamptz"),
            ("ts", "timestamp(3)"),
            ("tz", "timestamp"), ("tz", "timestamptz(3)"), ("ts", "date"), ("ti", "time(3)"), ("ci", "inet"),
            ("i2", "int"),
            ("i4", "bigint"), ("i4", "text"), ("i8", "int"), ("f4", "double precision"), ("bi", "bit varying(9)"),
            ("bi", "bit varying(3)"), ("iv", "interval(3)"), ("x", "text"), ("d", "timestamptz"), ("i4", "oid"),
            ("o", "bigint"),
        ].map { "ALTER TABLE t ALTER COLUMN \($0) TYPE \($1)" } + [
            "ALTER TABLE t ALTER COLUMN i4 TYPE int USING i4 + 1", "ALTER TABLE t ALTER COLUMN v10 TYPE text USING v10",
            "ALTER TABLE t ALTER COLUMN v10 TYPE text USING v10::text", "ALTER TABLE t ADD COLUMN z int",
            "ALTER TABLE t ADD COLUMN z int DEFAULT 5", "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT now()",
            "ALTER TABLE t ADD COLUMN z uuid DEFAULT gen_random_uuid()",
            "ALTER TABLE t ADD COLUMN z float DEFAULT random()",
            "ALTER TABLE t ADD COLUMN z timestamptz DEFAULT clock_timestamp()",
            "ALTER TABLE t ADD COLUMN z int DEFAULT dice()",
            "ALTER TABLE t ADD COLUMN z int DEFAULT fixed()", "ALTER TABLE t ADD COLUMN z bigserial",
            "ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (i4 * 2) STORED",
            "ALTER TABLE t ADD COLUMN z int NOT NULL DEFAULT 0",
            "ALTER TABLE t ADD COLUMN z int REFERENCES t",
            "ALTER TABLE t SET UNLOGGED", "ALTER TABLE quick SET LOGGED", "ALTER TABLE t SET (fillfactor = 70)",
            "ALTER TABLE t ALTER COLUMN i4 SET NOT NULL", "ALTER TABLE t ADD CHECK (i4 > 0)",
            "ALTER TABLE t DROP COLUMN n",
            "ALTER TABLE t ALTER COLUMN tx SET STORAGE EXTERNAL", "CLUSTER t USING t_pkey",
            "REFRESH MATERIALIZED VIEW m",
            "REINDEX TABLE t", "REINDEX INDEX t_pkey", "CREATE INDEX ON t (d)", "UPDATE t SET i4 = 1",
            "COMMENT ON TABLE t IS 'x'",
        ]

    private static let files = """
        SELECT c.relname::text, c.relfilenode::int, i.indrelid::regclass::text FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm', 'i')
        """

    @Test func `what is rewritten is what the server rewrites`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Self.fixture)
            try await connection.execute("SET TimeZone = 'UTC'")
            let catalog = try await CatalogReader.read(connection)
            var right = 0
            for sql in Self.statements {
                let effect = StatementEffect(of: try tree(sql), in: catalog)
                let before = try await Self.nodes(connection)
                try await connection.execute("BEGIN")
                try await connection.executeScript(sql)
                let after = try await Self.nodes(connection)
                try await connection.execute("ROLLBACK")
                let written = Set(before.filter { $0.value.table == nil && after[$0.key]?.node != $0.value.node }.keys)
                let isIndexBuilt = after.contains { $0.value.table != nil && before[$0.key]?.node != $0.value.node }
                let predicted = Set(effect.rewrites.map(\.name))
                let isBuildPredicted = !effect.builds.isEmpty || predicted.contains("t")
                if written == predicted, isIndexBuilt == isBuildPredicted {
                    right += 1
                } else {
                    Issue.record(
                        "\(sql): written \(written) predicted \(predicted), indexes \(isIndexBuilt) predicted \(isBuildPredicted)"
                    )
                }
            }
            print("rewrite predictions right: \(right) of \(Self.statements.count)")
        }
    }

    private static func nodes(_ connection: PostgresConnection) async throws -> [String: (node: Int32, table: String?)]
    {
        var found: [String: (node: Int32, table: String?)] = [:]
        for row in try await connection.query(files) {
            let (name, node) = try row.decode(String.self, Int32.self)
            found[name] = (node, row.text(at: 2))
        }
        return found
    }

    @Test func `of what is not SQL nothing is known`() {
        #expect(StatementEffect(of: .null, in: .unknown).duration == .unknown)
    }

    @Test(arguments: [
        ("ALTER TABLE t ADD COLUMN x int", DurationClass.instant), ("CREATE INDEX CONCURRENTLY i ON t (a)", .unbounded),
        ("CREATE INDEX i ON t (a)", .proportional), ("DO $$ BEGIN END $$", .unknown),
        ("UPDATE small SET id = 1", .short),
        ("CREATE TABLE x (id int)", .instant), ("VACUUM t", .proportional),
        ("ALTER TABLE t DETACH PARTITION c CONCURRENTLY", .unbounded),
        ("INSERT INTO t (id) VALUES (1)", .instant), ("SELECT f(1)", .unknown),
        ("INSERT INTO small SELECT * FROM t", .short),
        ("ALTER TABLE p ATTACH PARTITION checked FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')", .instant),
        ("ALTER TABLE p ATTACH PARTITION lone FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')", .proportional),
    ])
    func `a statement has its duration class`(sql: String, duration: DurationClass) throws {
        var catalog = try LintCorpus.catalog()
        catalog.insert(.init(RelationName(schema: "public", name: "small"), rows: 3))
        #expect(StatementEffect(of: try tree(sql), in: catalog).duration == duration)
    }

    @Test func `rows and bytes count partitions too`() throws {
        let catalog = try LintCorpus.catalog(rows: 500_000)
        let effect = StatementEffect(of: try tree("ALTER TABLE p ADD CHECK (id > 0)"), in: catalog)
        #expect(effect.rows == 1_000_000 && effect.command == "ALTER TABLE")
        #expect(StatementEffect(of: try tree("ALTER TABLE nowhere ADD CHECK (id > 0)"), in: catalog).rows == nil)
    }

    @Test func `the catalog is read with its partitions, keys, indexes and functions`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(LockPredictionTests.fixture)
            let catalog = try await CatalogReader.read(connection)
            let p = try #require(catalog.relation(RelationName(name: "p")))
            #expect(p.kind == .partitionedTable && p.partitionKey == ["m"])
            #expect(catalog.children(of: p.name).map(\.name.name).sorted() == ["p1", "p2", "pd"])
            #expect(catalog.children(of: p.name).filter(\.isDefaultPartition).map(\.name.name) == ["pd"])
            #expect(catalog.references(to: RelationName(name: "t")).map(\.table.name.name) == ["u"])
            #expect(catalog.relation(RelationName(name: "w"))?.sources.map(\.name) == ["v"])
            #expect(catalog.index(RelationName(name: "t_a_b"))?.columns == ["a", "b"])
            #expect(catalog.routines(RelationName(name: "f")).count == 1)
            #expect(catalog.relation(RelationName(schema: "other", name: "x")) != nil)
            #expect(catalog.relation(RelationName(name: "x")) == nil)
            #expect(catalog.serverVersion >= 140_000 && catalog.isComplete)
        }
    }
}
