import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// Files as Excel in Europe saves them: semicolons, a byte order mark, CRLF, its own ways of writing numbers and dates.
@Suite struct BulkExcelTests {
    @Test func `an inventory is imported as it is meant, and what Excel has spoilt is reported`() async throws {
        let text =
            "\u{FEFF}Kategorie;Name;Seriennummer;Inventarnummer;MAC-Adresse;Garantie bis;Zustand;Raum\r\n"
            + "Laptop;\"Gerät \"\"Süd\"\"\";SN-1;007;08:00:2B:01:02:03;31.12.2025;5;R 1\r\n"
            + "Laptop;Gerät 2;SN-2;0042;08-00-2b-01-02-04;01.02.2026;4;\"Haus A; Zimmer 3\"\r\n"
            + "Laptop;Gerät 3;SN-3;000;0800.2b01.0205;2025-12-31;;\r\n"
            + "Laptop;Gerät 4;SN-4;0;08002b010206;;3;\r\n"
            + "Laptop;Gerät 5;1,23457E+11;5;;31.02.2026;3;\r\n"
            + ";;;;;;;\r\n"
        let columns = ColumnMapping(
            [
                ("Kategorie", "category"), ("Seriennummer", "serial_number"), ("Inventarnummer", "asset_tag"),
                ("MAC-Adresse", "mac_address"), ("Garantie bis", "warranty_expiry"), ("Zustand", "condition_rating"),
                ("Raum", "location_room"),
            ].map { ColumnMapping.Pair(header: $0.0, column: $0.1) })
        try await BulkScenario.run { scenario in
            let outcome = try await scenario.load(try scenario.file(text)) { $0.mapping = columns }
            #expect(outcome.numbers == [4, 0, 0, 1])
            let rows = try await scenario.texts(
                """
                SELECT concat_ws('|', serial_number, asset_tag, mac_address, warranty_expiry, condition_rating, location_room, device_name)
                FROM hardware_inventory ORDER BY serial_number
                """)
            #expect(
                rows == [
                    "SN-1|007|08:00:2b:01:02:03|2025-12-31|5|R 1|Gerät \"Süd\"",
                    "SN-2|0042|08:00:2b:01:02:04|2026-02-01|4|Haus A; Zimmer 3|Gerät 2",
                    "SN-3|000|08:00:2b:01:02:05|2025-12-31|Gerät 3",
                    "SN-4|0|08:00:2b:01:02:06|3|Gerät 4",
                ])
            let reasons = outcome.rejects.kinds.map(\.reason).joined(separator: "\n")
            #expect(reasons.contains("1,23457E+11"))
            #expect(reasons.contains("31.02.2026"))
            // Fixed as the message says, the row is imported, and the others are as they were.
            let rejects = try #require(outcome.rejectsPath)
            let mended = try String(contentsOfFile: rejects, encoding: .utf8)
                .replacing("1,23457E+11", with: "123456789012").replacing("31.02.2026", with: "28.02.2026")
            let again = try await scenario.load(try scenario.file(mended, "mended.csv")) { $0.mapping = columns }
            #expect(again.numbers == [1, 0, 0, 0])
        }
    }

    @Test func `a list for recycling has decimal commas`() async throws {
        let text =
            "\u{FEFF}category;item;quantity;weight_kg;pickup_date\r\nLaptop;Altgerät;2;1,5;31.12.2025\r\n"
            + "Laptop;Rack;1;1.234,5;\r\nLaptop;Kabel;1;0,075;1.1.26\r\n"
        try await BulkScenario.run { scenario in
            let outcome = try await scenario.load(try scenario.file(text), into: .recycling)
            let rows = try await scenario.texts(
                "SELECT concat_ws('|', item_description, weight_kg, pickup_date) FROM recycling_records ORDER BY 1")
            #expect(rows == ["Altgerät|1.500|2025-12-31", "Rack|1234.500"])
            // Which century is meant is not guessed.
            #expect(outcome.rejects.kinds.map(\.line) == [4])
            #expect(outcome.rejects.kinds.first?.reason.contains("'1.1.26'") == true)
        }
    }
}
