import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// The five indexes that the backend's document builds concurrently, interrupted at each: no run succeeds while one of
/// them is invalid, and the next run finishes them all.
@Suite(.serialized) struct SeedIndexTests {
    private static let names = [
        "idx_hardware_inventory_composite", "idx_hardware_inventory_location", "idx_hardware_inventory_search",
        "idx_recycling_records_composite", "idx_file_attachments_composite",
    ]
    private static let tables = [
        "hardware_inventory", "hardware_inventory", "hardware_inventory", "recycling_records", "files.file_attachments",
    ]
    private static let sql = """
        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_hardware_inventory_composite
        ON hardware_inventory (visit_report_id, category_id, status, warranty_expiry);

        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_hardware_inventory_location
        ON hardware_inventory (location_building, location_floor, location_room);

        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_hardware_inventory_search
        ON hardware_inventory USING gin(
            to_tsvector('english',
                COALESCE(device_name, '') || ' ' ||
                COALESCE(manufacturer, '') || ' ' ||
                COALESCE(model, '') || ' ' ||
                COALESCE(serial_number, '')
            )
        );

        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_recycling_records_composite
        ON recycling_records (visit_report_id, category_id, status, pickup_date);

        CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_file_attachments_composite
        ON files.file_attachments (visit_report_id, file_type, created_at);
        """

    /// The names of the five that are there, with their validity.
    private func states(_ connection: PostgresConnection) async throws -> [String: Bool] {
        let rows = try await connection.query(
            """
            SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relname = ANY ($1)
            """, [Self.names]
        ).map { try $0.decode(String.self, Bool.self) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// A database without the five, and migrations that hold them.
    private func withoutIndexes(
        _ body: (_ options: ConnectionOptions, _ source: MigrationSource, _ admin: PostgresConnection) async throws ->
            Void
    ) async throws {
        try await withDatabase(migrated: true) { options in
            let admin = try await PostgresConnection.connect(options)
            for name in Self.names { try await admin.execute("DROP INDEX IF EXISTS \(name), files.\(name)") }
            try await admin.executeScript("TRUNCATE rssctl.migration, rssctl.migration_statement")
            try await body(options, try migrations(["V1__indexes.sql": Self.sql]), admin)
            await admin.close()
        }
    }

    /// Runs the migration, with a writer in the way of one of the builds.
    private func run(
        _ connection: PostgresConnection, _ source: MigrationSource, holdingBack index: Int,
        _ options: ConnectionOptions
    ) async throws {
        let begun = Mutex(0)
        let writer = try await PostgresConnection.connect(options)
        do {
            try await FaultPoint.$handler.withValue({ name in
                guard name == "alone.begun",
                    begun.withLock({
                        $0 += 1; return $0
                    }) == index + 1
                else { return }
                try await writer.execute("BEGIN")
                try await writer.execute("LOCK TABLE \(Self.tables[index]) IN ROW EXCLUSIVE MODE")
            }) {
                _ = try await migrator(connection, source).up(.silent)
            }
            await writer.close()
        } catch {
            await writer.close()
            throw error
        }
    }

    @Test(arguments: ["pg_cancel_backend", "pg_terminate_backend"])
    func `a build that is interrupted fails the run, and the next run finishes all five`(how: String) async throws {
        for index in Self.names.indices {
            try await withoutIndexes { options, source, admin in
                let connection = try await PostgresConnection.connect(options)
                let pid = await connection.backendPID
                let broken = Task { try await run(connection, source, holdingBack: index, options) }
                let isWaiting = try await eventually {
                    try await admin.query(
                        "SELECT 1 FROM pg_stat_progress_create_index WHERE pid = $1 AND phase LIKE 'waiting for writers%'",
                        [pid]
                    ).count == 1
                }
                #expect(isWaiting, "\(Self.names[index])")
                try await admin.query("SELECT \(how)($1)", [pid])
                await #expect(throws: MigrateError.self) { try await broken.value }
                let next = try await PostgresConnection.connect(options)
                _ = try await migrator(next, source).up(.silent)
                let found = try await states(next)
                #expect(found.count == 5 && found.values.allSatisfy { $0 }, "\(Self.names[index]): \(found)")
                await next.close()
                await connection.close()
            }
        }
    }

    @Test func `a lock timeout of the database cancels none of them`() async throws {
        try await withoutIndexes { options, source, admin in
            let database = options.keywords["dbname"] ?? ""
            try await admin.execute("ALTER DATABASE \(database) SET lock_timeout = '20ms'")
            let connection = try await PostgresConnection.connect(options)
            let pid = await connection.backendPID
            let held = Task { try await run(connection, source, holdingBack: 2, options) }
            let isWaiting = try await eventually {
                try await admin.query(
                    "SELECT 1 FROM pg_stat_progress_create_index WHERE pid = $1 AND phase LIKE 'waiting for writers%'",
                    [pid]
                ).count == 1
            }
            #expect(isWaiting)
            try await Task.sleep(for: .milliseconds(100))
            try await admin.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%' AND datname = current_database()"
            )
            try await held.value
            #expect(try await states(admin).values.filter { $0 }.count == 5)
            await connection.close()
        }
    }

    @Test func `an index that a table's duplicates keep from being unique is gone, and the run has failed`()
        async throws
    {
        try await withoutIndexes { options, _, admin in
            try await admin.execute("CREATE TABLE twice (x int)")
            try await admin.execute("INSERT INTO twice VALUES (1), (1)")
            let source = try migrations(["V1__u.sql": "CREATE UNIQUE INDEX CONCURRENTLY twice_x ON twice (x);"])
            for _ in 1...2 {
                let error = await #expect(throws: MigrateError.self) { try await migrator(admin, source).up(.silent) }
                #expect(error?.report.sqlState == "23505" && error?.report.exit == .failed)
                #expect(try await admin.value("SELECT to_regclass('twice_x') IS NULL") == "t")
            }
            try await admin.execute("DELETE FROM twice WHERE ctid = '(0,1)'")
            _ = try await migrator(admin, source).up(.silent)
            #expect(
                try await admin.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'twice_x'::regclass") == "t")
        }
    }
}
