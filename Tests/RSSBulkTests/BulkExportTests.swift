import CSV
import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkExportTests {
    private func export(
        _ scenario: BulkScenario, _ table: ImportTable = .hardware, _ filter: ExportFilter = ExportFilter(),
        form: ExportForm = .plain, hasID: Bool = false
    ) async throws -> String {
        var bytes: [UInt8] = []
        _ = try await BulkExporter(scenario.connection, progress: .silent).run(
            table, filter, form: form, hasID: hasID
        ) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an export imports without a change, and what is edited in it is what changes`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(
                try scenario.file(
                    """
                    visit,category,name,serial,tag,ip,mac,room,warranty,specs,condition
                    RSS-1,Laptop,"Empfang ""A"", links",S1,000123,10.0.0.0/24,08:00:2b:01:02:03,R;1,31.12.2027,"{""a"": [1, ""ü""]}",5
                    RSS-2,Monitor,"Größe, ß",,T2,2001:db8::1,,,,,
                    RSS-2,Monitor,=1+1,S3,'x,,,,,,
                    """))
            for form in [ExportForm.plain, .excel] {
                let text = try await export(scenario, form: form)
                let outcome = try await scenario.load(try scenario.file(text)) { $0.visit = nil }
                #expect(outcome.numbers == [0, 0, 3, 0])
            }
            let text = try await export(scenario, hasID: true)
            let edited = try await scenario.load(try scenario.file(text.replacing("R;1", with: "R;2"))) {
                $0.operation = .update
                $0.visit = nil
            }
            #expect(edited.numbers == [0, 1, 2, 0])
            var filter = ExportFilter()
            filter.visit = "RSS-2"
            #expect(try await export(scenario, .hardware, filter).split(separator: "\n").count == 3)
            filter.category = "Laptop"
            #expect(try await export(scenario, .hardware, filter).split(separator: "\n").count == 1)
            filter = ExportFilter()
            // In the words of an import, whatever their case; an unknown word is an error, and not an empty file.
            filter.status = "ACTIVE"
            filter.category = "laptop"
            #expect(try await export(scenario, .hardware, filter).split(separator: "\n").count > 1)
            filter.category = "Laptopp"
            let category = await #expect(throws: ImportError.self) { _ = try await export(scenario, .hardware, filter) }
            #expect(category?.report.code == "RSS-IMPORT-138")
            #expect(category?.report.detail?.contains("did you mean Laptop?") == true)
            filter = ExportFilter()
            filter.status = "active'; DROP TABLE hardware_inventory; --"
            let status = await #expect(throws: ImportError.self) { _ = try await export(scenario, .hardware, filter) }
            #expect(status?.report.code == "RSS-IMPORT-138")
        }
    }

    @Test func `a mapping is replaced only when asked to, and pairs that contradict each other are refused`()
        async throws
    {
        try await BulkScenario.run { scenario in
            let store = MappingStore(scenario.connection)
            func save(_ texts: [String], _ table: ImportTable = .hardware, replaces: Bool = false) async throws {
                try await store.save(
                    ColumnMapping(texts.compactMap { ColumnMapping.Pair($0) }), as: "scanner", for: table,
                    replaces: replaces)
            }
            try await save(["Gerät=device_name", "Nr.=serial_number", "Bemerkung="])
            // The same again changes nothing.
            try await save(["Gerät=device_name", "Nr.=serial_number", "Bemerkung="])
            await #expect(throws: ImportError.mappingExists("scanner", object: "hardware", pairs: 3)) {
                try await save(["Zeug=device_name"])
            }
            await #expect(throws: ImportError.mappingOfOther("scanner", object: "hardware", asked: "recycling")) {
                try await store.mapping("scanner", for: .recycling)
            }
            for pairs in [
                ["A=device_name", "B=device_name"], ["A=device_name", "a=serial_number"], ["A=", "A=model"],
            ] {
                let error = await #expect(throws: ImportError.self) { try await save(pairs, replaces: true) }
                guard case .contradictoryMapping? = error else {
                    Issue.record("\(pairs): \(String(describing: error))")
                    continue
                }
            }
            #expect(try await store.list().map(\.pairs.count) == [3])
            try await save(["Zeug=device_name"], replaces: true)
            #expect(try await store.list().map(\.pairs.count) == [1])
        }
    }

    @Test func `a workbook that was exported imports without a change, and so does its template`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(
                try scenario.file(
                    "visit,category,name,serial,tag,warranty,condition,specs\nRSS-1,Laptop,a,007,123456789012345678,2027-12-31,5,\"{\"\"a\"\": 1.50}\"\nRSS-2,Laptop,b,8E5,,,,\n"
                ))
            let path = try scenario.file("", "devices.xlsx")
            let exporter = BulkExporter(scenario.connection, progress: .silent)
            #expect(try await exporter.run(.hardware, workbook: path, replaces: true) == 2)
            #expect(try await scenario.load(path) { $0.visit = nil }.numbers == [0, 0, 2, 0])
            await #expect(throws: ImportError.self) {
                try await exporter.run(.hardware, workbook: path, replaces: false)
            }
            try ImportTemplate(.recycling).write(workbook: path, replaces: true)
            #expect(try await scenario.load(path, into: .recycling).read == 0)
        }
    }

    @Test func `recycling records are exported and imported again`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file("category;item;qty;weight;notes\nLaptop;a;2;1,5;\"two\nlines\"\nLaptop;b;;;\n")
            try await scenario.load(path, into: .recycling)
            let outcome = try await scenario.load(
                try scenario.file(try await export(scenario, .recycling)), into: .recycling
            ) { $0.visit = nil }
            #expect(outcome.numbers == [0, 0, 2, 0])
        }
    }

    @Test func `the notes of a template are skipped when it is filled in`() async throws {
        try await BulkScenario.run { scenario in
            for table in [ImportTable.hardware, .recycling] {
                for (form, delimiter) in [(ExportForm.plain, ","), (.excel, ";")] {
                    let template = try ImportTemplate(table).csv(form)
                    let columns = ImportTemplate(table).header.map {
                        $0 == "category" ? "Laptop" : $0 == "device_name" ? "a" : ""
                    }
                    let text = String(decoding: template, as: UTF8.self) + columns.joined(separator: delimiter) + "\r\n"
                    let outcome = try await scenario.load(try scenario.file(text), into: table)
                    #expect(outcome.read == 1)
                    #expect(outcome.rejects.rows == 0)
                }
            }
        }
    }

    @Test func `a mapping says what a header means that is not understood`() async throws {
        try await BulkScenario.run { scenario in
            let store = MappingStore(scenario.connection)
            let mapping = ColumnMapping(
                ["Gerät=device_name", "Nr.=serial_number", "Art = category", "Bemerkung="].compactMap {
                    ColumnMapping.Pair($0)
                })
            try await store.save(mapping, as: "scanner", for: .hardware)
            let path = try scenario.file("GERÄT;Nr;Art;Bemerkung;Serial\na;S1;Laptop;x;wrong\n")
            await #expect(throws: ImportError.self) { try await scenario.load(path) }
            let saved = try await store.mapping("scanner", for: .hardware)
            let twice = await #expect(throws: ImportError.self) { try await scenario.load(path) { $0.mapping = saved } }
            #expect(twice?.report.code == "RSS-IMPORT-006")
            let outcome = try await scenario.load(path) {
                $0.mapping = ColumnMapping(saved.pairs + [ColumnMapping.Pair(header: "serial", column: "")])
            }
            #expect(outcome.numbers == [1, 0, 0, 0])
            #expect(try await scenario.texts("SELECT serial_number FROM hardware_inventory") == ["S1"])
            await #expect(throws: ImportError.self) { try await store.mapping("scanner", for: .recycling) }
            let wrong = ColumnMapping([ColumnMapping.Pair(header: "a", column: "devise_name")])
            let error = await #expect(throws: ImportError.self) { try await store.save(wrong, as: "w", for: .hardware) }
            #expect(error?.report.message.contains("did you mean device_name") == true)
            try await store.remove("scanner")
            #expect(try await store.list().isEmpty)
        }
    }
}
