import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition
@testable import RSSSetup

@Suite struct ReshapeTests {
    private typealias Scenario = ReshapeScenario

    private func digest(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value("SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM events e")
    }

    private func partitions(_ connection: PostgresConnection, of table: String = "events") async throws -> [String] {
        try await connection.query(
            """
            SELECT c.relname::text FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
            WHERE h.inhparent = to_regclass($1) ORDER BY 1
            """, [table]
        ).map { try $0.decode(String.self, at: 0) }
    }

    @Test func `a drain moves rows into cells, fires no trigger, and leaves what is far away or has no key`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(Scenario.make)
            let before = try await digest(connection)
            var options = Scenario.options()
            options.verifies = true
            let outcome = try await Scenario.reshape(connection).drain(Scenario.table, options, progress: .silent)
            #expect(outcome.leftRows == 1 && outcome.leftRange == "2097-03-01" && outcome.leftWithoutKey == 2)
            #expect(try await digest(connection) == before)
            #expect(
                try await partitions(connection)
                    == ["events_2026_01", "events_2026_02", "events_2026_03", "events_2026_04", "events_default"])
            #expect(try await connection.value("SELECT count(*) FROM events_default") == "3")
            #expect(try await connection.value("SELECT count(*) FROM fired") == "0")
            #expect(try await connection.value(Scenario.leftovers) == "")
            // The default partition's own index is carried over, under its own name there.
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM pg_index WHERE indrelid IN (SELECT inhrelid FROM pg_inherits) AND indisvalid")
                    == "15")
            try await connection.execute("INSERT INTO events (day, value) VALUES ('2026-02-03', 1)")
            #expect(try await connection.value("SELECT count(*) FROM fired") == "1")
            let again = try await Scenario.reshape(connection).drain(Scenario.table, options, progress: .silent)
            #expect(again.state == .nothing)
        }
    }

    @Test func `all cells can be drained, and an empty default partition dropped`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Scenario.make)
            try await connection.execute("DELETE FROM events WHERE day IS NULL OR day = 'infinity'")
            let before = try await digest(connection)
            var options = Scenario.options()
            options.takesAll = true
            options.dropsEmptyDefault = true
            _ = try await Scenario.reshape(connection).drain(Scenario.table, options, progress: .silent)
            #expect(try await digest(connection) == before)
            #expect(try await partitions(connection).last == "events_2097_03")
            #expect(try await connection.value(Scenario.leftovers) == "")
        }
    }

    @Test func `the old partition can be kept`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Scenario.make)
            var options = Scenario.options()
            options.keepsSources = true
            let outcome = try await Scenario.reshape(connection).drain(Scenario.table, options, progress: .silent)
            #expect(outcome.kept.map(\.name) == ["events_default_old"])
            #expect(try await connection.value("SELECT count(*) FROM events_default_old") == "403")
        }
    }

    @Test(arguments: ["week", "day"])
    func `a month is split into shorter partitions, and these are merged into one again`(interval: String) async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE events (id bigint, day date, value int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE INDEX events_value ON events (value);
                ALTER TABLE events REPLICA IDENTITY USING INDEX events_pkey;
                CREATE TABLE events_2026_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                CREATE TABLE events_2026_02 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
                ALTER TABLE events_2026_01 REPLICA IDENTITY USING INDEX events_2026_01_pkey;
                CREATE TABLE fired (n int);
                INSERT INTO events SELECT g, date '2026-01-01' + g % 59, g FROM generate_series(1, 1000) g;
                """)
            let reshape = Scenario.reshape(connection)
            let before = try await connection.value(Scenario.state)
            var options = Scenario.options()
            options.interval = PartitionInterval(interval)
            let outcome = try await reshape.split(Scenario.relation("events_2026_01"), options, progress: .silent)
            #expect(outcome.parts.count == (interval == "day" ? 31 : 5))
            let names = outcome.parts.map { Scenario.relation($0.name) }
            // Done already: the same command again reports that.
            let again = try await reshape.split(Scenario.relation("events_2026_01"), options, progress: .silent)
            #expect(again.state == .done && again.isResumed)
            _ = try await reshape.merge(names.shuffled(), Scenario.options(), progress: .silent)
            #expect(try await connection.value(Scenario.state) == before)
            #expect(
                try await connection.value("SELECT relreplident FROM pg_class WHERE relname = 'events_2026_01'") == "i")
            #expect(try await connection.value(Scenario.leftovers) == "")
        }
    }

    @Test func `hours of timestamps with a zone, a partition without a lower end, and hostile names`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE SCHEMA "we""ird; s";
                CREATE TABLE "we""ird; s"."ta'b le" (id int, "da""te" timestamptz NOT NULL, "d;" text, PRIMARY KEY ("da""te", id))
                PARTITION BY RANGE ("da""te");
                CREATE TABLE "we""ird; s"."ol'd" PARTITION OF "we""ird; s"."ta'b le" FOR VALUES FROM (MINVALUE) TO ('2026-10-25 04:00+00');
                INSERT INTO "we""ird; s"."ta'b le" SELECT g, timestamptz '2026-10-24 22:30+00' + g * interval '7 min', g::text
                FROM generate_series(1, 40) g;
                """)
            var options = Scenario.options()
            options.interval = .hour
            let outcome = try await Scenario.reshape(connection).split(
                RelationName(schema: "we\"ird; s", name: "ol'd"), options, progress: .silent)
            #expect(outcome.parts.count == 7 && outcome.parts[0].range.hasPrefix("MINVALUE"))
            #expect(try await connection.value("SELECT count(*) FROM \"we\"\"ird; s\".\"ta'b le\"") == "40")
            #expect(try await connection.value(Scenario.leftovers) == "")
        }
    }

    @Test func `a month of visit reports is split into weeks: children stay, and the registry is as it was`()
        async throws
    {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            var size = Seeder.Options(today: try #require(CalendarDate(year: 2026, month: 11, day: 24)))
            size.visits = 300
            size.months = 4
            _ = try await Seeder(options, options: size).run(runID: UUID().uuidString, .silent)
            let name =
                try await connection.value(
                    "SELECT tableoid::regclass::text FROM visit_reports GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
                ?? ""
            let state = """
                SELECT concat_ws('|', (SELECT md5(string_agg(r::text, ',' ORDER BY id)) FROM visit_reports r),
                    (SELECT md5(string_agg(k::text, ',' ORDER BY id)) FROM visit_report_keys k),
                    (SELECT count(*) FROM hardware_inventory), (SELECT count(*) FROM recycling_records))
                """
            let before = try await connection.value(state)
            var wanted = Scenario.options()
            wanted.interval = .week
            let outcome = try await Scenario.reshape(connection).split(
                Scenario.relation(name), wanted, progress: .silent)
            #expect(outcome.parts.count >= 4)
            #expect(try await connection.value(state) == before)
            #expect(try await connection.value(Scenario.leftovers) == "")
            let first = outcome.parts[0].name
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM pg_constraint WHERE conrelid = '\(first)'::regclass AND contype = 'f' AND conparentid <> 0"
                )
                    == "3")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM pg_trigger WHERE tgrelid = '\(first)'::regclass AND tgname LIKE '%visit_report_keys%'"
                )
                    == "3")
            await connection.close()
        }
    }

    @Test func `obstacles are reported before anything is changed`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Scenario.make)
            let reshape = Scenario.reshape(connection)
            func code(_ sql: String, _ undo: String) async throws -> ErrorReport? {
                try await connection.executeScript(sql)
                var report: ErrorReport?
                do {
                    _ = try await reshape.drain(Scenario.table, Scenario.options(), progress: .silent)
                } catch { report = ErrorReport(describing: error) }
                try await connection.executeScript(undo)
                return report
            }
            let view = try await code("CREATE VIEW v AS SELECT * FROM events_default", "DROP VIEW v")
            #expect(view?.code == "RSS-PARTITION-021" && view?.detail?.contains("v uses events_default") == true)
            let trigger = try await code(
                "CREATE TRIGGER own AFTER INSERT ON events_default FOR EACH ROW EXECUTE FUNCTION fire()",
                "DROP TRIGGER own ON events_default")
            #expect(trigger?.detail?.contains("trigger own") == true)
            let identity = try await code(
                "DROP INDEX events_default_id", "CREATE UNIQUE INDEX events_default_id ON events_default (id)")
            #expect(identity?.code == "RSS-PARTITION-020")
            let key = try await code(
                "CREATE TABLE c (id bigint REFERENCES events_default (id))", "DROP TABLE c")
            #expect(key?.detail?.contains("foreign key") == true)
            #expect(try await connection.value("SELECT to_regnamespace('rssctl') IS NULL") == "t")
            await #expect(throws: ReshapeError.self) {
                try await reshape.split(Scenario.relation("events_default"), Scenario.options(), progress: .silent)
            }
            await #expect(throws: ReshapeError.nothingToAbort(table: "public.events")) {
                try await reshape.abort(Scenario.table, progress: .silent)
            }
            _ = try await reshape.drain(Scenario.table, Scenario.options(), progress: .silent)
            await #expect(throws: ReshapeError.self) {
                try await reshape.merge(
                    [Scenario.relation("events_2026_01"), Scenario.relation("events_2026_03")], Scenario.options(),
                    progress: .silent)
            }
        }
    }

    @Test func `a dry run changes nothing`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(Scenario.make)
            let before = try await connection.value(Scenario.state)
            var options = Scenario.options()
            options.isDryRun = true
            let outcome = try await Scenario.reshape(connection).drain(Scenario.table, options, progress: .silent)
            #expect(outcome.state == .wouldDo && outcome.statements.contains { $0.contains("ATTACH PARTITION") })
            #expect(try await connection.value(Scenario.state) == before)
            #expect(try await connection.value("SELECT to_regnamespace('rssctl') IS NULL") == "t")
        }
    }

    @Test func `maintain moves stray rows of a small default partition into what it creates`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE events (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE events_default PARTITION OF events DEFAULT;
                INSERT INTO events SELECT g, current_date + g * 20 FROM generate_series(1, 10) g;
                """)
            var options = MaintenanceRun.Options(at: Date())
            options.tables = [Scenario.table]
            let run = MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let results = try await run.run(options, progress: .silent)
            let drained = results.flatMap(\.outcomes).filter { $0.operation.kind == .drain }
            #expect(drained.count >= 2)
            for outcome in drained { #expect(outcome.error == nil) }
            #expect(try await connection.value("SELECT count(*) FROM events") == "10")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM events_default WHERE day < date_trunc('month', current_date) + interval '4 months'"
                )
                    == "0")
            #expect(try await connection.value(Scenario.leftovers) == "")
            let again = try await run.run(options, progress: .silent)
            #expect(again.flatMap(\.outcomes).allSatisfy { $0.operation.kind == .analyze })
        }
    }

    @Test func `numbers are merged without a policy`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE events (id bigint PRIMARY KEY, v text) PARTITION BY RANGE (id);
                CREATE TABLE a PARTITION OF events FOR VALUES FROM (0) TO (10);
                CREATE TABLE b PARTITION OF events FOR VALUES FROM (10) TO (20);
                INSERT INTO events SELECT g, g::text FROM generate_series(0, 19) g;
                """)
            let outcome = try await Scenario.reshape(connection).merge(
                [Scenario.relation("b"), Scenario.relation("a")], Scenario.options(), progress: .silent)
            #expect(outcome.parts.map(\.name) == ["events_0"] && outcome.parts.map(\.range) == ["0 … 20"])
            #expect(try await connection.value("SELECT count(*) FROM events_0") == "20")
        }
    }
}
