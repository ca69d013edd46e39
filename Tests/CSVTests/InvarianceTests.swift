import CSV
import Foundation
import Testing

/// A generator of the same numbers each time.
struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite struct InvarianceTests {
    static func text(_ numbers: inout Numbers, alphabet: [String], length: Int) -> [UInt8] {
        (0..<length).flatMap { _ in Array(alphabet.randomElement(using: &numbers)!.utf8) }
    }

    @Test(
        arguments: [
            Dialect.rfc4180, Dialect(escape: .backslash), Dialect(delimiter: 9, quote: nil),
            Dialect(skipsInitialSpace: true),
            Dialect(escape: .unescaped),
        ], [10, 40, 1 << 20])
    func `records do not depend on how the input is cut`(dialect: Dialect, limit: Int) {
        for columns in [nil, 3] { compare(dialect, limit, columns) }
    }

    private func compare(_ dialect: Dialect, _ limit: Int, _ columns: Int?) {
        var numbers = Numbers(state: UInt64(limit))
        let alphabet = [
            "a", "bc", ",", ",", "\"", "\"", "\"\"", "\n", "\r", "\r\n", "\\", "é", "\t", " ", "\u{0}", "\u{FEFF}",
        ]
        for round in stride(from: 0, to: 150, by: 3) {
            let bytes = Self.text(&numbers, alphabet: alphabet, length: round)
            let whole = Reading.records(bytes, dialect, limit: limit, columns: columns).map(Reading.summary)
            for pieces in 1...17 {
                let cut = Reading.records(bytes, dialect, pieces: pieces, limit: limit, columns: columns)
                    .map(Reading.summary)
                #expect(cut == whole, "\(String(decoding: bytes, as: UTF8.self).debugDescription) in \(pieces)")
            }
        }
    }

    /// Not compared: empty lines (Python gives an empty list) and NUL.
    @Test func `records are those of Python's csv module`() throws {
        var numbers = Numbers(state: 7)
        let alphabet = ["a", "b", "é", " ", ",", ",", "\"", "\"", "\"\"", "\",\"", "\n", "\r", "\r\n", "'"]
        let texts = (0..<4000).map { Self.text(&numbers, alphabet: alphabet, length: $0 % 30) }
        guard let expected = try pythonRows(texts) else {
            print("python3 is not installed: not compared")
            return
        }
        #expect(expected.count == texts.count)
        for (text, rows) in zip(texts, expected) {
            #expect(
                Reading.records(text).map(Reading.values) == rows,
                "\(String(decoding: text, as: UTF8.self).debugDescription)")
        }
    }

    private func pythonRows(_ texts: [[UInt8]]) throws -> [[[String]]]? {
        let script = """
            import csv, io, json, sys
            out = []
            for line in sys.stdin:
                text = bytes.fromhex(line.strip()).decode()
                out.append([r for r in csv.reader(io.StringIO(text, newline='')) if r])
            json.dump(out, open(sys.argv[1], 'w'))
            """
        let base = URL(filePath: "/tmp/rsscsv-\(UUID().uuidString)")
        let (input, output) = (base.appendingPathExtension("hex"), base.appendingPathExtension("json"))
        defer { [input, output].forEach { try? FileManager.default.removeItem(at: $0) } }
        let hex = texts.map { $0.map { String(format: "%02x", $0) }.joined() }.joined(separator: "\n") + "\n"
        try Data(hex.utf8).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, output.path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return try JSONDecoder().decode([[[String]]].self, from: Data(contentsOf: output))
    }

    @Test func `what is written is read back`() throws {
        var numbers = Numbers(state: 3)
        let alphabet = ["a", ",", "\"", "\n", "\r", " ", "é", ";", "\\", "\u{FEFF}", "=1"]
        for dialect in [Dialect.rfc4180, Dialect(delimiter: UInt8(ascii: ";")), Dialect(quote: UInt8(ascii: "'"))] {
            for ending in LineEnding.allCases {
                let rows: [[String?]] = (0..<200).map { row in
                    (0...(row % 4)).map { _ in
                        let length = Int.random(in: 0..<6, using: &numbers)
                        let text = String(
                            decoding: Self.text(&numbers, alphabet: alphabet, length: length), as: UTF8.self)
                        return Bool.random(using: &numbers) || row % 4 == 0 ? text : nil
                    }
                }
                var bytes: [UInt8] = []
                var writer = RecordWriter(dialect, lineEnding: ending, capacity: 50) { bytes += $0 }
                for row in rows { try writer.write(row) }
                try writer.flush()
                let read = Reading.records(bytes, dialect).map { record -> [String?] in
                    (0..<record.count).map { record.isEmpty($0) && !record.isQuoted($0) ? nil : record.string($0) }
                }
                #expect(read == rows)
            }
        }
    }
}
