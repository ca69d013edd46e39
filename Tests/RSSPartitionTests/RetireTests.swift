import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct RetireTests {
    private static let name = RetireScenario.partition

    @Test func `a retired month refuses writes, keeps its range free, and is reattached as it was`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            let before = try await RetireScenario.state(connection)
            let run = RetireScenario.run(connection)
            let dry = try await run.retire([Self.name], quarantineDays: nil, isDryRun: true)
            #expect(dry[0].statements.last?.hasSuffix("CONCURRENTLY") == true)
            #expect(try await RetireScenario.state(connection) == before)
            _ = try await run.retire([Self.name], quarantineDays: nil, isDryRun: false)
            #expect(
                try await connection.value("SELECT count(*) FROM visit_reports WHERE visit_date < '2024-02-01'") == "0")
            #expect(try await connection.value("SELECT count(*) FROM visit_reports_2024_01") == "40")
            #expect(
                try await connection.value(
                    "SELECT state || (drop_after > now() + interval '6 days') FROM rssctl.partition_retired")
                    == "quarantinedtrue")
            await #expect(throws: PostgresError.self) {
                try await connection.execute("DELETE FROM visit_reports_2024_01")
            }
            // Ids stay taken, and what belongs to the visits stays.
            #expect(try await connection.value("SELECT count(*) FROM visit_report_keys") == "80")
            #expect(try await connection.value("SELECT count(*) FROM hardware_inventory") == "160")
            let kept = try await RetireScenario.maintain(connection)
            #expect(kept.done.isEmpty && kept.errors.isEmpty)
            _ = try await run.undo(RelationName(schema: "public", name: "visit_reports"), isDryRun: false)
            #expect(try await RetireScenario.state(connection) == before)
            #expect(
                try await connection.value(
                    "SELECT string_agg(operation, ',' ORDER BY id) FROM rssctl.operation WHERE operation <> 'partition.create'"
                )
                    == "partition.retire,partition.detach,partition.undo")
            await #expect(throws: RetireError.notRetired(Self.name.quoted)) {
                try await run.undo(Self.name, isDryRun: false)
            }
        }
    }

    @Test func `undo reads nothing: the constraint that was kept matches the bound`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (MINVALUE) TO ('2026-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
                INSERT INTO p SELECT g, date '2026-01-01' + g % 59 FROM generate_series(1, 1000) g;
                """)
            let run = RetireScenario.run(connection)
            _ = try await run.retire([ArchiveScenario.name("p_1")], quarantineDays: 1, isDryRun: false)
            #expect(
                try await connection.value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'p_1'::regclass") == "1"
            )
            try await connection.execute("SET client_min_messages = debug1")
            _ = await connection.takeNotices()
            _ = try await run.undo(ArchiveScenario.name("p_1"), isDryRun: false)
            let notices = await connection.takeNotices().kept.map(\.message)
            #expect(notices.contains { $0.contains("is implied by existing constraints") })
            #expect(try await connection.value("SELECT count(*) FROM p") == "1000")
            #expect(
                try await connection.value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'p_1'::regclass") == "0"
            )
        }
    }

    @Test func `neither the last, nor the default, nor what cannot be accounted for is retired`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_def PARTITION OF p DEFAULT;
                CREATE TABLE s (id int PRIMARY KEY, d date) PARTITION BY RANGE (id);
                CREATE TABLE s_1 PARTITION OF s FOR VALUES FROM (0) TO (10) PARTITION BY LIST (id);
                CREATE TABLE s_2 PARTITION OF s FOR VALUES FROM (10) TO (20);
                CREATE TABLE r (id int PRIMARY KEY, up int REFERENCES r) PARTITION BY RANGE (id);
                CREATE TABLE r_1 PARTITION OF r FOR VALUES FROM (0) TO (10);
                CREATE TABLE r_2 PARTITION OF r FOR VALUES FROM (10) TO (20);
                """)
            let run = RetireScenario.run(connection)
            for (name, code) in [
                ("p_1", "RSS-PARTITION-085"), ("p_def", "RSS-PARTITION-086"), ("s_1", "RSS-PARTITION-087"),
                ("r_1", "RSS-PARTITION-087"), ("p", "RSS-PARTITION-075"), ("nothing", "RSS-PARTITION-075"),
            ] {
                do {
                    _ = try await run.retire([ArchiveScenario.name(name)], quarantineDays: nil, isDryRun: false)
                    Issue.record("\(name) was retired")
                } catch { #expect(ErrorReport(describing: error).code == code) }
            }
            // Retention stops at the last one too.
            let table = try await PartitionCatalog(connection).table(ArchiveScenario.name("p"))
            #expect(RetirementPlanner.expired(table, cutoff: .max).isEmpty)
        }
    }

    @Test func `beside a default partition a month is retired and reattached, with its rows in the default partition`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                CREATE TABLE p_def PARTITION OF p DEFAULT;
                INSERT INTO p SELECT g, date '2023-12-20' + g % 80 FROM generate_series(1, 500) g;
                """)
            let run = RetireScenario.run(connection)
            let name = ArchiveScenario.name("p_1")
            _ = try await run.retire([name], quarantineDays: nil, isDryRun: false)
            try await connection.execute("INSERT INTO p VALUES (1000, '2024-01-05')")
            _ = try await run.undo(name, isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM p") == "501")
            #expect(try await connection.value("SELECT count(*) FROM p_1 WHERE id = 1000") == "1")
            #expect(
                try await connection.value("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'rssctl%'") == "0")
        }
    }

    @Test func `with an incoming composite key the key is swapped, holds for every row, and keeps what it references`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                CREATE TABLE c (n int, p_id int, p_d date,
                    CONSTRAINT "c p" FOREIGN KEY (p_id, p_d) REFERENCES p (id, d) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE);
                INSERT INTO p SELECT g, date '2024-01-01' + g % 50 FROM generate_series(1, 500) g;
                INSERT INTO c SELECT id, id, d FROM p;
                INSERT INTO c VALUES (-1, NULL, '2024-01-05');
                """)
            let run = RetireScenario.run(connection)
            let name = ArchiveScenario.name("p_1")
            let error = await #expect(throws: RetireError.self) {
                try await run.retire([name], quarantineDays: nil, isDryRun: false)
            }
            #expect(error?.report.code == "RSS-PARTITION-088")
            let definition = try await connection.value(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c p'")
            try await connection.execute("DELETE FROM c WHERE p_d < '2024-02-01' AND p_id IS NOT NULL")
            _ = try await run.retire([name], quarantineDays: nil, isDryRun: false)
            #expect(
                try await connection.value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c p'")
                    == definition)
            #expect(try await connection.value("SELECT convalidated FROM pg_constraint WHERE conname = 'c p'") == "t")
            await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO c SELECT 1, id, d FROM p_1 LIMIT 1")
            }
            _ = try await run.undo(name, isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM p") == "500")
        }
    }

    @Test func `hostile names are quoted, from retirement to the drop`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE SCHEMA "we""ird; s";
                CREATE TABLE "we""ird; s"."t'a" (id int, "d""d" date NOT NULL, "select" text) PARTITION BY RANGE ("d""d");
                CREATE TABLE "we""ird; s"."p 1/.." PARTITION OF "we""ird; s"."t'a" FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE "we""ird; s"."p 2" PARTITION OF "we""ird; s"."t'a" FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                INSERT INTO "we""ird; s"."t'a" SELECT g, date '2024-01-01' + g % 50, 'x' FROM generate_series(1, 100) g;
                """)
            let name = RelationName(schema: "we\"ird; s", name: "p 1/..")
            let run = RetireScenario.run(connection)
            _ = try await run.retire([name], quarantineDays: 0, isDryRun: false)
            _ = try await run.undo(name, isDryRun: false)
            try await ArchiveScenario.withFolder { folder in
                _ = try await run.retire([name], quarantineDays: 0, isDryRun: false)
                let retirement = PartitionRetirement(
                    connection: connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, observer: nil,
                    progress: .silent)
                let table = try await PartitionCatalog(connection).table(
                    RelationName(schema: "we\"ird; s", name: "t'a"))
                try await PartitionDrop(retirement: retirement, table: table, folder: folder).drop(name)
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left.count == 1)
                try await ArchiveVerifier("\(folder)/\(left[0])").verify()
            }
            await #expect(throws: RetireError.self) { try await run.undo(name, isDryRun: false) }
        }
    }
}
