import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// What the ledger has is data: nothing of it becomes SQL, and it decides over no row without evidence.
@Suite struct BulkUndoTrustTests {
    private static let run = "01a22058-d64f-7d99-9e2a-2c5a01f29dc5"

    /// Writes a run into the ledger as a role with INSERT there can.
    private func forge(
        _ connection: PostgresConnection, object: String = "hardware", table: String = "hardware_inventory",
        first: String = "00000000-0000-0000-0000-000000000000", last: String = "ffffffff-ffff-ffff-ffff-ffffffffffff",
        inserted: Int64 = 1_000_000, records: Int64 = 1_000_000
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_run (run_id, operation, object, table_name, columns, file_name, file_digest, settings, state,
                undo_until, by)
            VALUES ($1::uuid, 'import', $2, $3, '{}', 'inventory.csv', '', '', 'done', now() + interval '1 day', 'dba')
            """, [Self.run, object, table])
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, first_id, last_id, inserted, updated,
                unchanged)
            VALUES ($1::uuid, 1, 1, $2, $3::uuid, $4::uuid, $5, 0, 0)
            """, [Self.run, records, first, last, inserted])
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.report.code ?? "\(error)"
        }
    }

    @Test(arguments: [
        ("hardware", "users"), ("hardware", "techs.v"), ("hardware", "hardware_inventory; DROP TABLE users"),
        ("hardware", "recycling_records"), ("users", "users"), ("", ""),
    ])
    func `a table that is not the object's is refused, also in a dry run`(object: String, table: String) async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            try await forge(scenario.connection, object: object, table: table)
            for isDryRun in [true, false] {
                let found = await code { try await scenario.undo(Self.run, force: true, isDryRun: isDryRun) }
                #expect(found == "RSS-IMPORT-140")
            }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 3)
        }
    }

    @Test func `ids that are not those of one batch are refused, also by force`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            try await scenario.connection.execute(
                """
                INSERT INTO hardware_inventory (id, visit_report_id, category_id, device_name)
                SELECT gen_random_uuid(), visit_report_id, category_id, 'backend' FROM hardware_inventory LIMIT 1
                """)
            try await forge(scenario.connection)
            for force in [true, false] {
                #expect(await code { try await scenario.undo(Self.run, force: force) } == "RSS-IMPORT-144")
            }
            // A single id that the backend gave is not one of a batch, either.
            let id = try #require(
                try await scenario.texts("SELECT id::text FROM hardware_inventory WHERE device_name = 'backend'")[0])
            try await scenario.connection.execute("DELETE FROM rssctl.bulk_batch WHERE run_id = $1::uuid", [Self.run])
            try await scenario.connection.execute("DELETE FROM rssctl.bulk_run WHERE run_id = $1::uuid", [Self.run])
            try await forge(scenario.connection, first: id, last: id, inserted: 1, records: 1)
            #expect(await code { try await scenario.undo(Self.run, force: true) } == "RSS-IMPORT-144")
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 4)
        }
    }

    @Test func `a record that the run did not write restores nothing, and is listed`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3), "first.csv"))
            let changed = try await scenario.load(try scenario.file(BulkScenario.rows(1...2, name: "x")))
            try await scenario.connection.executeScript(
                """
                UPDATE rssctl.bulk_before SET texts = texts || '{"device_name": "forged"}'
                WHERE id = (SELECT id FROM hardware_inventory WHERE serial_number = 'S1');
                INSERT INTO rssctl.bulk_before (run_id, batch, id, was, texts)
                SELECT b.run_id, b.batch, t.id, t.xmin, b.texts || jsonb_build_object('id', t.id)
                FROM rssctl.bulk_before AS b, hardware_inventory AS t WHERE t.serial_number = 'S3' LIMIT 1;
                """)
            let outcome = try await scenario.undo(changed.run, force: true)
            #expect((outcome.restored, outcome.keptCount) == (1, 2))
            #expect(Set(outcome.kept.map(\.reason)) == ["its record was written outside the run"])
            #expect(
                try await scenario.texts("SELECT device_name FROM hardware_inventory ORDER BY serial_number")
                    == ["x1", "d2", "d3"])
        }
    }

    /// Two roles that may import; each has a session.
    private func roles(
        _ body: (BulkScenario, _ tech: PostgresConnection, _ name: String) async throws -> Void
    ) async throws {
        try await BulkScenario.run { scenario in
            let name = "tech_\(UUID().uuidString.prefix(8).lowercased())"
            try await scenario.connection.executeScript(
                """
                CREATE ROLE \(name) LOGIN PASSWORD 'x';
                GRANT USAGE ON SCHEMA rssctl TO \(name);
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rssctl TO \(name);
                GRANT SELECT, INSERT, UPDATE ON hardware_inventory TO \(name);
                GRANT SELECT ON categories, visit_reports, visit_report_keys TO \(name);
                """)
            var options = scenario.options
            options.keywords["user"] = name
            options.keywords["password"] = "x"
            let tech = try await PostgresConnection.connect(options)
            do {
                try await body(scenario, tech, name)
            } catch {
                await tech.close()
                try await scenario.connection.executeScript("DROP OWNED BY \(name); DROP ROLE \(name)")
                throw error
            }
            await tech.close()
            try await scenario.connection.executeScript("DROP OWNED BY \(name); DROP ROLE \(name)")
        }
    }

    @Test func `the author of a run is the role that wrote it, whatever it says`() async throws {
        try await roles { scenario, tech, name in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            try await forge(tech)
            #expect(
                try await scenario.texts("SELECT by FROM rssctl.bulk_run WHERE run_id::text = '\(Self.run)'") == [name])
            // The run is the newest, and `last` means the newest of the role that asks.
            #expect(try await scenario.undo("last", isDryRun: true).run != Self.run)
            #expect(await code { try await scenario.undo(Self.run, force: true) } == "RSS-IMPORT-141")
            let undo = RunUndo(scenario.connection, runID: UUID().uuidString, progress: .silent)
            #expect(
                await code { _ = try await undo.run(Self.run, author: name, force: true) } == "RSS-IMPORT-143")
            let code1 = await code { _ = try await undo.run(Self.run, author: name) }
            #expect(code1 == "RSS-IMPORT-144")
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 3)
            // Neither batches nor undone batches are written into the run of another role.
            let own = try #require(
                try await scenario.texts("SELECT run_id::text FROM rssctl.bulk_run WHERE by <> '\(name)'")[0])
            for sql in [
                """
                INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, inserted, updated, unchanged)
                VALUES ('\(own)', 99, 1, 1, 1, 0, 0)
                """, "UPDATE rssctl.bulk_run SET state = 'undone' WHERE run_id = '\(own)'",
                """
                INSERT INTO rssctl.bulk_undo (run_id, batch, undo_id, removed, restored, kept)
                SELECT run_id, number, run_id, 0, 0, 0 FROM rssctl.bulk_batch WHERE run_id = '\(own)'
                """,
            ] {
                await #expect(throws: PostgresError.self) { try await tech.execute(sql) }
            }
        }
    }

    @Test func `a run of another role is undone where that role is named, and rows as it left them alone`() async throws
    {
        try await roles { scenario, tech, name in
            var options = scenario.options
            options.keywords["user"] = name
            options.keywords["password"] = "x"
            var importing = ImportOptions(path: try scenario.file(BulkScenario.rows(1...4)))
            importing.visit = "RSS-1"
            let loaded = try await BulkImporter(
                tech, lookups: options, runID: UUID().uuidString.lowercased(), progress: .silent
            ).run(try ImportFile(.hardware, importing))
            #expect(loaded.inserted == 4)
            try await scenario.connection.execute(
                "UPDATE hardware_inventory SET device_name = 'mine' WHERE serial_number = 'S2'")
            let run = try #require(loaded.run)
            let undo = RunUndo(scenario.connection, runID: UUID().uuidString.lowercased(), progress: .silent)
            let code2 = await code { _ = try await undo.run(run) }
            #expect(code2 == "RSS-IMPORT-141")
            let code3 = await code { _ = try await undo.run(run, author: "postgres") }
            #expect(code3 == "RSS-IMPORT-141")
            let code4 = await code { _ = try await undo.run("last") }
            #expect(code4 == "RSS-IMPORT-018")
            // Its record of the run is not evidence: what the role may not do is not done for it.
            let code5 = await code { _ = try await undo.run(run, author: name) }
            #expect(code5 == "RSS-IMPORT-145")
            try await scenario.connection.execute("GRANT DELETE ON hardware_inventory TO \(name)")
            try await scenario.connection.execute("ALTER TABLE hardware_inventory ENABLE ROW LEVEL SECURITY")
            let code6 = await code { _ = try await undo.run(run, author: name) }
            #expect(code6 == "RSS-IMPORT-145")
            try await scenario.connection.execute("ALTER TABLE hardware_inventory DISABLE ROW LEVEL SECURITY")
            #expect(try await undo.run("last", author: name, isDryRun: true).run == run)
            let outcome = try await undo.run(run, author: name)
            #expect((outcome.removed, outcome.keptCount, outcome.forceable) == (3, 1, 0))
            // Without the right, the role's own undo fails, and nothing is removed.
            try await scenario.connection.execute("REVOKE DELETE ON hardware_inventory FROM \(name)")
            await #expect(throws: PostgresError.self) {
                try await RunUndo(tech, runID: UUID().uuidString.lowercased(), progress: .silent).run(run, force: true)
            }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 1)
        }
    }

    @Test func `nothing is done for a role that it may not do, whatever its ledger says`() async throws {
        try await roles { scenario, tech, name in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...2)))
            // In one transaction it touches a row of another role's import, and records that it inserted it.
            let run = "01a22058-d64f-7d99-9e2a-2c5a01f29d00"
            try await tech.executeScript(
                """
                BEGIN;
                INSERT INTO rssctl.bulk_run (run_id, operation, object, table_name, columns, file_name, file_digest, settings, state,
                    undo_until)
                VALUES ('\(run)', 'import', 'hardware', 'hardware_inventory', '{}', 'f', '', '', 'done', now() + interval '1 day');
                INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, first_id, last_id, inserted, updated, unchanged)
                SELECT '\(run)', 1, 1, 1, id, id, 1, 0, 0 FROM public.hardware_inventory WHERE serial_number = 'S1';
                UPDATE public.hardware_inventory SET device_name = device_name WHERE serial_number = 'S1';
                COMMIT;
                """)
            let undo = RunUndo(scenario.connection, runID: UUID().uuidString.lowercased(), progress: .silent)
            let refused = await code { _ = try await undo.run(run, author: name) }
            #expect(refused == "RSS-IMPORT-145")
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 2)
        }
    }

    @Test func `a run that another role began is not resumed`() async throws {
        try await roles { scenario, tech, _ in
            let path = try scenario.file(BulkScenario.rows(1...20))
            let first = try await scenario.load(path)
            try await scenario.undo(first.run)
            // The same file with everything in it loaded already, as another role says.
            try await tech.execute(
                """
                INSERT INTO rssctl.bulk_run (run_id, operation, object, table_name, columns, file_name, file_digest, settings,
                    state, undo_until)
                SELECT $1::uuid, operation, object, table_name, columns, file_name, file_digest, settings, 'loading', undo_until
                FROM rssctl.bulk_run WHERE run_id::text = $2
                """, [Self.run, first.run ?? ""])
            try await tech.execute(
                """
                INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, inserted, updated, unchanged)
                VALUES ($1::uuid, 1, 0, 1000, 0, 0, 20)
                """, [Self.run])
            let again = try await scenario.load(path)
            #expect(again.continued == nil)
            #expect(again.inserted == 20)
        }
    }

    @Test func `a batch whose records are not a range is an error that names it`() async throws {
        try await BulkScenario.run { scenario in
            struct Killed: Error {}
            let path = try scenario.file(BulkScenario.rows(1...20))
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "bulk.loaded" { throw Killed() } }) {
                    try await scenario.load(path)
                }
            }
            try await scenario.connection.execute("UPDATE rssctl.bulk_batch SET first_record = 9, last_record = 3")
            #expect(await code { try await scenario.load(path) } == "RSS-PG-014")
        }
    }

    @Test func `ids of one batch are taken, and no others`() throws {
        func batch(_ first: String, _ last: String, inserted: Int64, records: Int64) throws -> UndoBatch {
            try UndoBatch(
                run: Self.run, number: 1, records: (1, records), ids: (UUID(uuidString: first), UUID(uuidString: last)),
                inserted: inserted, updated: 0, deleted: 0)
        }
        let first = "01a22058-d64f-7d99-9e2a-2c5a00000000"
        #expect(try batch(first, "01a22058-d64f-7d99-9e2a-2c5a00000009", inserted: 10, records: 10).rows == 10)
        #expect(try batch(first, "01a22058-d64f-7d99-9e2a-2c5a00000009", inserted: 3, records: 12).rows == 3)
        for (last, inserted, records) in [
            ("01a22058-d64f-7d99-9e2a-2c5b00000009", 10, 10), ("01a22058-d64f-7d99-9e2a-2c5a00000009", 10, 9),
            ("01a22058-d64f-7d99-9e2a-2c5a00000009", 11, 20), ("ffffffff-ffff-ffff-ffff-ffffffffffff", 10, 10),
        ] as [(String, Int64, Int64)] {
            #expect(throws: RunUndoError.self) { try batch(first, last, inserted: inserted, records: records) }
        }
        #expect(throws: RunUndoError.self) {
            try batch(
                "01a22058-d64f-4d99-9e2a-2c5a00000000", "01a22058-d64f-4d99-9e2a-2c5a00000000", inserted: 1, records: 1)
        }
    }
}
