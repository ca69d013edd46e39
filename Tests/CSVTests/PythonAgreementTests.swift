import CSV
import Foundation
import Testing

/// The tokenizer beside Python's csv module, on random files made of what such files fail on.
@Suite struct PythonAgreementTests {
    private static let reader = """
        import csv, io, json, sys
        csv.field_size_limit(1 << 30)
        for line in sys.stdin:
            file = json.loads(line)
            rows = csv.reader(io.StringIO(file["text"], newline=""), delimiter=file["delimiter"], quotechar=file["quote"],
                              escapechar=file.get("escape"), doublequote=True, strict=False,
                              skipinitialspace=file["skips"])
            # An empty line is not a record here.
            print(json.dumps([row for row in rows if row]))
        """

    private struct File: Codable {
        var text: String
        var delimiter: String
        var quote: String
        var escape: String?
        var skips: Bool
    }

    /// `CSV_FILES=100000` for as many.
    private static let count = ProcessInfo.processInfo.environment["CSV_FILES"].flatMap { Int($0) } ?? 3000

    @Test func `the tokenizer reads what Python's csv module reads`() throws {
        var random = SystemRandomNumberGenerator()
        let files = (0..<Self.count).map { _ in Self.file(&random) }
        let expected = try Self.python(files)
        try #require(expected.count == files.count)
        for (file, rows) in zip(files, expected) {
            let dialect = Dialect(
                delimiter: Array(file.delimiter.utf8)[0], quote: Array(file.quote.utf8)[0],
                escape: file.escape == nil ? .doubledQuote : .backslash, skipsInitialSpace: file.skips)
            var tokenizer = Tokenizer(dialect)
            var found: [[String]] = []
            let bytes = Array(file.text.utf8)
            // In pieces of any size: the records do not depend on them.
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...200, using: &random))
                found += tokenizer.feed(Array(bytes[start..<end])).map(Self.fields)
                start = end
            }
            found += tokenizer.finish().map(Self.fields)
            guard found != rows else { continue }
            Issue.record("\(file.text.debugDescription) by \(dialect): \(found), and Python reads \(rows)")
            return
        }
    }

    private static func fields(_ record: Record) -> [String] { (0..<record.count).map { record.string($0) ?? "?" } }

    /// Short alphabets, so that what matters comes often, and longer runs now and then, so that blocks of 64 bytes end
    /// anywhere.
    private static func file(_ random: inout SystemRandomNumberGenerator) -> File {
        let delimiter = [",", ";", "\t", "|", " "].randomElement(using: &random) ?? ","
        let quote = ["\"", "\"", "'"].randomElement(using: &random) ?? "\""
        let escape: String? = Int.random(in: 0..<4, using: &random) == 0 ? "\\" : nil
        var pieces = [
            delimiter, delimiter, quote, quote + quote, "a", "bc", "ü", " ", "\n", "\r\n", "\r", "", quote + delimiter,
            delimiter + quote, delimiter + " ",
            quote + "\n", "0", "€",
        ]
        if let escape { pieces += [escape + quote, escape + "n", escape + delimiter] }
        var text = ""
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            if Int.random(in: 0..<20, using: &random) == 0 {
                text += String(repeating: "x", count: Int.random(in: 0...150, using: &random))
            } else {
                text += pieces.randomElement(using: &random) ?? ""
            }
        }
        // Python takes a backslash at the very end for an error.
        if escape != nil, text.hasSuffix("\\") { text += "z" }
        return File(text: text, delimiter: delimiter, quote: quote, escape: escape, skips: Bool.random(using: &random))
    }

    private static func python(_ files: [File]) throws -> [[[String]]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-csv-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appendingPathComponent("input"), folder.appendingPathComponent("output"))
        var lines = Data()
        for file in files { lines += try JSONEncoder().encode(file) + [0x0A] }
        try lines.write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", reader]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode([[String]].self, from: Data($0.utf8))
        }
    }
}
