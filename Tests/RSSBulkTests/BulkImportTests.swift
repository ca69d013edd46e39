import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkImportTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "rssctl-import-\(UUID().uuidString)")

    /// A database with two visit reports, and a session on it.
    private func session(_ options: ConnectionOptions) async throws -> PostgresConnection {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let connection = try await PostgresConnection.connect(options)
        try await connection.executeScript(
            """
            INSERT INTO organizations (name) VALUES ('Test');
            INSERT INTO visit_reports (report_number, visit_date, organization_id)
            SELECT n, d, (SELECT id FROM organizations LIMIT 1)
            FROM (VALUES ('RSS-1', current_date), ('RSS-2', current_date + 1)) v (n, d);
            """)
        return connection
    }

    private func write(_ text: String, _ name: String = "devices.csv") throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private func read(_ path: String?) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: try #require(path))), as: UTF8.self)
    }

    private func run(
        _ connection: PostgresConnection, _ path: String, _ session: ConnectionOptions,
        _ progress: ProgressReporter = .silent, _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws -> BulkImporter.Outcome {
        var options = ImportOptions(path: path)
        options.visit = "RSS-1"
        change(&options)
        return try await BulkImporter(
            connection, lookups: session, runID: UUID().uuidString, progress: progress
        ).run(ImportFile(.hardware, options))
    }

    private func number(_ connection: PostgresConnection, _ sql: String) async throws -> Int64 {
        try await connection.query(sql).first?.decode(Int64.self, at: 0) ?? -1
    }

    private func counts(_ outcome: BulkImporter.Outcome) -> [Int] {
        [outcome.read, outcome.inserted, outcome.updated, outcome.unchanged, outcome.rejects.rows]
    }

    private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Examples/inventory.csv")

    @Test func `the example inventory has 21 bad rows, each reported with its line, and imports once`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = folder.appendingPathComponent("inventory.csv").path
            try FileManager.default.copyItem(at: Self.examples, to: URL(fileURLWithPath: path))
            let first = try await run(connection, path, options)
            #expect(counts(first) == [2000, 1979, 0, 0, 21])
            let lines = try read(first.rejectsPath).split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
            #expect(lines == stride(from: 84, through: 1844, by: 88).map { "\($0)" })
            let repeated = try #require(first.rejects.kinds.first { $0.code == .repeatedKey })
            #expect(repeated.line == 1052)
            #expect(repeated.reason == "serial_number: '5CG818100001G' is already on line 2")
            #expect(first.rejects.kinds.contains { $0.code == .unknownReference && $0.line == 1580 })
            #expect(first.rejects.kinds.contains { $0.code == .controlCharacter && $0.line == 1228 })

            let versions = try await number(
                connection, "SELECT sum(xmin::text::bigint + xmax::text::bigint)::bigint FROM hardware_inventory")
            let second = try await run(connection, path, options)
            #expect(counts(second) == [2000, 0, 0, 1979, 21])
            // Not even locked: neither xmin nor xmax of any row is another one.
            #expect(
                try await number(
                    connection, "SELECT sum(xmin::text::bigint + xmax::text::bigint)::bigint FROM hardware_inventory")
                    == versions)
            #expect(
                try await number(
                    connection, "SELECT count(*) FROM hardware_inventory WHERE metadata ->> 'bulkCreated' = 'true'")
                    == 1979)
            #expect(
                try await number(connection, "SELECT count(*) FROM rssctl.operation WHERE operation = 'bulk.import'")
                    == 1)
            await connection.close()
        }
    }

    @Test func `a fixed rejects file imports, and is removed when nothing is rejected`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write(
                #"""
                Name;Category;Serial;MAC;Room
                "Empfang ""A""";Laptop;S1;00:1b:44:11:3a:zz;1
                b;Laptop;S2;;2
                c;Laptop;S3;;3
                d;Laptop
                e;Laptop;S5;;3;4

                """#)
            let first = try await run(connection, path, options)
            #expect(counts(first) == [5, 2, 0, 0, 3])
            let rejects = try #require(first.rejectsPath)
            let unmended = try await run(connection, rejects, options)
            #expect(unmended.inserted == 0)
            #expect(unmended.rejects.rows == first.rejects.rows)
            // What is rejected a second time carries the remarks of the second time alone.
            #expect(
                try read(unmended.rejectsPath).split(separator: "\n").first
                    == "\u{FEFF}rssctl_line;rssctl_column;rssctl_code;rssctl_reason;Name;Category;Serial;MAC;Room")
            let mended = try read(rejects).replacing(";00:1b:44:11:3a:zz;1", with: ";00:1b:44:11:3a:0f;1")
                .replacing(";d;Laptop", with: ";d;Laptop;S4;;4").replacing("S5;;3;4", with: "S5;;3")
            try Data(mended.utf8).write(to: URL(fileURLWithPath: rejects))
            let second = try await run(connection, rejects, options)
            #expect(second.rejects.rows == 0)
            #expect(second.rejectsPath == nil)
            #expect(!FileManager.default.fileExists(atPath: "\(rejects).rejects.csv"))
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 5)
            #expect(
                try await number(
                    connection, "SELECT count(*) FROM hardware_inventory WHERE device_name = 'Empfang \"A\"'") == 1)
            await connection.close()
        }
    }

    @Test func `a device is updated where it differs, and only in the columns of the file`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            _ = try await run(
                connection,
                try write(
                    "visit,category,name,serial,room,status,specs\nRSS-2,Laptop,a,S1,R1,retired,\"{\"\"cpu\"\": 1}\"\nRSS-2,Laptop,b,S2,R2,,\n"
                ), options)
            let again = try await run(
                connection,
                try write("visit,category,name,serial,status,specs\nRSS-2,Laptop,changed,S1,,\nRSS-2,Laptop,b,S2,,\n"),
                options)
            #expect(counts(again) == [2, 0, 1, 1, 0])
            let row = try #require(
                try await connection.query(
                    "SELECT device_name, location_room, status, specifications::text, metadata ->> 'bulkCreated' FROM hardware_inventory WHERE serial_number = 'S1'"
                ).first)
            // A blank status or specification keeps what is there; a column that the file lacks is not touched.
            #expect((0..<5).map { row.text(at: $0) } == ["changed", "R1", "retired", "{\"cpu\": 1}", "true"])
            let cleared = try await run(
                connection, try write("visit,category,name,serial,room\nRSS-2,Laptop,changed,S1,\n"), options)
            #expect(cleared.updated == 1)
            #expect(
                try await number(
                    connection,
                    "SELECT count(*) FROM hardware_inventory WHERE location_room IS NULL AND serial_number = 'S1'") == 1
            )
            await connection.close()
        }
    }

    @Test func `two devices alike without a serial number are two, and stay two`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write("category,name,ip\nMonitor,Monitor,10.0.0.1\nMonitor,Monitor,10.0.0.1\n\n,,\n, ,\n")
            #expect(counts(try await run(connection, path, options)) == [2, 2, 0, 0, 0])
            #expect(counts(try await run(connection, path, options)) == [2, 0, 0, 2, 0])
            let more = try write(
                "category,name,serial,ip\nMonitor,Monitor,,10.0.0.1\nMonitor,Monitor,-,10.0.0.1\nMonitor,Monitor,,10.0.0.1\n"
            )
            #expect(counts(try await run(connection, more, options)) == [3, 1, 0, 2, 0])
            await connection.close()
        }
    }

    @Test func `a dry run counts everything and changes nothing`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write("category,name,serial\nLaptop,a,S1\nToaster,b,S2\n")
            let outcome = try await run(connection, path, options) { $0.isDryRun = true }
            #expect(counts(outcome) == [2, 1, 0, 0, 1])
            #expect(outcome.statements.last?.contains("INSERT INTO public.hardware_inventory") == true)
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(path).rejects.csv"))
            let asked = folder.appendingPathComponent("asked.csv").path
            _ = try await run(connection, path, options) {
                $0.isDryRun = true
                $0.rejectsPath = asked
            }
            #expect(FileManager.default.fileExists(atPath: asked))
            await connection.close()
        }
    }

    @Test func `more rejects than allowed load nothing and leave no file`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write("category,name,serial\nLaptop,a,S1\nToaster,b,S2\nLaptop,c,S1\n")
            let error = await #expect(throws: ImportError.self) {
                try await run(connection, path, options) { $0.maxErrors = .rows(1) }
            }
            #expect(error?.report.code == "RSS-IMPORT-010")
            #expect(error?.report.exit == .dataError)
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["devices.csv"])
            _ = try await run(connection, path, options) { $0.maxErrors = .percent(70) }
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 1)
            await connection.close()
        }
    }

    @Test func `rejects that cannot be kept keep the import from beginning`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write("category,name,serial\nLaptop,a,S1\n")
            let other = try write("precious", "other.csv")
            for place in ["/nowhere/x.csv", "/dev/null", folder.path, other] {
                let error = await #expect(throws: ImportError.self) {
                    try await run(connection, path, options) { $0.rejectsPath = place }
                }
                #expect(error?.report.exit == .cannotWrite)
            }
            await #expect(throws: ImportError.rejectsIsInput(path)) {
                try await run(connection, path, options) { $0.rejectsPath = path }
            }
            #expect(try read(other) == "precious")
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 0)
            await connection.close()
        }
    }

    @Test func `a cancelled import loads nothing and leaves no file`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let rows = (0..<20_000).map { "\($0 % 3 == 0 ? "Toaster" : "Laptop"),d\($0),S\($0)" }
            let path = try write("category,name,serial\n" + rows.joined(separator: "\n"))
            let task = Mutex<Task<Void, any Error>?>(nil)
            let progress = ProgressReporter { event in
                if case .advanced(let done, _) = event, done > 0 { task.withLock { $0?.cancel() } }
            }
            let started = Task {
                while task.withLock({ $0 }) == nil { await Task.yield() }
                _ = try await run(connection, path, options, progress)
            }
            task.withLock { $0 = started }
            await #expect(throws: CancellationError.self) { try await started.value }
            #expect(try await number(connection, "SELECT count(*) FROM hardware_inventory") == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["devices.csv"])
            await connection.close()
        }
    }

    @Test func `a file in another encoding is read, and its rejects are in UTF-8 with a mark`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let path = try write("")
            let text = "Name;Category;Room\nGebäude – Süd;Laptop;Größe\nMüller;Toaster;ß\n"
            try #require(text.data(using: .windowsCP1252)).write(to: URL(fileURLWithPath: path))
            let outcome = try await run(connection, path, options)
            #expect(counts(outcome) == [2, 1, 0, 0, 1])
            #expect(
                try await number(
                    connection, "SELECT count(*) FROM hardware_inventory WHERE device_name = 'Gebäude – Süd'") == 1)
            let rejects = try read(outcome.rejectsPath)
            #expect(rejects.unicodeScalars.first == "\u{FEFF}")
            #expect(rejects.contains(";Müller;Toaster;ß"))
            await connection.close()
        }
    }

    @Test func `visit reports are found by number, by id, and as the newest`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await session(options)
            let id = try #require(
                try await connection.query("SELECT id FROM visit_report_keys WHERE report_number = 'RSS-1'").first?
                    .decode(UUID.self, at: 0))
            let path = try write("visit,category,name,serial\n\(id),Laptop,a,S1\nRSS-1,Laptop,b,S2\n,Laptop,c,S3\n")
            let outcome = try await run(connection, path, options) { $0.visit = "latest" }
            #expect(outcome.visit == "RSS-2")
            #expect(counts(outcome) == [3, 3, 0, 0, 0])
            let found = try await connection.query(
                "SELECT report_number FROM hardware_inventory h JOIN visit_report_keys k ON k.id = h.visit_report_id ORDER BY serial_number"
            )
            #expect(found.map { $0.text(at: 0) } == ["RSS-1", "RSS-1", "RSS-2"])
            await #expect(throws: ImportError.unknownReference(kind: "visit report", name: "RSS-3")) {
                try await run(connection, path, options) { $0.visit = "RSS-3" }
            }
            await connection.close()
        }
    }

    @Test func `an empty file, a folder and a missing file are reported`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(throws: ImportError.empty(try write(""))) {
            try ImportFile(.hardware, ImportOptions(path: try write("")))
        }
        for path in [folder.path, "\(folder.path)/nothing.csv"] {
            let error = #expect(throws: ImportError.self) { try ImportFile(.hardware, ImportOptions(path: path)) }
            #expect(error?.report.code == "RSS-IMPORT-001")
        }
    }
}
