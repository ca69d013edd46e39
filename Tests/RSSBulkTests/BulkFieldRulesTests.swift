import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// The result of a field that means something other than its bytes: an error of a spreadsheet, no value, an identifier in
/// disguise.
@Suite struct BulkFieldRulesTests {
    private func read(_ text: String, _ column: String = "serial_number", requires: Bool? = nil) throws
        -> FieldReader.Outcome
    {
        let column = try #require(ImportTable.hardware.withID.column(column) ?? ImportTable.recycling.column(column))
        return FieldReader(column: column, names: nil, requiresValue: requires).read(text, encoding: "UTF-8")
    }

    private func code(_ outcome: FieldReader.Outcome) -> RowProblem.Code? {
        if case .problem(let problem) = outcome { problem.code } else { nil }
    }

    @Test(arguments: [
        ("=\"00123\"", "00123"), ("'00123", "00123"), ("SN-A25\u{200B}", "SN-A25"), ("\u{FEFF}SN-1", "SN-1"),
        ("SN\u{AD}-2", "SN-2"), ("A\u{A0}1", "A 1"), ("e\u{301}1", "é1"), ("=\"a\"\"b\"", "a\"b"), ("ABC123", "ABC123"),
        ("89490200001234567890", "89490200001234567890"), ("000123", "000123"), ("'=A1", "=A1"),
    ])
    func `one thing has one text`(text: String, expected: String) throws {
        let outcome = try read(text)
        if expected == "=A1" { return #expect(code(outcome) == .formulaError) }
        guard case .value(.text(let value)) = outcome else { return #expect(Bool(false), "\(outcome)") }
        // Scalar for scalar: `==` takes composed and decomposed for the same.
        #expect(Array(value.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        "To be filled by O.E.M.", "TO BE FILLED BY O.E.M.", "Default string", "System Serial Number", "Not Specified",
        "0123456789", "123456789", "1234567890", "0000000", "xxxxxxxxxxx", "......", "INVALID", "N.A.NOT", ".",
    ])
    func `what many machines have is not a serial number`(text: String) throws {
        let outcome = try read(text)
        if text == "N.A.NOT" { return #expect(outcome == .value(.text(text))) }
        #expect(outcome == .placeholder(text))
        // Where a row is found by it, it finds none.
        #expect(code(try read(text, requires: true)) == .placeholder)
    }

    @Test func `the list of placeholders grows by a setting`() throws {
        let column = try #require(ImportTable.hardware.column("asset_tag"))
        let reader = FieldReader(column: column, names: nil, placeholders: Placeholders(["LEER"]))
        #expect(reader.read("leer", encoding: "UTF-8") == .placeholder("leer"))
        #expect(reader.read("leer2", encoding: "UTF-8") == .value(.text("leer2")))
    }

    @Test(arguments: ["00:00:00:00:00:00", "FF-FF-FF-FF-FF-FF"])
    func `an address of no device is not an address`(text: String) throws {
        #expect(try read(text, "mac_address") == .placeholder(text))
    }

    @Test(arguments: [
        "8.94902E+19", "8,94902E+19", "123456789012345000", "89490200001234500000",
    ])
    func `a long number that a spreadsheet has cut is not a serial number`(text: String) throws {
        #expect(code(try read(text)) == .scientificNotation)
    }

    @Test(arguments: [
        "#SPILL!", "#CALC!", "#ÜBERLAUF!", "#BEZUG!", "#VALEUR!", "#NOM?", "#¡REF!", "#¿NOMBRE?", "#N/V", "#N/D", "#NV",
        "########", "#MERGED!", "#GETTING_DATA",
    ])
    func `what a spreadsheet shows for a failure is not a value, in any language`(text: String) throws {
        #expect(code(try read(text, "manufacturer")) == .formulaError)
        #expect(code(try read(text, "notes")) == .formulaError)
    }

    @Test(arguments: ["#1", "#12 left", "#", "C#", "#tag!", "# Inventar"])
    func `a number sign alone is not a failure`(text: String) throws {
        #expect(try read(text, "manufacturer") == .value(.text(text)))
    }

    @Test(arguments: [
        ("\\N", true), ("NULL", true), ("(null)", true), ("", true), ("-", false), ("n/a", false), ("none", false),
        ("Unknown", false), ("k.A.", false), ("n.a.", false), ("--", false), ("?", false),
    ])
    func `words for no value are none in a text, and those that say nothing clear nothing`(
        text: String, clears: Bool
    ) throws {
        for column in ["manufacturer", "notes", "asset_tag"] {
            #expect(try read(text, column) == (clears ? .blank : .unsaid))
        }
    }

    @Test func `words for no value are mistakes where a word or a name is expected`() throws {
        #expect(code(try read("unknown", "status")) == .unknownWord)
        #expect(try read("unknown", "device_name") == .value(.text("unknown")))
        #expect(code(try read("\\N", "device_name")) == .missingValue)
    }

    @Test(arguments: [
        ("2026-01-05T00:00:00Z", 2026, 1, 5), ("2026-01-05 00:00:00", 2026, 1, 5), ("11/27/2017 0:00:00", 2017, 11, 27),
        ("05.01.2026 00:00", 2026, 1, 5), ("2026/01/05", 2026, 1, 5), ("2026-01-05 00:00:00.000+00", 2026, 1, 5),
        ("1/31/2026 12:00:00 AM", 2026, 1, 31), ("31.12.9999", 9999, 12, 31),
        ("0044-03-15 BC", -43, 3, 15),
    ])
    func `a day is a day, also with its midnight`(text: String, year: Int, month: Int, day: Int) throws {
        let outcome = try read(text, "warranty_expiry")
        #expect(outcome == .value(.date(try #require(CalendarDate(year: year, month: month, day: day)))))
    }

    @Test(arguments: ["2026-01-05 10:30:00", "2026-01-05T00:00:01Z", "1.1.0026", "45678", "2026-01-05 00"])
    func `a time of day and a year without its century are not dropped`(text: String) throws {
        #expect(code(try read(text, "warranty_expiry")) == .invalidDate)
    }

    @Test func `no end is a date as PostgreSQL has it`() throws {
        #expect(try read("infinity", "warranty_expiry") == .value(.infiniteDate(isPast: false)))
        #expect(try read("-infinity", "warranty_expiry") == .value(.infiniteDate(isPast: true)))
    }

    @Test(arguments: [
        ("=cmd|' /C calc'!A0", true), ("@SUM(1+1)", true), ("+SUM(A1)", true), ("-2+3", true), ("-5", false),
        ("+49 123", false),
        ("-1,5", false), ("a=b", false), ("", false),
    ])
    func `a formula is disarmed, and is read back as it was`(text: String, isFormula: Bool) {
        let safe = SpreadsheetSafety.disarmed(text)
        #expect(safe == (isFormula ? "'" + text : text))
        #expect(IdentifierText.unwrapped(safe) == text)
        let twice = SpreadsheetSafety.disarmed("'" + text)
        #expect(IdentifierText.unwrapped(twice) == "'" + text)
        #expect(
            SpreadsheetSafety.disarmed(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
                == (isFormula ? safe : nil))
    }

    @Test func `a line break is called by its name`() throws {
        guard case .problem(let problem) = try read("a\nb", "device_name") else { return #expect(Bool(false)) }
        #expect(problem.code == .controlCharacter && problem.reason.hasSuffix("holds a line break"))
    }
}
