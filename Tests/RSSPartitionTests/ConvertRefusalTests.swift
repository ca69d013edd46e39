import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition

/// What a conversion cannot carry over is refused before anything is done.
@Suite struct ConvertRefusalTests {
    /// What is in the way, and words of the reason.
    static let cases: [(sql: String, words: String)] = [
        ("CREATE MATERIALIZED VIEW m AS SELECT id FROM t", "materialized view m"),
        ("CREATE TABLE c () INHERITS (t)", "c inherits from it"),
        ("CREATE TABLE u (x t)", "uses the row type"),
        ("CREATE FUNCTION f(t) RETURNS int LANGUAGE sql AS 'SELECT 1'", "uses the row type"),
        ("CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'", "uses the row type"),
        ("CREATE VIEW v AS SELECT t FROM t", "uses the row type"),
        ("CREATE VIEW v AS SELECT id, number FROM t GROUP BY id", "depends on a key"),
        ("ALTER TABLE t ADD CONSTRAINT x EXCLUDE (number WITH =)", "EXCLUDE"),
        ("ALTER TABLE t ADD CONSTRAINT x UNIQUE (a) DEFERRABLE", "DEFERRABLE"),
        ("ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NO INHERIT", "NO INHERIT"),
        ("ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NOT VALID", "NOT VALID"),
        ("ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES t (id)", "reference itself"),
        ("CREATE UNIQUE INDEX x ON t (lower(number))", "unique without"),
        ("CREATE UNIQUE INDEX x ON t (a, number)", "unique without"),
        ("CREATE UNIQUE INDEX x ON t (a)", "--global-unique"),
        ("CREATE TABLE c (x int REFERENCES t)", ""),
        ("CREATE TABLE c (x int REFERENCES t) PARTITION BY LIST (x)", "a partitioned table references"),
        ("CREATE TABLE c (x int); ALTER TABLE c ADD FOREIGN KEY (x) REFERENCES t NOT VALID", "NOT VALID"),
        (
            "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER x AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION g()",
            "transition tables"
        ),
        (
            "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER zzz BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g()",
            "would fire after"
        ),
        ("CREATE PUBLICATION rssctl_refused FOR TABLE t", "publish_via_partition_root"),
        ("CREATE PUBLICATION rssctl_refused FOR ALL TABLES", "publish_via_partition_root"),
        (
            "CREATE TABLE o (x int); CREATE POLICY p ON o USING (EXISTS (SELECT FROM t))",
            "another table and reads this one"
        ),
        ("ALTER TABLE t REPLICA IDENTITY USING INDEX t_number_key", "replica identity"),
    ]

    private static let table = """
        CREATE TABLE t (id int PRIMARY KEY, number text NOT NULL UNIQUE, a int, d date);
        INSERT INTO t VALUES (1, 'a', 1, '2026-01-01'), (2, 'b', 2, '2026-02-01');
        """
    private func request(_ unique: [String] = ["id", "number"], until: String? = nil) -> ConversionRequest {
        ConversionRequest(
            table: RelationName(schema: "public", name: "t"), column: "d", globalUnique: unique, until: until)
    }

    /// The error's code and words; nil when nothing is in the way.
    private func refusal(_ connection: PostgresConnection, _ request: ConversionRequest) async throws -> String? {
        let before = try await StructureDump(connection).text()
        defer { _ = before }
        do {
            _ = try await conversion(connection).plan(request, at: Date())
            return nil
        } catch let error as ConversionError {
            await #expect(throws: ConversionError.self) {
                try await conversion(connection).run(request, at: Date(), progress: .silent)
            }
            #expect(try await StructureDump(connection).text() == before)
            return "\(error.report.code) \(error.report.message) \(error.report.detail ?? "")"
        }
    }

    @Test(arguments: cases.indices) func `what cannot be carried over is refused`(index: Int) async throws {
        let (sql, words) = Self.cases[index]
        try await withConnection { connection in
            try await connection.executeScript(Self.table)
            try await connection.executeScript(sql)
            let found = try await refusal(connection, request())
            if words.isEmpty {
                #expect(found == nil)
            } else {
                #expect(found?.contains("RSS-PARTITION-040") == true, "\(sql)")
                #expect(found?.contains(words) == true, "\(sql): \(found ?? "")")
            }
        }
    }

    @Test func `a request that does not fit the table is refused`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Self.table)
            func code(_ change: (inout ConversionRequest) -> Void) async throws -> String {
                var request = request()
                change(&request)
                return String(try await refusal(connection, request)?.prefix(17) ?? "none")
            }
            #expect(try await code { _ in } == "none")
            #expect(try await code { $0.table = RelationName(schema: "public", name: "x") } == "RSS-PARTITION-041")
            #expect(try await code { $0.column = "number" } == "RSS-PARTITION-043")
            #expect(try await code { $0.column = "nothing" } == "RSS-PARTITION-043")
            #expect(try await code { $0.interval = .hour } == "RSS-PARTITION-053")
            #expect(try await code { $0.interval = .step(5) } == "RSS-PARTITION-053")
            #expect(try await code { $0.until = "2026-01-15" } == "RSS-PARTITION-053")
            #expect(try await code { $0.until = "soon" } == "RSS-PARTITION-053")
            #expect(try await code { $0.globalUnique = ["number", "id"] } == "RSS-PARTITION-040")
            #expect(try await code { $0.globalUnique = ["id"] } == "RSS-PARTITION-040")
            #expect(try await code { $0.globalUnique = ["id", "number", "a"] } == "RSS-PARTITION-040")
            #expect(try await code { $0.globalUnique = [] } == "RSS-PARTITION-040")
            try await connection.execute("INSERT INTO t VALUES (3, 'c', 3, NULL)")
            #expect(try await code { _ in } == "RSS-PARTITION-045")
            try await connection.execute("UPDATE t SET d = '2097-05-01' WHERE id = 3")
            #expect(try await code { _ in } == "RSS-PARTITION-044")
            #expect(try await code { $0.until = "2098-01-01" } == "none")
            try await connection.execute("UPDATE t SET d = 'infinity' WHERE id = 3")
            #expect(try await code { _ in } == "RSS-PARTITION-044")
            try await connection.execute("DELETE FROM t WHERE id = 3")
            try await connection.execute("CREATE TABLE t_keys (x int)")
            #expect(try await code { _ in } == "RSS-PARTITION-046")
        }
    }

    @Test func `a row far ahead is held by the first partition where that is requested`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Self.table)
            try await connection.execute("INSERT INTO t VALUES (3, 'c', 3, '2097-05-01')")
            let outcome = try await conversion(connection).run(
                request(until: "2098-01-01"), at: Date(), progress: .silent)
            #expect(outcome.upper == "2098-01-01")
            #expect(outcome.partitions.isEmpty)
            #expect(try await connection.value("SELECT count(*) FROM t") == "3")
        }
    }

    @Test func `without other unique keys the primary key includes the column, without a registry`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE e (id bigint PRIMARY KEY, at timestamptz NOT NULL, n int);
                INSERT INTO e SELECT g, now() - g * interval '1 hour', g FROM generate_series(1, 100) g;
                """)
            let before = try await StructureDump(connection).text()
            var request = ConversionRequest(table: RelationName(schema: "public", name: "e"), column: "at")
            request.interval = .week
            request.timeZone = "Europe/Berlin"
            let outcome = try await conversion(connection).run(request, at: Date(), progress: .silent)
            #expect(outcome.partitions.count == 2)
            #expect(
                try await connection.value(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'e_pkey'")
                    == "PRIMARY KEY (id, at)")
            #expect(try await connection.value("SELECT to_regclass('e_keys') IS NULL") == "t")
            _ = try await conversion(connection).undo(request.table, progress: .silent)
            #expect(try await StructureDump(connection).text() == before)
        }
    }

    @Test func `an integer key and one that is in the primary key already`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE e (id bigint PRIMARY KEY, n int);
                INSERT INTO e SELECT g, g FROM generate_series(1, 2500) g;
                """)
            let before = try await StructureDump(connection).text()
            var request = ConversionRequest(table: RelationName(schema: "public", name: "e"), column: "id")
            request.interval = .step(1000)
            let outcome = try await conversion(connection).run(request, at: Date(), progress: .silent)
            #expect(outcome.upper == "4000")
            #expect(outcome.partitions.map(\.name) == ["e_4000", "e_5000"])
            _ = try await conversion(connection).undo(request.table, progress: .silent)
            #expect(try await StructureDump(connection).text() == before)
        }
    }

    @Test func `another conversion of the same table is not mixed with one in progress`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Self.table)
            await #expect(throws: CancellationError.self) {
                try await FaultPoint.$handler.withValue({ name in
                    if name == "convert.verified" { throw CancellationError() }
                }) { _ = try await conversion(connection).run(request(), at: Date(), progress: .silent) }
            }
            let error = await #expect(throws: ConversionError.self) {
                try await conversion(connection).run(request(until: "2050-01-01"), at: Date(), progress: .silent)
            }
            #expect(error?.report.code == "RSS-PARTITION-047")
            let plan = try await conversion(connection).plan(request(), at: Date())
            #expect(plan.steps.first?.what != "create the key registry t_keys")
            // A column that is added while the partitioned table is ready is in it after the cutover.
            await FaultPoint.$handler.withValue({ name in
                if name == "convert.drafted" { throw CancellationError() }
            }) { _ = try? await conversion(connection).run(request(), at: Date(), progress: .silent) }
            try await connection.executeScript(
                "ALTER TABLE t ADD COLUMN later int DEFAULT 5; CREATE INDEX t_later ON t (later)")
            _ = try await conversion(connection).run(request(), at: Date(), progress: .silent)
            #expect(try await connection.value("SELECT sum(later) FROM t") == "10")
            #expect(try await connection.value("SELECT relkind FROM pg_class WHERE relname = 't_later'") == "I")
            let late = await #expect(throws: ConversionError.self) {
                try await conversion(connection).abort(request().table, progress: .silent)
            }
            #expect(late?.report.code == "RSS-PARTITION-048")
        }
    }

    @Test func `a conversion that gets no lock reports who holds it, and is resumed later`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let reader = try await PostgresConnection.connect(options)
            try await connection.executeScript(Self.table)
            try await reader.execute("BEGIN")
            try await reader.query("SELECT * FROM t")
            try await Task.sleep(for: .milliseconds(600))
            let error = await #expect(throws: ConversionError.self) {
                try await conversion(connection, budget: .milliseconds(300)).run(
                    request(), at: Date(), progress: .silent)
            }
            #expect(error?.report.code == "RSS-PARTITION-052")
            #expect(error?.report.blockers?.isEmpty == false)
            try await reader.execute("ROLLBACK")
            _ = try await conversion(connection).run(request(), at: Date(), progress: .silent)
            await reader.close()
            await connection.close()
        }
    }
}
