import RSSModel
import Testing

@testable import RSSCore

@Suite struct BulkHeaderTests {
    private func columns(_ names: [String]) throws -> [String] {
        let header = try ImportHeader(
            names, for: .hardware, ignoresUnknown: true, given: ["visit_report", "category", "device_name"])
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
    func `a column is known by the names that inventories give it`(name: String, column: String) throws {
        #expect(try columns([name]) == [column])
    }

    @Test func `every name of every column means that column alone`() {
        let names = ImportTable.hardware.columns.flatMap { [$0.name] + $0.aliases }.map(ImportHeader.plain)
        #expect(Set(names).count == names.count)
    }

    @Test func `the columns of a rejects file are passed over in silence`() throws {
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

    @Test func `unknown columns are passed over when the user says so`() throws {
        #expect(try columns(["Serial", "Puchase", ""]) == ["serial_number", "ignored", "unnamed"])
    }

    @Test func `a required column that is missing is an error, unless its value is given`() throws {
        #expect(throws: ImportError.missingColumns(["visit_report"])) {
            try ImportHeader(["category", "name"], for: .hardware)
        }
        #expect(throws: ImportError.missingColumns(["category", "device_name"])) {
            try ImportHeader(["serial"], for: .hardware, given: ["visit_report"])
        }
        _ = try ImportHeader(["category", "name"], for: .hardware, given: ["visit_report"])
    }

    @Test func `two names of one column are an error`() {
        #expect(throws: ImportError.sameColumnTwice("Serial", "S/N", column: "serial_number")) {
            try ImportHeader(["visit", "category", "name", "Serial", "S/N"], for: .hardware)
        }
    }

    @Test func `data where a header should be is told as such`() {
        let error = #expect(throws: ImportError.self) { try ImportHeader(["1", "Dell", "10.0.0.1"], for: .hardware) }
        #expect(error?.report.code == "RSS-IMPORT-003")
    }
}
