import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSSetup

/// What the schema promises to the backend and to its data.
@Suite struct SchemaTests {
    private func report(_ connection: PostgresConnection, number: String, date: String = "current_date") async throws
        -> UUID
    {
        let organization = try await connection.query(
            "INSERT INTO organizations (name) VALUES ($1) RETURNING id", [number]
        ).first
        let row = try await connection.query(
            "INSERT INTO visit_reports (report_number, organization_id, visit_date) VALUES ($1, $2, \(date)) RETURNING id",
            [number, try organization?.decode(UUID.self, at: 0)] as [any PostgresEncodable]
        ).first
        return try #require(try row?.decode(UUID.self, at: 0))
    }

    private func hardware(_ connection: PostgresConnection, _ report: UUID) async throws -> Int {
        try await connection.query("SELECT count(*) FROM hardware_inventory WHERE visit_report_id = $1", [report])
            .first?
            .decode(Int.self, at: 0) ?? -1
    }

    private let insertHardware = """
        INSERT INTO hardware_inventory (
          visit_report_id, category_id, device_name, manufacturer, model,
          serial_number, asset_tag, ip_address, mac_address, status,
          condition_rating, location_building, location_floor, location_room,
          specifications, metadata
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        RETURNING *
        """

    private func insertHardware(_ connection: PostgresConnection, _ report: UUID, serial: String) async throws {
        let category = try await connection.query("SELECT id::text FROM categories LIMIT 1").first?.decode(
            String.self, at: 0)
        try await connection.query(
            insertHardware,
            [
                report.uuidString, category, "Laptop", "Lenovo", "T14", serial, nil, "10.0.0.1", "08:00:2b:01:02:03",
                "active",
                "4", "A", "1", "101", "{}", "{\"bulkCreated\":true}",
            ] as [String?])
    }

    @Test func `the backend's own INSERT and UPDATE statements work as they are`() async throws {
        try await withConnection(migrated: true) { connection in
            let id = try await report(connection, number: "R-1")
            try await insertHardware(connection, id, serial: "S-1")
            let device = try #require(
                try await connection.query("SELECT id::text FROM hardware_inventory").first?.decode(String.self, at: 0))
            let updated = try await connection.execute(
                "UPDATE hardware_inventory SET status = CASE WHEN id = $1 THEN $2 ELSE status END, updated_at = NOW() WHERE id IN ('\(device)') RETURNING *",
                [device, "retired"])
            #expect(updated == 1)
            try await connection.execute(
                "INSERT INTO files.file_attachments (visit_report_id, file_name, file_type, file_size) VALUES ($1, 'a.jpg', 'image/jpeg', 1)",
                [id])
            let files = try await connection.execute(
                """
                UPDATE files.file_attachments
                SET is_processed = true, virus_scanned = true, virus_scan_result = 'clean',
                    metadata = $1, updated_at = NOW()
                WHERE id = (SELECT id FROM files.file_attachments)
                """, ["{\"a\":1}"])
            #expect(files == 1)
        }
    }

    @Test func `a report that moves to another month keeps its hardware, and one that is deleted deletes it too`()
        async throws
    {
        try await withConnection(migrated: true) { connection in
            let id = try await report(connection, number: "R-1")
            try await insertHardware(connection, id, serial: "S-1")
            try await connection.execute(
                "UPDATE visit_reports SET visit_date = visit_date + interval '1 month' WHERE id = $1", [id])
            let afterMove = try await hardware(connection, id)
            #expect(afterMove == 1)
            try await connection.execute("DELETE FROM visit_reports WHERE id = $1", [id])
            let afterDelete = try await hardware(connection, id)
            #expect(afterDelete == 0)
            let keys = try await connection.query("SELECT 1 FROM visit_report_keys")
            #expect(keys.isEmpty)
        }
    }

    @Test func `a move that is rolled back leaves a later deletion a deletion`() async throws {
        try await withConnection(migrated: true) { connection in
            let id = try await report(connection, number: "R-1")
            try await insertHardware(connection, id, serial: "S-1")
            try await connection.executeScript(
                """
                BEGIN; SAVEPOINT a;
                UPDATE visit_reports SET visit_date = visit_date + interval '1 month';
                ROLLBACK TO SAVEPOINT a;
                DELETE FROM visit_reports;
                COMMIT
                """)
            let left = try await hardware(connection, id)
            #expect(left == 0)
        }
    }

    @Test func `an id or a report number cannot exist twice, not even in different months or at once`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let id = try await report(connection, number: "R-1")
            let twice = await #expect(throws: PostgresError.self) {
                try await report(connection, number: "R-1", date: "current_date + interval '1 month'")
            }
            #expect(twice?.sqlState == .uniqueViolation)
            let again = await #expect(throws: PostgresError.self) {
                try await connection.execute(
                    "INSERT INTO visit_reports (id, report_number, organization_id, visit_date) SELECT id, 'R-2', organization_id, visit_date + interval '1 month' FROM visit_reports WHERE id = $1",
                    [id])
            }
            #expect(again?.sqlState == .uniqueViolation)
            let other = try await PostgresConnection.connect(options)
            try await connection.execute("BEGIN")
            _ = try await report(connection, number: "R-3")
            let second = Task {
                try await self.report(
                    other, number: "R-3 ".trimmingCharacters(in: .whitespaces),
                    date: "current_date + interval '1 month'")
            }
            try await Task.sleep(for: .milliseconds(150))
            try await connection.execute("COMMIT")
            let error = await #expect(throws: PostgresError.self) { try await second.value }
            #expect(error?.sqlState == .uniqueViolation)
            await connection.close()
            await other.close()
        }
    }

    @Test func `seeding is repeatable, and its foreign keys and registry are sound`() async throws {
        var digests: [String] = []
        for _ in 0..<2 {
            try await withDatabase(migrated: true) { options in
                var seed = Seeder.Options(today: try #require(CalendarDate("2026-11-24")))
                seed.visits = 500
                seed.seed = 42
                let outcome = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
                #expect(outcome.visits == 500 && outcome.hardware > 1500 && outcome.hardware < 4000)
                let connection = try await PostgresConnection.connect(options)
                let row = try #require(
                    try await connection.query(
                        """
                        SELECT (SELECT sum(hashtextextended(v::text, 0))::text FROM visit_reports v),
                               (SELECT sum(hashtextextended(h::text, 0))::text FROM hardware_inventory h WHERE category_id IS NOT NULL),
                               (SELECT count(*) FROM visit_reports v FULL JOIN visit_report_keys k USING (id, report_number, visit_date) WHERE v.id IS NULL OR k.id IS NULL),
                               (SELECT count(*) FROM hardware_inventory h LEFT JOIN visit_report_keys k ON k.id = h.visit_report_id WHERE k.id IS NULL),
                               (SELECT count(*) FROM hardware_inventory h JOIN categories c ON c.id = h.category_id)
                        """
                    ).first)
                let (visits, _, unmatched, orphans, categorised) = try row.decode(
                    String.self, String.self, Int.self, Int.self, Int.self)
                #expect(unmatched == 0 && orphans == 0 && categorised == outcome.hardware)
                digests.append(visits)
                await #expect(throws: SeedError.hasData) {
                    try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
                }
                await connection.close()
            }
        }
        #expect(digests.count == 2 && digests[0] == digests[1])
    }

    @Test func `a seed that was interrupted before its first visit is not resumed`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.execute("INSERT INTO organizations (name) VALUES ('left behind')")
            await #expect(throws: SeedError.hasData) {
                try await Seeder(options, options: .init(today: CalendarDate(Date()))).run(
                    runID: UUID().uuidString, .silent)
            }
            await connection.close()
        }
    }

    @Test func `a large seed drops and rebuilds every secondary index, on the partitions too`() async throws {
        try await withConnection(migrated: true) { connection in
            let query =
                "SELECT string_agg(pg_get_indexdef(indexrelid), E'\\n' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid::regclass::text IN ('visit_reports', 'hardware_inventory', 'recycling_records', 'files.file_attachments')"
            let before = try await connection.query(query).first?.decode(String.self, at: 0)
            let indexes = try await SeedIndexes.drop(connection, ApplicationTables(connection))
            #expect(indexes.count > 10)
            let name = try await connection.query("SELECT current_database()").first?.decode(String.self, at: 0)
            try await indexes.rebuild(try await TestCluster.shared.options(name ?? ""), .silent)
            let after = try await connection.query(query).first?.decode(String.self, at: 0)
            #expect(before?.replacing(" ON ONLY ", with: " ON ") == after?.replacing(" ON ONLY ", with: " ON "))
            let invalid = try await connection.query("SELECT 1 FROM pg_index WHERE NOT indisvalid")
            #expect(invalid.isEmpty)
        }
    }
}
