import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkHeaderTests {
    private func columns(_ names: [String]) throws -> [String] {
        let header = try ImportHeader(
            names, for: .hardware, unknown: .ignored, given: ["visit_report", "category", "device_name"])
        return header.uses.map { use in
            switch use {
            case .column(let index): ImportTable.hardware.columns[index].name
            case .ignored: "ignored"
            case .remark: "remark"
            case .unnamed: "unnamed"
            }
        }
    }

    @Test(arguments: [
        ("Serial Number", "serial_number"), ("SERIAL-NUMBER", "serial_number"), ("serialnumber", "serial_number"),
        ("Serial", "serial_number"), ("Serial No.", "serial_number"), ("S/N", "serial_number"), ("Asset", "asset_tag"),
        ("Asset No.", "asset_tag"), ("Inventory Number", "asset_tag"), ("MAC", "mac_address"),
        ("Mac Address", "mac_address"),
        ("IP", "ip_address"), ("Device", "device_name"), ("Name", "device_name"), ("Hostname", "device_name"),
        ("Vendor", "manufacturer"), ("Make", "manufacturer"), ("Building", "location_building"),
        ("floor", "location_floor"),
        ("Room", "location_room"), ("Warranty", "warranty_expiry"), ("Warranty until", "warranty_expiry"),
        ("Condition", "condition_rating"), ("Rating", "condition_rating"), ("Specs", "specifications"),
        ("Visit", "visit_report"),
    ])
    func `a column is matched by the names that inventories give it`(name: String, column: String) throws {
        #expect(try columns([name]) == [column])
    }

    @Test func `every name of every column means that column alone`() {
        let names = ImportTable.hardware.columns.flatMap { [$0.name] + $0.aliases }.map(ImportHeader.plain)
        #expect(Set(names).count == names.count)
    }

    @Test func `the columns of a rejects file are ignored in silence`() throws {
        #expect(
            try columns(["rssctl_line", "rssctl_column", "rssctl_code", "rssctl_reason", "Serial"])
                == ["remark", "remark", "remark", "remark", "serial_number"])
    }

    @Test func `an unknown column is an error that says which may be meant`() {
        let error = #expect(throws: ImportError.self) {
            try ImportHeader(["category", "device", "visit", "sreial_number", "Puchase"], for: .hardware)
        }
        #expect(
            error?.report.message
                == "unknown columns 'sreial_number' (did you mean serial_number?), 'Puchase'")
        #expect(error?.report.exit == .dataError)
        #expect(error?.report.detail?.contains("warranty_expiry") == true)
    }

    @Test func `unknown columns are ignored when the user says so`() throws {
        #expect(try columns(["Serial", "Puchase", ""]) == ["serial_number", "ignored", "unnamed"])
    }

    @Test func `a required column that is missing is an error, unless its value is given`() throws {
        #expect(throws: ImportError.missingColumns(["visit_report"], ignored: [])) {
            try ImportHeader(["category", "name"], for: .hardware)
        }
        #expect(throws: ImportError.missingColumns(["category", "device_name"], ignored: [])) {
            try ImportHeader(["serial"], for: .hardware, given: ["visit_report"])
        }
        _ = try ImportHeader(["category", "name"], for: .hardware, given: ["visit_report"])
    }

    @Test func `the ready --map is in the hint, whether unknown columns are refused or ignored`() {
        let names = ["Gerätebezeichner", "Art", "Serial"]
        let refused = #expect(throws: ImportError.self) {
            try ImportHeader(names, for: .hardware, given: ["visit_report"])
        }
        #expect(refused?.report.message == "unknown columns 'Gerätebezeichner', 'Art'")
        #expect(refused?.report.detail?.hasPrefix("Missing: category, device_name. ") == true)
        let maps = "--map 'Gerätebezeichner=category' --map Art=device_name"
        #expect(
            refused?.report.hint == "Give their meanings, as in \(maps), or ignore such columns with --ignore-unknown.")
        let ignored = #expect(throws: ImportError.self) {
            try ImportHeader(names, for: .hardware, unknown: .ignored, given: ["visit_report"])
        }
        #expect(ignored == .missingColumns(["category", "device_name"], ignored: ["Gerätebezeichner", "Art"]))
        #expect(
            ignored?.report.hint == "Give the column of the file that is meant, as in \(maps), or add what is missing.")
        let several = #expect(throws: ImportError.self) {
            try ImportHeader(["category", "name", "Seral Number", "Modle"], for: .hardware, given: ["visit_report"])
        }
        #expect(
            several?.report.hint
                == "Give --map 'Seral Number=serial_number' --map Modle=model if that is meant, else --map 'Seral Number=' --map Modle="
        )
    }

    @Test func `all names that mean one column are in one error, with those that mean none`() {
        let error = #expect(throws: ImportError.self) {
            try ImportHeader(
                ["visit", "category", "name", "Serial", "S/N", "Model", "Model No.", "Puchase"], for: .hardware)
        }
        #expect(
            error?.report.message
                == "the columns 'Serial' and 'S/N' both mean serial_number; the columns 'Model' and 'Model No.' both mean model"
        )
        #expect(error?.report.detail == "Unknown columns: 'Puchase'.")
        #expect(
            error?.report.hint == "Ignore one of each: --map S/N=" || error?.report.hint?.contains("'S/N='") == true)
    }

    @Test(arguments: [
        ("Seriennummer", "serial_number"), ("Gerätename", "device_name"), ("Hersteller", "manufacturer"),
        ("Gebäude", "location_building"), ("Garantie bis", "warranty_expiry"), ("Numéro de série", "serial_number"),
        ("Catégorie", "category"), ("Fabricant", "manufacturer"), ("Bâtiment", "location_building"),
        ("Número de serie", "serial_number"), ("Dirección IP", "ip_address"), ("Edificio", "location_building"),
        // Decomposed, as a Macintosh writes it.
        ("Geb\u{61}\u{308}ude", "location_building"),
    ])
    func `German, French and Spanish names are known`(name: String, column: String) throws {
        #expect(try columns([name]) == [column])
    }

    @Test func `a column that may be meant is not ignored unseen`() throws {
        let names = ["category", "name", "Seral Number"]
        let error = #expect(throws: ImportError.self) {
            try ImportHeader(names, for: .hardware, unknown: .ignored, given: ["visit_report"])
        }
        #expect(error?.report.code == "RSS-IMPORT-004")
        #expect(error?.report.hint?.contains("Seral Number=serial_number") == true)
        let mapping = ColumnMapping([.init(header: "Seral Number", column: "")])
        let header = try ImportHeader(names, for: .hardware, mapping: mapping, given: ["visit_report"])
        #expect(header.ignored == ["Seral Number"])
    }

    @Test func `names that only look alike are not suggested`() {
        for name in ["Order Number", "Warranty Start Date"] {
            let error = #expect(throws: ImportError.self) {
                try ImportHeader(["category", "name", name], for: .hardware, given: ["visit_report"])
            }
            #expect(error?.report.message == "unknown column '\(name)'")
        }
    }

    @Test func `a mapping of a name that the file lacks is a mistake, unless it was saved`() throws {
        var mapping = ColumnMapping([.init(header: "Foo", column: "model")])
        let error = #expect(throws: ImportError.self) {
            try ImportHeader(["category", "name"], for: .hardware, mapping: mapping, given: ["visit_report"])
        }
        #expect(error?.report.code == "RSS-IMPORT-136")
        mapping.savedCount = 1
        let header = try ImportHeader(["category", "name"], for: .hardware, mapping: mapping, given: ["visit_report"])
        #expect(header.unusedMappings == ["Foo"])
    }

    @Test func `data where a header should be is reported as such`() {
        let error = #expect(throws: ImportError.self) { try ImportHeader(["1", "Dell", "10.0.0.1"], for: .hardware) }
        #expect(error?.report.code == "RSS-IMPORT-003")
        let sheet = SheetChoice(name: "Cover", others: ["Devices"])
        let cover = #expect(throws: ImportError.self) { try ImportHeader(["Site 5"], for: .hardware, sheet: sheet) }
        #expect(cover?.report.hint == "Read another sheet: --sheet Devices")
    }
}
