import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkLoadTests {
    private struct Killed: Error {}

    @Test func `an atomic import that is killed leaves nothing`() async throws {
        try await BulkScenario.run { scenario in
            // Into a table that has a row, so that rows without a key are compared and not copied directly.
            try await scenario.load(try scenario.file(BulkScenario.rows(9001...9001), "first.csv"))
            let path = try scenario.file(BulkScenario.rows(1...3000) + "Monitor,m,,\n")
            let session = try await PostgresConnection.connect(scenario.options)
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "bulk.applied" { throw Killed() } }) {
                    try await scenario.load(path, on: session) { $0.isAtomic = true }
                }
            }
            await session.close()
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 1)
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_run") == 1)
            let outcome = try await scenario.load(path) { $0.isAtomic = true }
            #expect(outcome.numbers == [3001, 0, 0, 0])
            try await scenario.undo(outcome.run)
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 1)
        }
    }

    @Test func `a row that only the server refuses is rejected, and the others are loaded`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.connection.executeScript(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE 'not on my watch'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON hardware_inventory FOR EACH ROW
                WHEN (NEW.serial_number IN ('S7', 'S8', 'S1999')) EXECUTE FUNCTION refuse();
                """)
            let path = try scenario.file(BulkScenario.rows(1...2000))
            let strict = await #expect(throws: ImportError.self) {
                try await scenario.load(path) {
                    $0.isAtomic = true
                    $0.maxErrors = .rows(0)
                }
            }
            #expect(strict?.report.code == "RSS-IMPORT-010")
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 0)
            let outcome = try await scenario.load(path) { $0.maxErrors = .rows(3) }
            #expect(outcome.numbers == [1997, 0, 0, 3])
            #expect(outcome.rejects.kinds.map(\.code) == [.refusedByServer])
            #expect(outcome.rejects.kinds.first?.line == 8)
            #expect(outcome.rejects.kinds.first?.reason.contains("not on my watch") == true)
            let rejects = try String(contentsOfFile: try #require(outcome.rejectsPath), encoding: .utf8)
            #expect(rejects.split(separator: "\n").count == 4)
            // The batch was cut into several, each with its own rows.
            let look = try await scenario.undo(outcome.run, isDryRun: true)
            #expect((look.removed, look.keptCount) == (1997, 0))
            try await scenario.connection.execute("DROP TRIGGER refuse ON hardware_inventory")
            #expect(try await scenario.load(try #require(outcome.rejectsPath)).numbers == [3, 0, 0, 0])
        }
    }

    @Test func `ten imports at once of overlapping files leave every row there once`() async throws {
        try await BulkScenario.run { scenario in
            let paths = try (0..<10).map { number in
                try scenario.file(
                    BulkScenario.rows((number * 300)..<(number * 300 + 1500), name: "n"), "\(number).csv")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for path in paths {
                    group.addTask {
                        let session = try await PostgresConnection.connect(scenario.options)
                        let outcome = try await scenario.load(path, on: session)
                        #expect(outcome.numbers.reduce(0, +) == 1500)
                        #expect(outcome.rejects.rows == 0)
                        await session.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 4200)
            #expect(try await scenario.number("SELECT count(DISTINCT serial_number) FROM hardware_inventory") == 4200)
            #expect(try await scenario.number("SELECT sum(inserted)::bigint FROM rssctl.bulk_batch") == 4200)
        }
    }

    @Test func `rows that the table has are updated, skipped or rejected, as asked`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            let path = try scenario.file(BulkScenario.rows(2...4, name: "x"))
            let skipped = try await scenario.load(path) { $0.onConflict = .skip }
            #expect(skipped.numbers == [1, 0, 2, 0])
            let refused = try await scenario.load(path) { $0.onConflict = .error }
            #expect(refused.numbers == [0, 0, 1, 2])
            #expect(refused.rejects.kinds.map(\.code) == [.exists])
            #expect(try await scenario.load(path).numbers == [0, 2, 1, 0])
        }
    }

    @Test func `the last of several rows with one key wins when asked`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("category,name,serial\nLaptop,a,S1\nLaptop,b,S1\nLaptop,c,S1\n")
            let outcome = try await scenario.load(path) { $0.duplicates = .last }
            #expect(outcome.numbers == [1, 0, 0, 2])
            #expect(outcome.rejects.kinds.first?.line == 2)
            #expect(outcome.rejects.kinds.first?.reason == "serial_number: 'S1' is also on line 3")
            #expect(try await scenario.texts("SELECT device_name FROM hardware_inventory") == ["c"])
        }
    }

    @Test func `an empty field clears a value, and with fill-only keeps it`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file("category,name,serial,room,ip\nLaptop,a,S1,R1,10.0.0.1\n"))
            let path = try scenario.file("category,name,serial,room,ip\nLaptop,a,S1,,10.0.0.2\n")
            #expect(try await scenario.load(path) { $0.fillsOnly = true }.numbers == [0, 1, 0, 0])
            let value = "SELECT coalesce(location_room, '-') || ' ' || host(ip_address) FROM hardware_inventory"
            #expect(try await scenario.texts(value) == ["R1 10.0.0.2"])
            #expect(try await scenario.load(path) { $0.fillsOnly = true }.numbers == [0, 0, 1, 0])
            #expect(try await scenario.load(path).numbers == [0, 1, 0, 0])
            #expect(try await scenario.texts(value) == ["- 10.0.0.2"])
        }
    }

    @Test func `rows are matched by another key, which must mean one row`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(
                try scenario.file("category,name,serial,tag\nLaptop,a,S1,T1\nLaptop,b,S2,T2\nLaptop,c,S3,T2\n"))
            // A file without serial numbers is matched by asset tags.
            let path = try scenario.file("category,name,tag\nLaptop,x,T1\nLaptop,y,T2\nLaptop,z,T3\n")
            let outcome = try await scenario.load(path)
            #expect(outcome.key == "asset_tag")
            #expect(outcome.numbers == [1, 1, 0, 1])
            #expect(outcome.rejects.kinds.map(\.code) == [.ambiguousKey])
            #expect(
                try await scenario.texts(
                    "SELECT device_name || coalesce(serial_number, '-') FROM hardware_inventory ORDER BY 1")
                    == ["bS2", "cS3", "xS1", "z-"])
            let missing = await #expect(throws: ImportError.self) { try await scenario.load(path) { $0.key = "mac" } }
            #expect(missing?.report.code == "RSS-IMPORT-015")
        }
    }
}

extension BulkLoadTests {
    @Test func `lines before the names of the columns are skipped, and a file may have no names`() async throws {
        try await BulkScenario.run { scenario in
            let preamble =
                "Inventory of the branch;;\r\nAs of;24.11.2026;\r\n;;\r\nName;Category;Serial\r\na;Laptop;S1;;\r\nb;Laptop;S2\r\n"
            let outcome = try await scenario.load(try scenario.file(preamble))
            #expect(outcome.numbers == [2, 0, 0, 0])
            let nameless = try scenario.file("x;a;Laptop;S1\nx;b;Laptop;S2\nx;c;Laptop;S3\nx;d;Laptop\n")
            let error = await #expect(throws: ImportError.self) { try await scenario.load(nameless) }
            #expect(error?.report.code == "RSS-IMPORT-003")
            let columns = ["-", "name", "category", "serial_number"]
            #expect(try await scenario.load(nameless) { $0.columns = columns }.numbers == [1, 0, 2, 1])
            let padded = try await scenario.load(nameless) {
                $0.columns = columns
                $0.padsShortRows = true
            }
            #expect(padded.numbers == [1, 0, 3, 0])
            let twice = try scenario.file("name,category,serial\nname,category,serial\ne,Laptop,S5\n")
            #expect(try await scenario.load(twice) { $0.headerLine = 2 }.numbers == [1, 0, 0, 0])
        }
    }

    @Test func `quotes and escapes can be given`() async throws {
        try await BulkScenario.run { scenario in
            let single = try scenario.file("name,category,serial\n'a, \"b\"',Laptop,S1\n")
            #expect(try await scenario.load(single) { $0.quote = .single }.numbers == [1, 0, 0, 0])
            let none = try scenario.file("name,category,serial\n\"24 inch\" screen,Laptop,S2\n")
            #expect(try await scenario.load(none).rejects.kinds.map(\.code) == [.textAfterQuote])
            #expect(try await scenario.load(none) { $0.quote = QuoteChoice.none }.numbers == [1, 0, 0, 0])
            #expect(
                try await scenario.texts("SELECT device_name FROM hardware_inventory ORDER BY serial_number")
                    == ["a, \"b\"", "\"24 inch\" screen"])
        }
    }

    @Test func `a dry run needs no ledger, also for rows without a key`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.connection.execute(
                "DROP TABLE rssctl.bulk_undo, rssctl.bulk_before, rssctl.bulk_batch, rssctl.bulk_run")
            try await scenario.connection.execute("UPDATE rssctl.bookkeeping SET format = 3")
            let path = try scenario.file("category,name\nMonitor,a\nMonitor,b\n")
            #expect(try await scenario.load(path) { $0.isDryRun = true }.numbers == [2, 0, 0, 0])
            #expect(try await scenario.load(path).numbers == [2, 0, 0, 0])
        }
    }

    @Test func `an import whose run another session loads begins one of its own`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...20))
            let session = try await PostgresConnection.connect(scenario.options)
            try await FaultPoint.$handler.withValue({ point in
                guard point == "bulk.begun" else { return }
                // While the first one is in progress.
                try await FaultPoint.$handler.withValue(nil) {
                    let other = try await scenario.load(path)
                    #expect(other.continued == nil)
                    #expect(other.numbers == [20, 0, 0, 0])
                }
            }) {
                let first = try await scenario.load(path, on: session)
                #expect(first.numbers == [0, 0, 20, 0])
            }
            await session.close()
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_run WHERE state = 'done'") == 2)
        }
    }

    @Test func `an update changes the columns of the file alone, and inserts nothing`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(
                try scenario.file("category,name,serial,room\nLaptop,a,S1,R1\nLaptop,b,S2,R2\nLaptop,c,S3,R3\n"))
            let before = try await scenario.content()
            let id =
                try await scenario.texts("SELECT id::text FROM hardware_inventory WHERE serial_number = 'S2'")[0] ?? ""
            let byID = try await scenario.load(try scenario.file("id,serial,room\n\(id),S9,R9\n,S1,R8\nx,S1,R8\n")) {
                $0.operation = .update
                $0.visit = nil
            }
            #expect(byID.key == "id")
            #expect(byID.numbers == [0, 1, 0, 2])
            let bySerial = try await scenario.load(
                try scenario.file("serial,room,name\nS1,,a\nS2,R7,b\nS3,R3,c\nS9,R9,\n")
            ) {
                $0.operation = .update
                $0.visit = nil
            }
            // S2 is S9 by now; the last row removes the name that every device needs.
            #expect(bySerial.numbers == [0, 1, 1, 2])
            #expect(Set(bySerial.rejects.kinds.map(\.code)) == [.notFound, .missingValue])
            #expect(
                try await scenario.texts(
                    "SELECT concat_ws(' ', serial_number, device_name, location_room) FROM hardware_inventory ORDER BY 1"
                )
                    == ["S1 a", "S3 c R3", "S9 b R9"])
            try await scenario.undo(bySerial.run)
            try await scenario.undo(byID.run)
            #expect(try await scenario.content() == before)
        }
    }

    @Test func `a deletion removes what the file lists, and an undo restores it`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...300)))
            let before = try await scenario.content()
            let path = try scenario.file("serial,whatever\nS1,x\nS7,y\nS7,z\nT1,\n")
            let look = try await scenario.load(path) {
                $0.operation = .delete
                $0.isDryRun = true
            }
            #expect((look.deleted, look.rejects.rows) == (2, 2))
            #expect(try await scenario.content() == before)
            let outcome = try await scenario.load(path) { $0.operation = .delete }
            #expect((outcome.deleted, outcome.rejects.rows) == (2, 2))
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 298)
            #expect(try await RunHistory.list(scenario.connection, limit: 1).first?.rejected == 2)
            try await scenario.undo(outcome.run)
            #expect(try await scenario.content() == before)
        }
    }

    @Test func `recycling records are imported by the same description of a table`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(
                "category;item;qty;weight;status;pickup;notes\r\nLaptop;Old laptops;12;24,750;picked up;31.12.2025;\"two\r\nboxes\"\r\n"
                    + "Laptop;One;;1.234;;;\r\nLaptop;None;0;1;;;\r\n")
            let outcome = try await scenario.load(path, into: .recycling)
            #expect(outcome.numbers == [1, 0, 0, 2])
            #expect(Set(outcome.rejects.kinds.map(\.code)) == [.ambiguousNumber, .outOfRange])
            #expect(
                try await scenario.texts(
                    "SELECT concat_ws(' ', item_description, quantity, weight_kg, status, pickup_date, length(notes)) FROM recycling_records"
                )
                    == ["Old laptops 12 24.750 picked_up 2025-12-31 10"])
            #expect(try await scenario.load(path, into: .recycling).numbers == [0, 0, 1, 2])
            try await scenario.undo(outcome.run)
            #expect(try await scenario.number("SELECT count(*) FROM recycling_records") == 0)
        }
    }
}
