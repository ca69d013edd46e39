import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Who can write an archive's files, or its record, gets no statement run, and no other archive removed.
@Suite struct ForgedArchiveTests {
    private static let make = """
        CREATE TABLE p (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
        CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
        CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
        CREATE TABLE c (n int PRIMARY KEY, p_id int, p_d date, note text, FOREIGN KEY (p_id, p_d) REFERENCES p ON DELETE SET NULL);
        INSERT INTO p SELECT g, date '2024-01-01' + g % 50 FROM generate_series(1, 100) g;
        INSERT INTO c SELECT id, id, d, 'archived' FROM p;
        """

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.report.code ?? "\(error)"
        }
    }

    /// Archives a partition, and removes it with what belongs to it.
    private func archived(_ connection: PostgresConnection, _ folder: String) async throws -> String {
        try await connection.executeScript(Self.make)
        let archive = try await ArchiveScenario.archiver(connection).archive(
            ArchiveScenario.name("p_1"), to: folder, progress: .silent
        ).folder
        try await connection.executeScript(
            """
            UPDATE c SET p_id = NULL, p_d = NULL, note = NULL WHERE p_d < '2024-02-01';
            ALTER TABLE c DROP CONSTRAINT c_p_id_p_d_fkey; ALTER TABLE p DETACH PARTITION p_1; DROP TABLE p_1;
            ALTER TABLE c ADD FOREIGN KEY (p_id, p_d) REFERENCES p ON DELETE SET NULL;
            """)
        return archive
    }

    /// Rewrites a manifest with its sum.
    private func forge(_ archive: String, _ change: (inout ArchiveManifest) -> Void) throws {
        var manifest = try ArchiveManifest(folder: archive)
        change(&manifest)
        let json = try manifest.json()
        try json.write(to: URL(fileURLWithPath: "\(archive)/\(ArchiveManifest.name)"))
        try manifest.sumsText(ofItself: json).write(
            to: URL(fileURLWithPath: "\(archive)/\(ArchiveManifest.sumsName)"))
    }

    private func restore(_ archive: String, _ connection: PostgresConnection) async -> String? {
        await code {
            _ = try await PartitionRestore(
                connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, progress: .silent
            ).restore(archive, into: nil, isDryRun: false)
        }
    }

    @Test(arguments: [
        ("UTF8'); CREATE TABLE hacked (); COMMIT; --", true), ("UTF8) ; --", true), ("", true), ("NOPE", false),
    ])
    func `an encoding that is not one is refused`(encoding: String, isSeen: Bool) async throws {
        try await withConnection { connection in
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await archived(connection, folder)
                try forge(archive) { $0.encoding = encoding }
                let verified = await code { _ = try await ArchiveVerifier(archive).verify() }
                #expect(verified == (isSeen ? "RSS-PARTITION-073" : nil))
                let restored = await restore(archive, connection)
                #expect(restored == "RSS-PARTITION-073")
                #expect(
                    try await connection.value(
                        "SELECT to_regclass('hacked') IS NULL AND to_regclass('p_1') IS NULL") == "t")
            }
        }
    }

    @Test func `only the columns of a foreign key are linked again`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await archived(connection, folder)
                let links = try ArchiveManifest(folder: archive).contents[1].links
                try forge(archive) { $0.contents[1].links[0].columns = ["note"] }
                let refused = await restore(archive, connection)
                #expect(refused == "RSS-PARTITION-078")
                #expect(try await connection.value("SELECT count(note) FROM c WHERE p_d IS NULL") == "0")
                try forge(archive) { $0.contents[1].links = links }
                // It is attached by now, with the rows of the archive.
                let again = await restore(archive, connection)
                #expect(again == nil)
                #expect(try await connection.value("SELECT count(*) FROM c WHERE p_id IS NULL") == "0")
                #expect(try await connection.value("SELECT count(*) FROM c WHERE note IS NULL") != "0")
            }
        }
    }

    @Test func `contents that belong to themselves are refused`() async throws {
        try await withConnection { connection in
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await archived(connection, folder)
                try forge(archive) { $0.contents[1].links[0].parent = 1 }
                let verified = await code { _ = try await ArchiveVerifier(archive).verify() }
                #expect(verified == "RSS-PARTITION-073")
            }
        }
    }

    @Test func `the archive of another database is neither mistaken for this one's nor removed`() async throws {
        try await withConnection { connection in
            try await withConnection { other in
                try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                    try await other.executeScript(Self.make)
                    let theirs = try await ArchiveScenario.archiver(other).archive(
                        ArchiveScenario.name("p_1"), to: folder, progress: .silent
                    ).folder
                    let files = try FileManager.default.contentsOfDirectory(atPath: theirs).sorted()
                    try await connection.executeScript(Self.make + "DELETE FROM c; DELETE FROM p WHERE id = 1;")
                    _ = try await RetireScenario.run(connection).retire(
                        [ArchiveScenario.name("p_1")], quarantineDays: 0, isDryRun: false)
                    func attempt(_ digest: String?) async throws -> RetireScenario.Kept {
                        try await connection.execute(
                            "UPDATE rssctl.partition_retired SET archive = $1, archive_digest = $2", [theirs, digest])
                        return try await RetireScenario.maintain(
                            connection, "p", at: Date().addingTimeInterval(60))
                    }
                    for digest in [nil, "00"] as [String?] {
                        let kept = try await attempt(digest)
                        #expect(kept.errors == ["RSS-PARTITION-074"], "\(kept)")
                        #expect(try await connection.value("SELECT to_regclass('p_1') IS NOT NULL") == "t")
                    }
                    // As if the record was restored from a dump: then this database writes an archive of its own.
                    let kept = try await attempt(ArchiveManifest.seal(folder: theirs))
                    #expect(kept.errors.isEmpty && kept.done.contains("drop p_1"), "\(kept)")
                    #expect(try FileManager.default.contentsOfDirectory(atPath: theirs).sorted() == files)
                    let ours = try #require(
                        try await connection.value("SELECT archive FROM rssctl.partition_retired"))
                    let database = try await connection.value("SELECT current_database()")
                    #expect(try ArchiveManifest(folder: ours).database == database)
                }
            }
        }
    }
}
