import CSV
import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkValidateTests {
    @Test func `the example inventory has the faults that need no database`() async throws {
        var options = ImportOptions(
            path: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Examples/inventory.csv").path)
        options.isWithoutVisit = true
        options.isDryRun = true
        let outcome = try await BulkValidator(progress: .silent).run(try ImportFile(.hardware, options))
        #expect((outcome.read, outcome.rejects.rows) == (2000, 19))
        #expect(outcome.key == "serial_number")
        #expect(outcome.rejectsPath == nil)
    }

    /// Whatever is in a field, the fast way and the careful one give the same result.
    @Test func `plain fields mean what the careful reader makes of them`() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789abcdefABCDEF.:-/ nNuUlL{}\"ü\u{A0}\t\u{1}~".unicodeScalars)
        let samples = [
            "10.1.2.3", "10.1.2.0/24", "010.1.2.3", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/", "1.2.3", "08:00:2b:01:02:03",
            "08-00-2B-01-02-03", "08:00-2b:01:02:03", "2026-11-24", "2026-02-29", "0000-01-01", "9999-12-31", "null",
            "NULL",
            "n/a", "-", "--", "n", "active", "Active", "in storage", "1", "5", "05", "12,5", "1.234", "1.2E+11", "0",
            "9", "-1", "32768", "{}",
            "{\"a\": 1}", "{\"a\": }", "Laptop", "laptop", String(repeating: "x", count: 100),
            String(repeating: "x", count: 101),
        ]
        let laptop = UUID()
        let names = LoadedNames([(name: "Laptop", id: laptop)])
        var known = KnownIDs()
        known.insert(Array("Laptop".utf8), laptop)
        let columns = (ImportTable.hardware.columns + ImportTable.recycling.columns).filter {
            $0.name != "visit_report"
        }
        var plain = 0
        for round in 0..<4_000 {
            let text: String
            if round < samples.count {
                text = samples[round]
            } else if round.isMultiple(of: 2) {
                text = String(
                    String.UnicodeScalarView(
                        (0..<Int.random(in: 1...12)).compactMap { _ in alphabet.randomElement(using: &random) }))
            } else {
                var scalars = Array(samples[round % samples.count].unicodeScalars)
                scalars[Int.random(in: 0..<scalars.count)] = alphabet[Int.random(in: 0..<alphabet.count)]
                text = String(String.UnicodeScalarView(scalars))
            }
            for column in columns {
                let fast = encoded(text, column, known)
                guard let fast else { continue }
                plain += 1
                let careful = FieldReader(column: column, names: names).read(text, encoding: "UTF-8")
                guard case .value(let value) = careful else {
                    Issue.record("\(column.name): '\(text)' passes the fast way, and the careful one says \(careful)")
                    continue
                }
                #expect(fast == value.encoded, "\(column.name): '\(text)'")
            }
        }
        #expect(plain > 4_000)
    }

    private func encoded(_ text: String, _ column: ImportColumn, _ known: KnownIDs) -> [UInt8]? {
        var text = text
        return text.withUTF8 { bytes in
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 64, alignment: 16)
            defer { buffer.deallocate() }
            var sink = FieldSink(buffer)
            guard PlainField(column, acceptsAnyName: false).read(bytes, known, into: &sink) else { return nil }
            return Array(UnsafeRawBufferPointer(start: buffer, count: sink.end - buffer))
        }
    }

    @Test func `repeated keys are found in memory and beyond it, and the same ones`() throws {
        var random = SystemRandomNumberGenerator()
        let keys = (0..<5000).map { _ in UInt32.random(in: 0..<3000, using: &random) }
        for winner in DuplicateChoice.allCases {
            var expected: Set<Int> = []
            var seen: [UInt32: Int] = [:]
            for (record, key) in keys.enumerated() {
                if let earlier = seen[key] {
                    expected.insert(winner == .first ? record : earlier)
                    if winner == .last { seen[key] = record }
                } else {
                    seen[key] = record
                }
            }
            for bound in [16, 1000, 1 << 18] {
                var repeated = RepeatedKeys(bound: bound)
                for (record, key) in keys.enumerated() {
                    try withUnsafeBytes(of: key) { try repeated.add(Fingerprint($0), record: record, line: record + 1) }
                }
                let found = try repeated.finish(winner)
                #expect(found.duplicates.count == expected.count)
                var duplicates = try found.duplicates.cursor()
                for record in keys.indices {
                    let line = try duplicates.number(of: record)
                    #expect((line != nil) == expected.contains(record))
                    if let line { #expect(keys[record] == keys[line - 1]) }
                }
                #expect(found.ordinals.count == keys.count - Set(keys).count)
            }
        }
    }

    @Test(arguments: [
        ("12.5", 12_500), ("12,5", 12_500), ("0", 0), ("7", 7000), (".5", 500), ("1.234,5", 1_234_500),
        ("1,234.5", 1_234_500),
        ("1 234,5", 1_234_500), ("1'234.5", 1_234_500), ("1,234,567", 1_234_567_000), ("9999999.999", 9_999_999_999),
        ("0001.5000", 1500), ("1.234", 1234),
    ])
    func `decimal numbers are read as people type them`(text: String, thousandths: Int64) {
        #expect(NumberText.parse(text, usesDecimalComma: false, precision: 10, scale: 3) == .number(thousandths))
    }

    @Test func `what a number may not be is reported`() {
        func parse(_ text: String, comma: Bool = false) -> NumberText {
            NumberText.parse(text, usesDecimalComma: comma, precision: 10, scale: 3)
        }
        for text in ["", "-1", "1.2.3,4,5", "1,2,3", "a", "1.", ",", "1e3", "1..2", "½"] {
            #expect(parse(text) == .invalid)
        }
        #expect(parse("1,234") == .ambiguous)
        #expect(parse("1.234", comma: true) == .ambiguous)
        #expect(parse("1,234", comma: true) == .number(1234))
        #expect(parse("10000000") == .tooLarge)
        #expect(parse("1.2345") == .tooFine)
    }
}
