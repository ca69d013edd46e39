import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// What was archived and dropped is restored as it was.
@Suite(.serialized) struct RestoreTests {
    private func restore(_ connection: PostgresConnection) -> PartitionRestore {
        PartitionRestore(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString, progress: .silent)
    }

    /// Retires, archives and drops one partition.
    private func drop(
        _ name: RelationName, _ connection: PostgresConnection, _ folder: String
    ) async throws -> String {
        _ = try await RetireScenario.run(connection).retire([name], quarantineDays: 0, isDryRun: false)
        let target = try await PartitionTarget.find(name, connection)
        let retirement = PartitionRetirement(
            connection: connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, observer: nil, progress: .silent
        )
        try await PartitionDrop(retirement: retirement, table: target.table, folder: folder).drop(name)
        let archive = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.contains(name.name) }
        return "\(folder)/\(archive ?? "")"
    }

    @Test func `a month of visits is restored, attached, with keys, devices, records and files`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let before = try await RetireScenario.state(connection)
                let archive = try await drop(RetireScenario.partition, connection, folder)
                #expect(try await connection.value("SELECT count(*) FROM visit_report_keys") == "40")
                let dry = try await restore(connection).restore(archive, into: nil, isDryRun: true)
                #expect(dry.statements.count >= 2)
                let result = try await restore(connection).restore(
                    "\(archive)/manifest.json", into: nil, isDryRun: false)
                #expect(result.notes.isEmpty)
                let after = try await RetireScenario.state(connection)
                #expect(after == before)
                // And the month is in use: ids are taken, what belongs to it is deleted with it.
                try await connection.execute("DELETE FROM visit_reports WHERE visit_date < '2024-02-01'")
                #expect(try await connection.value("SELECT count(*) FROM hardware_inventory") == "80")
                await #expect(throws: ArchiveError.self) {
                    try await restore(connection).restore(archive, into: nil, isDryRun: false)
                }
            }
        }
    }

    @Test func `values of every kind are restored`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.awkward(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let query = "SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)) FROM t"
                let before = try await connection.value(query)
                let archive = try await drop(ArchiveScenario.name("t_1"), connection, folder)
                // A column that was added later does not prevent it.
                try await connection.execute("ALTER TABLE t ADD COLUMN later int DEFAULT 5")
                _ = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                #expect(try await connection.value("SELECT count(*) FROM t WHERE later = 5") == "3015")
                try await connection.execute("ALTER TABLE t DROP COLUMN later")
                let after = try await connection.value(query)
                #expect(after == before)
                #expect(try await connection.value("SELECT max(id) = 3015 FROM t") == "t")
            }
        }
    }

    @Test func `what is in the way is named, and nothing is restored`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await drop(RetireScenario.partition, connection, folder)
                func refused(_ code: String, _ setup: String, _ cleanup: String) async throws {
                    try await connection.executeScript(setup)
                    do {
                        _ = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                        Issue.record("restored in spite of \(setup)")
                    } catch { #expect(ErrorReport(describing: error).code == code, "\(setup): \(error)") }
                    try await connection.executeScript(cleanup)
                    let gone = try await connection.value("SELECT to_regclass('visit_reports_2024_01') IS NULL")
                    #expect(gone == "t")
                }
                try await refused(
                    "RSS-PARTITION-077",
                    "CREATE TABLE x PARTITION OF visit_reports FOR VALUES FROM ('2024-01-10') TO ('2024-01-20')",
                    "DROP TABLE x")
                try await refused(
                    "RSS-PARTITION-077", "CREATE TABLE visit_reports_2024_01 (x int)",
                    "DROP TABLE visit_reports_2024_01")
                try await refused(
                    "RSS-PARTITION-079",
                    "INSERT INTO visit_report_keys VALUES (gen_random_uuid(), 'VR-1', '2024-01-01')",
                    "DELETE FROM visit_report_keys WHERE report_number = 'VR-1'")
                try await refused(
                    "RSS-PARTITION-078", "ALTER TABLE visit_reports RENAME priority TO urgency",
                    "ALTER TABLE visit_reports RENAME urgency TO priority")
                let file = "\(archive)/002-file_attachments.columns.zst"
                let data = try #require(FileManager.default.contents(atPath: file))
                try data.dropLast().write(to: URL(fileURLWithPath: file))
                try await refused("RSS-PARTITION-073", "SELECT 1", "SELECT 1")
                try data.write(to: URL(fileURLWithPath: file))
                // A file that was deleted since, or given to another visit, stays as it is, and that is reported.
                try await connection.executeScript(
                    """
                    DELETE FROM files.file_attachments WHERE id = (SELECT id FROM files.file_attachments WHERE visit_report_id IS NULL LIMIT 1);
                    UPDATE files.file_attachments SET visit_report_id = (SELECT id FROM visit_report_keys LIMIT 1)
                        WHERE id = (SELECT id FROM files.file_attachments WHERE visit_report_id IS NULL LIMIT 1);
                    """)
                let result = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                #expect(result.notes.count == 1 && result.notes[0].hasPrefix("38 of 40 rows"))
                #expect(try await connection.value("SELECT count(*) FROM visit_reports") == "80")
            }
        }
    }

    @Test func `rows that reference the table itself are restored too, and beside a default partition`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                CREATE TABLE p_def PARTITION OF p DEFAULT;
                CREATE TABLE c (n int PRIMARY KEY, p_id int, p_d date, FOREIGN KEY (p_id, p_d) REFERENCES p ON DELETE CASCADE);
                INSERT INTO p SELECT g, date '2024-01-01' + g % 70 FROM generate_series(1, 500) g;
                INSERT INTO c SELECT id, id, d FROM p;
                """)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let query = """
                    SELECT (SELECT sum(hashtextextended(p::text, 0)) FROM p) || ' ' || (SELECT sum(hashtextextended(c::text, 0)) FROM c)
                    """
                let before = try await connection.value(query)
                let archive = try await ArchiveScenario.archiver(connection).archive(
                    ArchiveScenario.name("p_1"), to: folder, progress: .silent)
                #expect(
                    archive.manifest.contents.map(\.digest.rows).first == archive.manifest.contents.last?.digest.rows)
                try await connection.executeScript(
                    "DELETE FROM c WHERE p_d < '2024-02-01'; ALTER TABLE p DETACH PARTITION p_1; DROP TABLE p_1;")
                _ = try await restore(connection).restore(archive.folder, into: nil, isDryRun: false)
                let after = try await connection.value(query)
                #expect(after == before)
            }
        }
    }

    @Test func `a session lost at any point of a restore is finished by the next run`() async throws {
        try await ArchiveScenario.withFolder { (root: String) async throws -> Void in
            var fatal = 0
            var points = 0
            repeat {
                fatal += 1
                let folder = "\(root)/\(fatal)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try await withDatabase(migrated: true) { (options: ConnectionOptions) async throws -> Void in
                    let connection = try await PostgresConnection.connect(options)
                    try await RetireScenario.visits(connection)
                    let before = try await RetireScenario.state(connection)
                    let archive = try await drop(RetireScenario.partition, connection, folder)
                    let victim = try await PostgresConnection.connect(options)
                    let pid = await victim.backendPID
                    let passed = Mutex(0)
                    let wanted = fatal
                    _ = try? await FaultPoint.$handler.withValue({ _ in
                        let count = passed.withLock { passed in
                            passed += 1
                            return passed
                        }
                        if count == wanted {
                            try await connection.query("SELECT pg_terminate_backend($1, 5000)", [pid])
                        }
                    }) {
                        try await restore(victim).restore(archive, into: nil, isDryRun: false)
                    }
                    await victim.close()
                    points = max(points, passed.withLock { $0 })
                    do {
                        _ = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                    } catch ArchiveError.occupied where wanted >= points {
                        // Nothing was left to do.
                    }
                    let after = try await RetireScenario.state(connection)
                    #expect(after == before, "point \(wanted)")
                    await connection.close()
                }
            } while fatal <= points
            #expect(points >= 8)
        }
    }

    @Test func `a partition without anything beside it that exists is compared with its archive`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE p (id int, d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                INSERT INTO p SELECT g, date '2024-01-01' + g % 31 FROM generate_series(1, 50) g;
                """)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await ArchiveScenario.archiver(connection).archive(
                    ArchiveScenario.name("p_1"), to: folder, progress: .silent
                ).folder
                let result = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                #expect(result.notes == ["public.p_1 exists already, with the rows of the archive."])
                try await connection.execute("UPDATE p SET id = 0 WHERE id = 7")
                await #expect {
                    try await restore(connection).restore(archive, into: nil, isDryRun: false)
                } throws: { error in
                    guard case ArchiveError.occupied(_, _, let by)? = error as? ArchiveError else { return false }
                    return by.contains("with other rows")
                }
            }
        }
    }

    @Test func `rows whose referenced rows are missing wait loaded, and are attached later`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE o (id int PRIMARY KEY);
                INSERT INTO o SELECT generate_series(1, 9);
                CREATE TABLE p (id int, d date NOT NULL, o int REFERENCES o) PARTITION BY RANGE (d);
                CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                INSERT INTO p SELECT g, date '2024-01-01' + g % 31, g % 9 + 1 FROM generate_series(1, 50) g;
                """)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await drop(ArchiveScenario.name("p_1"), connection, folder)
                try await connection.execute("DELETE FROM o WHERE id = 3")
                await #expect {
                    try await restore(connection).restore(archive, into: nil, isDryRun: false)
                } throws: { error in
                    guard case ArchiveError.waiting("public.p_1", _, _)? = error as? ArchiveError else { return false }
                    return true
                }
                #expect(try await connection.value("SELECT count(*) FROM p_1") == "50")
                try await connection.execute("INSERT INTO o VALUES (3)")
                _ = try await restore(connection).restore(archive, into: nil, isDryRun: false)
                #expect(try await connection.value("SELECT count(*) FROM p") == "50")
            }
        }
    }
}
