import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// The end of a quarantine: what must be dropped, what must stay, and what prevents the drop.
@Suite struct RetireDropTests {
    @Test func `retention archives and drops old months with what belongs to them, and unlinks files`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { folder in
                try await RetireScenario.keep(connection, archive: folder)
                let first = try await RetireScenario.maintain(connection, observer: options)
                #expect(first.done == ["detach visit_reports_2024_01", "detach visit_reports_2024_02"])
                let second = try await RetireScenario.maintain(
                    connection, at: Date().addingTimeInterval(60), observer: options)
                #expect(second.done == ["drop visit_reports_2024_01", "drop visit_reports_2024_02"])
                #expect(second.errors.isEmpty)
                let counts = try await connection.value(
                    """
                    SELECT concat_ws(' ', (SELECT count(*) FROM visit_report_keys), (SELECT count(*) FROM hardware_inventory),
                        (SELECT count(*) FROM recycling_records), (SELECT count(visit_report_id) || '/' || count(*) FROM files.file_attachments),
                        to_regclass('visit_reports_2024_01') IS NULL,
                        (SELECT string_agg(state, ',') FROM rssctl.partition_retired))
                    """)
                #expect(counts == "0 0 0 0/80 t dropped,dropped")
                let archives = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(archives.count == 2)
                for archive in archives { try await ArchiveVerifier("\(folder)/\(archive)").verify() }
                let third = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                #expect(third.done.isEmpty && third.errors.isEmpty)
            }
            await connection.close()
        }
    }

    @Test func `a quarantine is waited for`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await RetireScenario.keep(connection, quarantineDays: 7)
            _ = try await RetireScenario.maintain(connection)
            let sixDays = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(6 * 86_400))
            #expect(sixDays.done.allSatisfy { !$0.hasPrefix("drop") })
            let eightDays = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(8 * 86_400))
            #expect(eightDays.done.filter { $0.hasPrefix("drop") }.count == 2)
        }
    }

    /// Makes a month due, does something to it, and expects that it is not dropped.
    private func attack(
        _ codes: [String], archived: Bool = true,
        _ body: (PostgresConnection, String) async throws -> Void
    ) async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                try await RetireScenario.keep(connection, archive: folder)
                _ = try await RetireScenario.maintain(connection)
                if archived {
                    _ = try await ArchiveScenario.archiver(connection).archive(
                        RetireScenario.partition, to: folder, progress: .silent)
                }
                try await body(connection, folder)
                let before = try await RetireScenario.state(connection)
                let kept = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                #expect(kept.errors.filter { codes.contains($0) } == codes, "\(kept)")
                // The other month is not affected.
                #expect(kept.done.allSatisfy { $0 == "drop visit_reports_2024_02" })
                let rows = try await connection.value("SELECT count(*) >= 40 FROM visit_reports_2024_01")
                #expect(rows == "t")
                let keys = try await connection.value(
                    "SELECT count(*) FROM visit_report_keys JOIN visit_reports_2024_01 USING (id)")
                #expect(keys == "40")
                #expect(before != nil)
            }
        }
    }

    private static func archive(_ folder: String) throws -> String {
        let name = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix("2024_01") }
        return "\(folder)/\(name ?? "")"
    }

    /// What was archived, and then changed while the table is in quarantine.
    @Test(arguments: [
        """
        ALTER TABLE visit_reports_2024_01 DISABLE TRIGGER ALL;
        INSERT INTO visit_reports_2024_01 (report_number, organization_id, visit_date)
            SELECT 'late', id, '2024-01-09' FROM organizations;
        """,
        """
        ALTER TABLE visit_reports_2024_01 DISABLE TRIGGER ALL;
        UPDATE visit_reports_2024_01 SET visit_purpose = 'x' WHERE id = (SELECT id FROM visit_reports_2024_01 LIMIT 1);
        """,
        """
        INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
        SELECT (SELECT id FROM visit_reports_2024_01 LIMIT 1), id, 'late' FROM categories WHERE name = 'x'
        """,
    ])
    func `an archive that is out of date is written again, and holds what is dropped`(change: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                try await RetireScenario.keep(connection, archive: folder)
                _ = try await RetireScenario.maintain(connection)
                let stale = try await ArchiveScenario.archiver(connection).archive(
                    RetireScenario.partition, to: folder, progress: .silent
                ).folder
                try await connection.executeScript(change)
                let rows = try await connection.value("SELECT count(*) FROM visit_reports_2024_01")
                let digest = try await connection.value(
                    "SELECT coalesce(sum(hashtextextended(r::text, 0)), 0)::text FROM visit_reports_2024_01 AS r")
                let kept = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                #expect(kept.errors.isEmpty && kept.done.contains("drop visit_reports_2024_01"), "\(kept)")
                let archive = try #require(
                    try await connection.value(
                        "SELECT archive FROM rssctl.partition_retired WHERE partition_name = 'visit_reports_2024_01'"))
                #expect(archive != stale && !FileManager.default.fileExists(atPath: stale))
                let manifest = try await ArchiveVerifier(archive).verify()
                #expect("\(manifest.contents[0].digest.rows)" == rows)
                _ = try await PartitionRestore(
                    connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, progress: .silent
                ).restore(archive, into: nil, isDryRun: false)
                #expect(
                    try await connection.value(
                        "SELECT coalesce(sum(hashtextextended(r::text, 0)), 0)::text FROM visit_reports_2024_01 AS r")
                        == digest)
            }
        }
    }

    @Test func `an archive that is out of date stays as it is once the drop has begun`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                try await RetireScenario.keep(connection, archive: folder)
                _ = try await RetireScenario.maintain(connection)
                try await FaultPoint.$handler.withValue({ name in
                    if name == "drop.batch" { throw ArchiveError.notPartition("interrupted") }
                }) {
                    _ = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                }
                try await connection.executeScript(
                    """
                    ALTER TABLE visit_reports_2024_01 DISABLE TRIGGER ALL;
                    UPDATE visit_reports_2024_01 SET visit_purpose = 'x' WHERE id = (SELECT id FROM visit_reports_2024_01 LIMIT 1);
                    """)
                let kept = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                #expect(kept.errors == ["RSS-PARTITION-074"], "\(kept)")
                #expect(try await connection.value("SELECT count(*) FROM visit_reports_2024_01") == "40")
            }
        }
    }

    @Test func `a flipped byte prevents the drop`() async throws {
        try await attack(["RSS-PARTITION-073"]) { _, folder in
            let file = "\(try Self.archive(folder))/001-visit_reports_2024_01.columns.zst"
            var data = try #require(FileManager.default.contents(atPath: file))
            data[data.count / 2] ^= 4
            try data.write(to: URL(fileURLWithPath: file))
        }
    }

    @Test func `a cut file prevents the drop`() async throws {
        try await attack(["RSS-PARTITION-073"]) { _, folder in
            let file = "\(try Self.archive(folder))/003-hardware_inventory.columns.zst"
            let data = try #require(FileManager.default.contents(atPath: file))
            try data.dropLast(7).write(to: URL(fileURLWithPath: file))
        }
    }

    @Test func `a folder that does not exist prevents the drop`() async throws {
        try await attack(["RSS-PARTITION-070", "RSS-PARTITION-070"], archived: false) { _, folder in
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test(.enabled(if: getuid() == 0)) func `a full disk and a read-only folder prevent the drop`()
        async throws
    {
        for isReadOnly in [false, true] {
            try await withConnection(migrated: true) { connection in
                try await RetireScenario.visits(connection)
                try await connection.execute(
                    "UPDATE visit_reports SET visit_purpose = (SELECT string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 100) WHERE visit_reports.id IS NOT NULL)"
                )
                try await ArchiveScenario.withFileSystem(isReadOnly ? "size=1m" : "size=16k", isReadOnly: isReadOnly) {
                    (folder: String) async throws -> Void in
                    try await RetireScenario.keep(connection, archive: folder)
                    _ = try await RetireScenario.maintain(connection)
                    let kept = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
                    #expect(kept.errors == ["RSS-PARTITION-070", "RSS-PARTITION-070"] && kept.done.isEmpty)
                    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                    #expect(left.isEmpty)
                    let rows = try await connection.value(
                        "SELECT count(*) FROM visit_reports_2024_01 JOIN visit_report_keys USING (id)")
                    #expect(rows == "40")
                }
            }
        }
    }

    @Test func `rows that may not lose their visit prevent its drop, and are named`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await connection.executeScript(
                """
                CREATE TABLE invoices (id int PRIMARY KEY, visit_report_id uuid REFERENCES visit_report_keys ON DELETE RESTRICT);
                INSERT INTO invoices SELECT 1, id FROM visit_reports_2024_01 LIMIT 1;
                """)
            let id = try await connection.value("SELECT visit_report_id FROM invoices") ?? ""
            let run = RetireScenario.run(connection)
            await #expect(
                throws: RetireError.referenced(
                    RetireScenario.partition.quoted, by: "public.invoices", onDelete: "RESTRICT", keys: [id])
            ) {
                try await run.retire([RetireScenario.partition], quarantineDays: 0, isDryRun: false)
            }
            // One that is added while the month is in quarantine prevents the drop.
            try await connection.execute("DELETE FROM invoices")
            try await RetireScenario.keep(connection)
            _ = try await RetireScenario.maintain(connection)
            try await connection.execute("INSERT INTO invoices SELECT 1, id FROM visit_reports_2024_01 LIMIT 1")
            let kept = try await RetireScenario.maintain(connection, at: Date().addingTimeInterval(60))
            #expect(kept.errors == ["RSS-PARTITION-088"] && kept.done == ["drop visit_reports_2024_02"])
            #expect(try await connection.value("SELECT count(*) FROM visit_reports_2024_01") == "40")
            #expect(try await connection.value("SELECT count(*) FROM hardware_inventory") == "80")
        }
    }
}
