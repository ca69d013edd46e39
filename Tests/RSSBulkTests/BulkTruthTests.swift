import CSV
import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// An import stores what the file says, and nothing else.
@Suite struct BulkTruthTests {
    private func serials(_ scenario: BulkScenario) async throws -> [String?] {
        try await scenario.texts(
            "SELECT concat_ws('|', device_name, serial_number) FROM hardware_inventory ORDER BY device_name")
    }

    @Test func `a device is not overwritten by another one with the same placeholder`() async throws {
        try await BulkScenario.run { scenario in
            let first = "category,name,serial\nLaptop,A,To be filled by O.E.M.\nLaptop,B,Default string\nLaptop,C,S1\n"
            let outcome = try await scenario.load(try scenario.file(first))
            #expect(outcome.numbers == [3, 0, 0, 0])
            #expect(outcome.placeholders.entries.map(\.count) == [2])
            #expect(outcome.placeholders.entries.first?.value == "To be filled by O.E.M.")
            let second = try await scenario.load(
                try scenario.file("category,name,serial\nLaptop,Z,to be filled by o.e.m.\n", "b.csv"))
            #expect(second.numbers == [1, 0, 0, 0])
            #expect(try await serials(scenario) == ["A", "B", "C|S1", "Z"])
            // The same again changes nothing.
            let again = try await scenario.load(try scenario.file(first))
            #expect(again.numbers == [0, 0, 3, 0])
        }
    }

    @Test func `what was stored before there were placeholders is found again`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(
                try scenario.file("category,name,serial,vendor\nLaptop,A,S1,Dell\nLaptop,B,S2,HP\nLaptop,C,S3,HP\n"))
            try await scenario.connection.executeScript(
                """
                UPDATE hardware_inventory SET serial_number = 'Default string' WHERE serial_number = 'S1';
                UPDATE hardware_inventory SET serial_number = '', manufacturer = 'unknown' WHERE serial_number = 'S2';
                UPDATE hardware_inventory SET manufacturer = 'none' WHERE serial_number = 'S3';
                """)
            let before = try await scenario.content()
            let text =
                "category,name,serial,vendor\nLaptop,A,Default string,Dell\nLaptop,B,\"\",unknown\nLaptop,C,S3,none\n"
            let outcome = try await scenario.load(try scenario.file(text, "b.csv"))
            #expect(outcome.numbers == [0, 0, 3, 0])
            #expect(try await scenario.content() == before)
        }
    }

    @Test func `a placeholder clears no serial number`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file("category,name,serial,asset\nLaptop,A,S1,T1\nLaptop,B,S2,T2\n"))
            let outcome = try await scenario.load(
                try scenario.file("category,name,serial,asset\nLaptop,A2,Default string,T1\nLaptop,B,S2,T2\n", "b.csv")
            ) { $0.key = "asset_tag" }
            #expect(outcome.numbers == [0, 1, 1, 0])
            #expect(try await serials(scenario) == ["A2|S1", "B|S2"])
        }
    }

    @Test func `a device is moved to no other organization unless that is allowed`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.connection.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('Other');
                INSERT INTO visit_reports (report_number, visit_date, organization_id)
                SELECT 'RSS-9', current_date, id FROM organizations WHERE name = 'Other';
                """)
            let first = try await scenario.load(try scenario.file("category,name,serial\nLaptop,A,S1\nLaptop,B,S2\n"))
            #expect(first.organization == "Test")
            let path = try scenario.file("category,name,serial\nLaptop,stolen,S1\nLaptop,new,S3\n", "b.csv")
            let second = try await scenario.load(path) { $0.visit = "RSS-9" }
            #expect(second.numbers == [1, 0, 0, 1] && second.organization == "Other")
            let problem = try #require(second.rejects.kinds.first)
            #expect(problem.code == .movesOrganization)
            #expect(problem.reason.contains("RSS-1 of Test") && problem.reason.contains("RSS-9 of Other"))
            #expect(try await serials(scenario) == ["A|S1", "B|S2", "new|S3"])
            // Within an organization a device is moved from report to report.
            let within = try await scenario.load(path) { $0.visit = "RSS-2" }
            #expect(within.numbers == [0, 1, 0, 1])
            let allowed = try await scenario.load(path) {
                $0.visit = "RSS-9"
                $0.allowsMove = true
            }
            #expect(allowed.numbers == [0, 1, 1, 0])
            // An update that names another report is one, too.
            let update = try scenario.file("serial,visit\nS2,RSS-9\nS1,RSS-1\n", "u.csv")
            let updated = try await scenario.load(update) {
                $0.operation = .update
                $0.visit = nil
            }
            #expect(updated.numbers == [0, 0, 0, 2])
        }
    }

    @Test func `lines that a quote has swallowed are rejected, in every column`() async throws {
        try await BulkScenario.run { scenario in
            let text =
                "category,item,notes,quantity\nMonitor,A,\"24 inch,1\nMonitor,B,27 inch,2\nMonitor,C,19\",3\nMonitor,D,ok,4\n"
            let outcome = try await scenario.load(try scenario.file(text), into: .recycling)
            #expect(outcome.numbers == [1, 0, 0, 1])
            #expect(outcome.rejects.kinds.map(\.code) == [.swallowedLines])
            // In a column that is not read, too, where their loss would go unnoticed.
            let ignored =
                "category,name,remark,serial\nLaptop,a,\"14 inch,S1\nLaptop,b,15 inch,S2\nLaptop,c,17\",S3\nLaptop,d,,S4\n"
            let other = try await scenario.load(try scenario.file(ignored, "b.csv")) { $0.ignoresUnknown = true }
            #expect(other.numbers == [1, 0, 0, 1])
            // A note of several lines is one.
            let notes = "category,item,notes,quantity\nMonitor,E,\"line one,\nline two\nline three\",5\n"
            let last = try await scenario.load(try scenario.file(notes, "c.csv"), into: .recycling)
            #expect(last.numbers == [1, 0, 0, 0])
        }
    }

    @Test func `a line of another encoding is rejected, and is loaded from the rejects file`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("", "mixed.csv")
            var bytes = Array("category,name,serial\n".utf8)
            for index in 1...3 {
                let line = "Laptop,Büro \(index),S\(index)\n"
                bytes += index == 2 ? Array(line.utf8) : Array(try #require(line.data(using: .windowsCP1252)))
            }
            try Data(bytes).write(to: URL(filePath: path))
            let outcome = try await scenario.load(path)
            #expect(outcome.numbers == [2, 0, 0, 1] && outcome.rejects.kinds.map(\.code) == [.otherEncoding])
            let again = try await scenario.load(try #require(outcome.rejectsPath))
            #expect(again.numbers == [1, 0, 0, 0])
            #expect(try await serials(scenario) == ["Büro 1|S1", "Büro 2|S2", "Büro 3|S3"])
        }
    }

    @Test func `an encoding that may be several stops the import, and shows what it may be`() throws {
        let path = "/tmp/rssctl-\(UUID().uuidString).csv"
        defer { unlink(path) }
        let text = "category,device_name,serial\nLaptop,Büro Drucker,S1\nLaptop,Müller,S2\n"
        // Mac Roman, where ü is 9F.
        try Data(try #require(text.data(using: .isoLatin1)).map { $0 == 0xFC ? 0x9F : $0 })
            .write(to: URL(filePath: path))
        var options = ImportOptions(path: path)
        options.isWithoutVisit = true
        let error = #expect(throws: ImportError.self) { try ImportFile(.hardware, options) }
        #expect(error?.report.code == "RSS-IMPORT-137" && error?.report.exit == .dataError)
        #expect(error?.report.detail?.contains("'Büro Drucker', 'Müller'") == true)
        let asked = try ImportFile(.hardware, options) { _, choices in
            choices.first { $0.fields.contains("Müller") }?.encoding
        }
        #expect(asked.encodingName == "MACINTOSH")
        options.encoding = .windows1252
        #expect(try ImportFile(.hardware, options).encodingName == "Windows-1252")
    }

    @Test func `what is not read is listed`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("category,name,serial,Farbe,\nLaptop,a,S1,rot,\nLaptop,b,S2,blau\n")
            var options = ImportOptions(path: path)
            options.visit = "RSS-1"
            options.ignoresUnknown = true
            let file = try ImportFile(.hardware, options)
            #expect(file.ignoredColumns == ["Farbe"])
            // A column without a name at the end is none, and its field may be missing.
            let outcome = try await scenario.load(path) { $0.ignoresUnknown = true }
            #expect(outcome.numbers == [2, 0, 0, 0])
        }
    }

    @Test func `the last run is the last one of the role that wrote something`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("category,name,serial\nLaptop,a,S1\n")
            let first = try await scenario.load(path)
            let second = try await scenario.load(path)
            #expect(second.numbers == [0, 0, 1, 0] && second.run != first.run)
            let undone = try await scenario.undo("last")
            #expect(undone.run == first.run && undone.removed == 1)
            let none = await #expect(throws: RunUndoError.self) { try await scenario.undo("last") }
            #expect(none?.report.code == "RSS-IMPORT-018")
        }
    }

    @Test func `a row that another table needs is kept, and the others of its run are removed`() async throws {
        try await BulkScenario.run { scenario in
            let run = try await scenario.load(try scenario.file(BulkScenario.rows(1...20))).run
            try await scenario.connection.executeScript(
                """
                CREATE TABLE loans (device uuid REFERENCES hardware_inventory (id));
                INSERT INTO loans SELECT id FROM hardware_inventory WHERE serial_number = 'S7';
                """)
            let outcome = try await scenario.undo(run)
            #expect((outcome.removed, outcome.keptCount, outcome.kept.count) == (19, 1, 1))
            #expect(outcome.kept.first?.reason.hasPrefix("cannot be removed: ") == true)
            #expect(try await scenario.texts("SELECT serial_number FROM hardware_inventory") == ["S7"])
            // Once nothing needs it, it is removed as well.
            try await scenario.connection.executeScript("DROP TABLE loans")
            #expect(try await scenario.undo(run).removed == 1)
        }
    }

    @Test func `a row that a policy refuses is rejected, and the others are loaded`() async throws {
        try await BulkScenario.run { scenario in
            // Bookkeeping exists for the role to write to.
            try await scenario.load(try scenario.file(BulkScenario.rows(1...2)))
            let role = "policed_\(UInt32.random(in: 0...UInt32.max))"
            try await scenario.connection.executeScript(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'policed';
                GRANT ALL ON SCHEMA public, rssctl TO \(role);
                GRANT ALL ON ALL TABLES IN SCHEMA public, rssctl TO \(role);
                ALTER TABLE hardware_inventory ENABLE ROW LEVEL SECURITY;
                CREATE POLICY most ON hardware_inventory TO \(role) USING (true) WITH CHECK (serial_number <> 'S7');
                """)
            var options = scenario.options
            options.keywords.merge(["user": role, "password": "policed"]) { $1 }
            let session = try await PostgresConnection.connect(options)
            var importing = ImportOptions(path: try scenario.file(BulkScenario.rows(3...30), "more.csv"))
            importing.visit = "RSS-1"
            let importer = BulkImporter(
                session, lookups: options, runID: UUID().uuidString.lowercased(), progress: .silent)
            let result = try await importer.run(ImportFile(.hardware, importing))
            await session.close()
            try await scenario.connection.executeScript(
                "DROP POLICY most ON hardware_inventory; DROP OWNED BY \(role); DROP ROLE \(role)")
            #expect(result.numbers == [27, 0, 0, 1])
            #expect(result.rejects.kinds.map(\.code) == [.refusedByServer] && result.rejects.kinds.first?.line == 6)
        }
    }

    @Test func `a run that no session works on is interrupted`() async throws {
        try await BulkScenario.run { scenario in
            let run = try #require(try await scenario.load(try scenario.file(BulkScenario.rows(1...3))).run)
            try await scenario.connection.execute(
                "UPDATE rssctl.bulk_run SET state = 'loading' WHERE run_id = $1::uuid", [run])
            #expect(try await RunHistory.list(scenario.connection, limit: 5).map(\.state) == ["interrupted"])
            try await scenario.connection.acquire(BulkLedger.lock(run))
            #expect(try await RunHistory.list(scenario.connection, limit: 5).map(\.state) == ["loading"])
        }
    }
}
