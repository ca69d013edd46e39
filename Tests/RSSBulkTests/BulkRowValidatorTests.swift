import CSV
import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkRowValidatorTests {
    private static let laptop = UUID()
    private static let visit = UUID()

    /// The outcome of a record.
    private struct Row {
        let record: Int
        let line: Int
        let problems: [RowProblem]
        /// The encoded fields, by column; empty for a row that is rejected.
        let fields: [String: [UInt8]]
        /// References that the database has to be asked for.
        let pending: [String]
    }

    private func row(_ record: Record, _ validator: RowValidator) throws -> Row {
        let rows = EncodedRows()
        let problems = validator.validate(record, into: rows)
        #expect(rows.rows.count == (problems.isEmpty ? 1 : 0))
        var fields: [String: [UInt8]] = [:]
        if let row = rows.rows.first {
            var rest = Array(rows.bytes(of: row))[...]
            for column in validator.columns {
                let length = rest.prefix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
                let field = rest.prefix(4 + max(0, Int(length)))
                fields[column.name] = Array(field)
                rest = rest.dropFirst(field.count)
            }
            #expect(rest.isEmpty)
        }
        return Row(
            record: record.number, line: record.line, problems: problems, fields: fields,
            pending: rows.pending.map(\.text))
    }

    /// Validates rows of a file with these columns.
    private func rows(_ header: String, _ lines: String...) throws -> [Row] {
        let (validator, records) = try validator([header] + lines)
        return try records.map { try row($0, validator) }
    }

    private func validator(_ lines: [String]) throws -> (RowValidator, [Record]) {
        var tokenizer = Tokenizer(.rfc4180)
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let records = Array(tokenizer.feed(bytes)) + Array(tokenizer.finish())
        let names = try #require(records.first)
        let map = try ImportHeader(
            (0..<names.count).map { names.string($0) ?? "" }, for: .hardware,
            given: ["visit_report", "category", "device_name"])
        let validator = RowValidator(
            .hardware, header: map,
            names: ["category": LoadedNames([("Laptop", Self.laptop), ("UPS", UUID()), ("ups", UUID())])],
            constants: ["visit_report": .id(Self.visit)])
        return (validator, Array(records.dropFirst()))
    }

    /// The result of one field of one column, as COPY takes it; nil when it is rejected.
    private func value(_ column: String, _ text: String) throws -> [UInt8]? {
        let (validator, records) = try validator(["\(column),,", "\(quoted(text)),,"])
        let row = try row(try #require(records.first), validator)
        return row.problems.isEmpty ? row.fields[column] : nil
    }

    private func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }

    private func code(_ column: String, _ text: String) throws -> RowProblem.Code? {
        let problems = try rows("\(column),,", "\(quoted(text)),,").first?.problems ?? []
        #expect(problems.count <= 1)
        #expect(problems.first.map { $0.column == column } ?? true)
        return problems.first?.code
    }

    @Test func `a bad MAC names line, column and value`() throws {
        let row = try #require(try rows("device_name,mac", "a,00:1b:44:11:3a:b7", "b,00:1b:44:11:3a:zz").last)
        #expect(row.line == 3)
        #expect(row.record == 3)
        #expect(
            row.problems == [
                RowProblem(
                    .invalidMAC, column: "mac_address", value: "00:1b:44:11:3a:zz",
                    "mac_address: '00:1b:44:11:3a:zz' is not a MAC address of six bytes like 08:00:2b:01:02:03")
            ])
    }

    @Test func `all problems of a row are found, not only the first`() throws {
        let row = try #require(
            try rows(
                "category,device_name,ip,mac,condition,warranty,specs", "Coffee Machine,,10.0.0.300,x,9,31.02.2027,[1]"
            ).first)
        #expect(
            row.problems.map(\.code) == [
                .unknownName, .missingValue, .invalidAddress, .invalidMAC, .outOfRange, .invalidDate, .invalidJSON,
            ])
    }

    @Test(arguments: ["", "  ", "NULL", "null", "N/A", "n/a", "-", " - ", "\u{A0}"])
    func `words for nothing are not values`(text: String) throws {
        #expect(try value("serial_number", text) == ImportValue.null.encoded)
    }

    @Test func `blanks at both ends are dropped, no-break spaces among them`() throws {
        #expect(try value("serial_number", " \u{A0}SN 1\t ") == ImportValue.text("SN 1").encoded)
    }

    @Test(arguments: [
        ("2027-01-30", "2027-01-30"), ("2028-02-29", "2028-02-29"), ("30.01.2027", "2027-01-30"),
        ("1.2.2027", "2027-02-01"),
        ("30/01/2027", "2027-01-30"), ("05/05/2027", "2027-05-05"), ("01/30/2027", "2027-01-30"),
        ("2027-01-30T00:00:00", "2027-01-30"),
    ])
    func `dates that can mean one day are read`(text: String, day: String) throws {
        #expect(try value("warranty_expiry", text) == CalendarDate(day).map { ImportValue.date($0).encoded })
    }

    @Test(arguments: [
        ("31.02.2027", RowProblem.Code.invalidDate), ("2027-02-29", .invalidDate), ("0000-05-01", .invalidDate),
        ("next spring", .invalidDate),
        ("27-01-30", .invalidDate), ("30/30/2027", .invalidDate), ("2027-01-30T00:00:01", .invalidDate),
        ("20270-01-30", .invalidDate),
        ("03/04/2027", .ambiguousDate), ("12/11/2027", .ambiguousDate),
    ])
    func `dates that mean none, or two, are rejected`(text: String, expected: RowProblem.Code) throws {
        #expect(try code("warranty_expiry", text) == expected)
    }

    @Test func `addresses are read as PostgreSQL reads them`() throws {
        #expect(
            try value("ip_address", "10.1.2.0/24") == InetAddress("10.1.2.0/24").map { ImportValue.inet($0).encoded })
        #expect(
            try value("ip_address", "2001:DB8::1") == InetAddress("2001:db8::1").map { ImportValue.inet($0).encoded })
        #expect(try code("ip_address", "10.4.1.300") == .invalidAddress)
        #expect(try code("ip_address", "10.4.1.7/99x") == .invalidAddress)
        for text in ["08:00:2b:01:02:03", "08-00-2B-01-02-03", "08002b:010203", "0800.2b01.0203", "08002b010203"] {
            #expect(
                try value("mac_address", text)
                    == MACAddress("08:00:2b:01:02:03").map { ImportValue.macaddr($0).encoded })
        }
        #expect(try code("mac_address", "00:1b:44:11") == .invalidMAC)
    }

    @Test func `a condition is a whole number from 1 to 5`() throws {
        #expect(try value("condition_rating", "5") == ImportValue.smallint(5).encoded)
        for text in ["0", "6", "-2", "99999"] { #expect(try code("condition_rating", text) == .outOfRange) }
        // As spreadsheets write a whole number; three zeros may be a thousand.
        for text in ["4", "4.0", "4.00", "4,0"] { #expect(try code("condition_rating", text) == nil, "\(text)") }
        for text in ["4.000", "4,000", ".0", "4.01", "4..0"] {
            #expect(try code("condition_rating", text) == .invalidInteger, "\(text)")
        }
        for text in ["3.7", "good", "4 of 5", "٣"] { #expect(try code("condition_rating", text) == .invalidInteger) }
    }

    @Test func `a status is one of the table's words, however it is spelt`() throws {
        #expect(try value("status", "In Storage") == ImportValue.text("in_storage").encoded)
        #expect(try code("status", "borrowed") == .unknownWord)
    }

    @Test func `lengths are counted in characters, as varchar counts them`() throws {
        #expect(
            try value("location_floor", String(repeating: "ü", count: 50))
                == ImportValue.text(String(repeating: "ü", count: 50)).encoded)
        #expect(try code("location_floor", String(repeating: "ü", count: 51)) == .tooLong)
    }

    @Test func `control characters and NUL are rejected and shown`() throws {
        let row = try #require(try rows("device_name", "Empfang\u{0}PC").first)
        #expect(row.problems.map(\.code) == [.controlCharacter])
        #expect(row.problems.first?.reason == "device_name: 'Empfang\\u{0}PC' holds the control character U+0000")
        #expect(try code("device_name", "a\u{1B}[2Jb") == .controlCharacter)
        #expect(try code("device_name", "two\nlines") == .controlCharacter)
    }

    @Test func `bytes that are not UTF-8 are rejected`() throws {
        var tokenizer = Tokenizer(.rfc4180)
        let records = Array(tokenizer.feed(Array("name\nGeb".utf8) + [0xE4] + Array("ude\n".utf8)))
        let header = try ImportHeader(["name"], for: .hardware, given: ["visit_report", "category"])
        let row = try row(records[1], RowValidator(.hardware, header: header))
        #expect(row.problems.map(\.code) == [.invalidEncoding])
    }

    @Test func `too few and too many fields are rejected`() throws {
        let found = try rows("device_name,model,status", "a,b", "a,b,active,surplus", "a,b,active")
        #expect(found.map { $0.problems.map(\.code) } == [[.tooFewFields], [.tooManyFields], []])
        #expect(found[0].problems[0].reason == "2 fields where the header has 3")
    }

    @Test func `broken quotes are rejected`() throws {
        let found = try rows("device_name,model", "\"a\"b,c", "d,\"e\n")
        #expect(found.map { $0.problems.map(\.code) } == [[.textAfterQuote], [.unterminatedQuote]])
    }

    @Test func `a value in a column without a name is rejected`() throws {
        let found = try rows("device_name,", "a,", "a,b")
        #expect(found.map { $0.problems.map(\.code) } == [[], [.valueWithoutColumn]])
    }

    @Test func `a category is found by name in any case, or by id`() throws {
        for text in ["Laptop", "LAPTOP", Self.laptop.uuidString, "{\(Self.laptop.uuidString.lowercased())}"] {
            #expect(try value("category", text) == ImportValue.id(Self.laptop).encoded)
        }
        #expect(try code("category", "Coffee Machine") == .unknownName)
        #expect(try code("category", "Ups") == .ambiguousName)
        #expect(
            try rows("category,model", "Labtop,x").first?.problems.first?.reason
                == "category: 'Labtop' is not a known category (did you mean Laptop?)")
    }

    @Test func `a visit report of the row goes before the one given for all`() throws {
        #expect(try rows("visit_report,model", "RSS-1,x").first?.pending == ["RSS-1"])
        #expect(try value("visit_report", "") == ImportValue.id(Self.visit).encoded)
    }

    @Test(arguments: [
        #"{}"#, #" {"a": [1, -2.5e3, true, false, null, {"b": "ü\n\u00e4\ud83d\ude00"}]} "#, "{\"a\":\n\t1}",
    ])
    func `JSON objects pass`(text: String) throws {
        #expect(JSONSyntax.problem(in: text) == nil)
        #expect(try code("specifications", text) == nil)
    }

    @Test(arguments: [
        #"[1]"#, #""a""#, #"{"a": 1,}"#, #"{'a': 1}"#, #"{"a": 01}"#, #"{"a": .5}"#, #"{"a": 1e99999}"#,
        #"{"a": "\u0000"}"#,
        #"{"a": "\ud83d"}"#, #"{"a": "\ude00"}"#, #"{"ram_gb": 16, "cpu":"#, #"{"a": 1} x"#, #"{"a" 1}"#,
        #"{"a": nul}"#, "{\"a\": \"\t\"}",
    ])
    func `what jsonb would refuse does not pass`(text: String) throws {
        #expect(try code("specifications", text) == .invalidJSON)
    }

    @Test func `JSON that is nested too deep does not pass`() {
        let text = "{\"a\":" + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
        #expect(JSONSyntax.problem(in: text)?.contains("nested") == true)
    }

    @Test func `a UUID is read in every form that PostgreSQL takes`() {
        let id = UUID(uuidString: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
        for text in [
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
        ] { #expect(UUIDText.parse(text) == id) }
        for text in [
            "", "a0eebc99", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "-a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
        ] {
            #expect(UUIDText.parse(text) == nil)
        }
    }
}
