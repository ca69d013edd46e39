import CSV
import Foundation
import PostgresClient
import RSSModel
import Spreadsheet
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// What a technician's file means and does not say: values in other words, reports that no row names, serial numbers in other letters.
@Suite struct BulkMeaningTests {
    @Test func `a file in which no row names a report stops, and says what to give`() async throws {
        try await BulkScenario.run { scenario in
            for text in [
                "visit_report,category,device_name\n,Laptop,a\n,Laptop,b\n", "visit,category,name\n-,Laptop,a\n",
                "visit_report,category,device_name,ip\n,Laptop,a,10.0.0.999\n",
            ] {
                let path = try scenario.file(text)
                do {
                    _ = try await scenario.load(path) { $0.visit = nil }
                    Issue.record("\(text) was loaded")
                } catch let error as ImportError {
                    #expect(error.report.code == "RSS-IMPORT-044" && error.report.exit == .dataError)
                    #expect(error.report.hint?.contains("--visit latest") == true)
                }
                #expect(!FileManager.default.fileExists(atPath: "\(path).rejects.csv"))
                #expect(try await scenario.load(path) { $0.onConflict = .skip }.read > 0)
            }
            // Where some rows name one, the others are rejected as before.
            let some = try scenario.file("visit_report,category,device_name\nRSS-1,Laptop,x\n,Laptop,y\n")
            #expect(try await scenario.load(some) { $0.visit = nil }.numbers == [1, 0, 0, 1])
        }
    }

    @Test func `values mean what they are said to mean, in any case of letters`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(
                "category,name,serial,status,building\nNotebook,a,S1,Aktiv,Werk=1\nNOTEBOOK,b,S2,im Einsatz,x\nLaptop,c,S3,,?\n"
            )
            let without = try await scenario.load(path) { $0.isDryRun = true }
            #expect(without.rejects.rows == 2 && without.names["category"]?.contains("Laptop") == true)
            let outcome = try await scenario.load(path) { options in
                options.values = ValueMapping(
                    [
                        "category:notebook=Laptop", "status:aktiv=active", "status:IM EINSATZ=in storage",
                        "status:=lost",
                        "location_building:Werk=1=W1", "location_building:x=",
                    ].compactMap { ValueMapping.Entry($0) })
            }
            #expect(outcome.numbers == [3, 0, 0, 0])
            #expect(
                try await scenario.texts(
                    "SELECT concat_ws('|', c.name, h.status, h.location_building) FROM hardware_inventory h JOIN categories c ON c.id = h.category_id ORDER BY h.serial_number"
                ) == ["Laptop|active|W1", "Laptop|in_storage", "Laptop|lost"])
            for wrong in ["statu:aktiv=active", "asset_tag:a=b"] {
                await #expect(throws: ImportError.self) {
                    try await scenario.load(path) {
                        $0.values = ValueMapping([ValueMapping.Entry(wrong)].compactMap { $0 })
                    }
                }
            }
        }
        for wrong in ["aktiv=active", ":a=b", "status", "status:aktiv"] { #expect(ValueMapping.Entry(wrong) == nil) }
    }

    @Test func `serial numbers that differ in case alone are named, in the file and in the table`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file("category,name,serial\nLaptop,t,TAB9\n"))
            let outcome = try await scenario.load(
                try scenario.file(
                    "category,name,serial\nLaptop,a,ABC1\nLaptop,b,XYZ\nLaptop,c,abc1\nLaptop,d,Tab9\nLaptop,e,q7\n",
                    "b.csv"))
            #expect(outcome.numbers == [5, 0, 0, 0])
            #expect(
                outcome.caseVariants.pairs == [
                    .init(value: "ABC1", line: 2, other: "abc1", otherLine: 4),
                    .init(value: "Tab9", line: 5, other: "TAB9", otherLine: nil),
                ])
            #expect(outcome.caseVariants.notes("serial_number")[1].contains("'TAB9' (in the table)"))
            // The same again, in capitals throughout, and where the key has no letters to speak of.
            for text in ["category,name,serial\nLaptop,a,ABC1\n", "category,name,mac\nLaptop,z,08:00:2b:01:02:03\n"] {
                #expect(try await scenario.load(try scenario.file(text, "c.csv")).caseVariants.count == 0)
            }
        }
    }

    @Test func `many pairs are counted, and the first are named`() {
        var variants = CaseVariants()
        for number in 0..<50 {
            Array("s\(number)".utf8).withUnsafeBytes { variants.add($0, record: number, line: number) }
            Array("S\(number)".utf8).withUnsafeBytes { variants.add($0, record: 100 + number, line: 100 + number) }
        }
        #expect(variants.count == 50 && variants.pairs.count == 5)
        #expect(variants.notes("serial_number").last == "serial_number: 45 more pairs differ in case alone.")
    }

    @Test func `the notes of a template are known without its first column, and rejected when they are written over`()
        async throws
    {
        try await BulkScenario.run { scenario in
            for table in [ImportTable.hardware, .recycling] {
                let template = ImportTemplate(table)
                // Without the report, which --visit gives.
                let header = template.header.dropFirst().joined(separator: ";")
                let notes = template.notes.dropFirst().map { "\"\($0.replacing("\"", with: "\"\""))\"" }
                let row = template.header.dropFirst().map {
                    $0 == "category" ? "Laptop" : $0 == "device_name" ? "a" : ""
                }
                .joined(separator: ";")
                let plain = [header, notes.joined(separator: ";"), row].joined(separator: "\n")
                let outcome = try await scenario.load(try scenario.file(plain), into: table) { $0.isDryRun = true }
                #expect(outcome.read == 1 && outcome.rejects.rows == 0, "\(outcome)")
                var written = notes
                written[table.object == "hardware" ? 1 : 0] = "Notebook Meier"
                let over = [header, written.joined(separator: ";"), row].joined(separator: "\n")
                let rejected = try await scenario.load(try scenario.file(over), into: table) { $0.isDryRun = true }
                #expect(rejected.rejects.kinds.map(\.code.rawValue) == ["RSS-IMPORT-146"])
            }
        }
    }

    @Test func `rejects of a workbook are a workbook that comes back`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("", "devices.xlsx")
            let writer = try SpreadsheetWriter(
                path, sheet: "Bestand",
                columns: ["category", "device_name", "serial_number", "warranty_expiry"].map { SpreadsheetColumn($0) })
            try writer.write([.text("Laptop"), .text("gut"), .text("00123"), .date("2027-12-31")])
            try writer.write([.text("Laptopp"), .text("Müller \"A\""), .text("00124"), .date("2027-12-31")])
            try writer.write([.text("Laptop"), .text("=1+1"), .text("00125"), .text("31.02.2027")])
            try writer.finish()
            let outcome = try await scenario.load(path)
            #expect(outcome.numbers == [1, 0, 0, 2])
            let rejects = try #require(outcome.rejectsPath)
            #expect(
                rejects == "\(path).rejects.xlsx"
                    && ImportOptions(path: path).defaultRejectsPath(isWorkbook: true) == rejects)
            // Read as it is, the same rows are rejected for the same reasons.
            let again = try await scenario.load(rejects)
            #expect(again.numbers == [0, 0, 0, 2])
            #expect(again.rejects.kinds.map(\.code) == outcome.rejects.kinds.map(\.code))
            // With values that mean what they should, one of them comes in; an earlier rejects file is replaced.
            let fixed = try await scenario.load(rejects) { options in
                options.values = ValueMapping(["category:laptopp=Laptop"].compactMap { ValueMapping.Entry($0) })
            }
            #expect(fixed.numbers == [1, 0, 0, 1])
            #expect(
                try await scenario.texts(
                    "SELECT device_name || serial_number || warranty_expiry FROM hardware_inventory ORDER BY 1")
                    == ["Müller \"A\"001242027-12-31", "gut001232027-12-31"])
            // No rejects: what an earlier import left goes. A workbook of somebody else stays.
            let good = try await scenario.load(try scenario.file("category,name\nLaptop,x\n", "good.csv")) {
                $0.rejectsPath = rejects
            }
            #expect(good.numbers == [1, 0, 0, 0] && !FileManager.default.fileExists(atPath: rejects))
            await #expect(throws: ImportError.self) {
                try await scenario.load(try scenario.file("category,name\nLaptopp,x\n", "bad.csv")) {
                    $0.rejectsPath = path
                }
            }
            // One of a CSV file, where it is asked for.
            let wanted = try await scenario.load(try scenario.file("category,name\nLaptopp,x\n", "bad.csv")) {
                $0.rejectsPath = rejects
            }
            #expect(wanted.rejectsPath == rejects)
            #expect(try await scenario.load(rejects).rejects.rows == 1)
        }
    }

    @Test func `an export says which texts do not come back as they are`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file("category,name,serial\nLaptop,a,S1\nLaptop,b,S2\nLaptop,c,S3\n"))
            let said = Mutex<[String]>([])
            let progress = ProgressReporter { event in
                if case .warning(let text) = event { said.withLock { $0.append(text) } }
            }
            let exporter = BulkExporter(scenario.connection, progress: progress)
            _ = try await exporter.run(.hardware) { _ in }
            #expect(said.withLock { $0 } == [])
            try await scenario.connection.executeScript(
                "UPDATE hardware_inventory SET serial_number = ' S2' WHERE serial_number = 'S2'; UPDATE hardware_inventory SET model = '#N/A' WHERE serial_number = 'S3'"
            )
            _ = try await exporter.run(.hardware) { _ in }
            let warning = try #require(said.withLock { $0 }.first)
            #expect(warning.hasPrefix("2 rows have texts") && warning.contains("serial_number ' S2'"), "\(warning)")
        }
        let column = try #require(ImportTable.hardware.column("serial_number"))
        let placeholders = Placeholders()
        for text in ["", " a", "a\u{A0}", "\u{2028}a", "n/a", "-", "unknown", "#N/A", "Default string"] {
            #expect(ExportLosses.isChanged(text, column, placeholders), "\(text)")
        }
        for text in ["a b", "é", "#1", "none of it", "00123"] {
            #expect(!ExportLosses.isChanged(text, column, placeholders), "\(text)")
        }
    }

    @Test func `an unknown category of an export is refused with those that there are`() async throws {
        try await BulkScenario.run { scenario in
            var filter = ExportFilter()
            filter.category = "Druker"
            do {
                _ = try await BulkExporter(scenario.connection, progress: .silent).run(.hardware, filter) { _ in }
                Issue.record("it was exported")
            } catch let error as ImportError {
                #expect(error.report.code == "RSS-IMPORT-138")
                #expect(error.report.detail?.contains("Laptop, ") == true, "\(error.report)")
            }
        }
    }

    @Test(arguments: [
        ("category#device_name#serial_number\nLaptop#a#S9\nLaptop#b#S10\n", UInt8(ascii: "#")),
        ("category#device_name#serial_number\nLaptop#Raum 7 Süd#S9\nLaptop#b c#S10\n", UInt8(ascii: "#")),
        ("category,device_name,serial_number\nLaptop,PC #1 #2,S9\nLaptop,PC #3 #4,S10\n", UInt8(ascii: ",")),
        ("category;device_name\nLaptop;#1\nLaptop;#2\n", UInt8(ascii: ";")),
    ])
    func `a number sign separates fields only where nothing else makes a table`(text: String, delimiter: UInt8) throws {
        #expect(DialectDetector.detect(Array(text.utf8)[...], isWhole: true).dialect.delimiter == delimiter)
    }
}
