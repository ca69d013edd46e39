import CSV
import Foundation
import Testing

@Suite struct ReaderTests {
    private func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
        let path = "/tmp/rsscsv-\(UUID().uuidString).csv"
        try Data(bytes).write(to: URL(filePath: path))
        defer { unlink(path) }
        return try body(path)
    }

    private func rows(_ path: String, dialect: Dialect? = nil) throws -> [[String]] {
        var reader = try RecordReader(path: path, dialect: dialect)
        var rows: [[String]] = []
        while let record = try reader.next() { rows.append(Reading.values(record)) }
        return rows
    }

    static let text = "serial;site;note\r\nSN-1;Zürich;\"a;b\"\r\nSN-2;Orléans – dépôt;5 €\r\n"
    static let rows = [["serial", "site", "note"], ["SN-1", "Zürich", "a;b"], ["SN-2", "Orléans – dépôt", "5 €"]]

    private func encode(_ text: String, _ encoding: TextEncoding, mark: Bool) -> [UInt8] {
        let scalars = (mark ? "\u{FEFF}" : "") + text
        switch encoding {
        case .utf8: return Array(scalars.utf8)
        case .utf16LittleEndian: return scalars.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        case .utf16BigEndian: return scalars.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        case .utf32LittleEndian:
            return scalars.unicodeScalars.flatMap { scalar in
                (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> (8 * UInt32($0))) }
            }
        case .utf32BigEndian:
            return scalars.unicodeScalars.flatMap { scalar in
                (0..<4).reversed().map { UInt8(truncatingIfNeeded: scalar.value >> (8 * UInt32($0))) }
            }
        default: return Array(text.data(using: .windowsCP1252) ?? Data())
        }
    }

    @Test(arguments: TextEncoding.allCases, [true, false])
    func `every encoding is detected and read`(encoding: TextEncoding, mark: Bool) throws {
        try withFile(encode(Self.text, encoding, mark: mark)) { (path) throws in
            var reader = try RecordReader(path: path)
            #expect(reader.dialect == Dialect(delimiter: UInt8(ascii: ";"), encoding: encoding))
            #expect(reader.detection?.hasByteOrderMark == (mark && encoding != .windows1252))
            #expect(reader.detection?.lineEnding == .crlf)
            #expect(try reader.next().map(Reading.values) == Self.rows[0])
            #expect(try rows(path) == Self.rows)
        }
    }

    @Test func `a large file is read whole, a record across every boundary`() throws {
        var bytes = Array("id,text\n".utf8)
        for number in 0..<60_000 { bytes += Array("\(number),\"line \(number)\nof \"\"two\"\"\"\n".utf8) }
        try withFile(bytes) { (path) throws in
            var reader = try RecordReader(path: path)
            var count = 0
            while let record = try reader.next() {
                if count > 0 {
                    #expect(record.string(0) == "\(count - 1)" && record.line == 2 * count)
                    if count % 1000 == 0 { #expect(record.string(1) == "line \(count - 1)\nof \"two\"") }
                }
                count += 1
            }
            #expect(count == 60_001)
            #expect(reader.bytesRead == Int64(bytes.count))
            var batches = try RecordReader(path: path)
            var total = 0
            while let batch = try batches.nextBatch() { total += batch.count }
            #expect(total == 60_001)
        }
    }

    @Test func `a large UTF-16 file is read whole`() throws {
        let text = "id;name\r\n" + (0..<40_000).map { "\($0);Gerät 👩‍🔧 \($0)\r\n" }.joined()
        try withFile(encode(text, .utf16LittleEndian, mark: true)) { (path) throws in
            let all = try rows(path)
            #expect(all.count == 40_001 && all[40_000] == ["39999", "Gerät 👩‍🔧 39999"])
        }
    }

    @Test func `broken UTF-16 affects its field only`() throws {
        var bytes = encode("a,b\nx", .utf16LittleEndian, mark: true)
        bytes += [0x00, 0xD8] + encode(",ok\ny,", .utf16LittleEndian, mark: false) + [0x41]
        try withFile(bytes) { (path) throws in
            #expect(
                try rows(path, dialect: Dialect(encoding: .utf16LittleEndian)) == [
                    ["a", "b"], ["<invalid>", "ok"], ["y", "<invalid>"],
                ])
        }
    }

    @Test func `all bytes of Windows-1252 mean what Foundation says`() {
        var transcoder = Transcoder(.windows1252)
        for byte in UInt8.min...UInt8.max {
            var output: [UInt8] = []
            withUnsafeBytes(of: byte) { transcoder.transcode($0, into: &output) }
            transcoder.finish(into: &output)
            // Foundation has no meaning for five of them; the web standard makes them C1 controls.
            let expected =
                String(data: Data([byte]), encoding: .windowsCP1252) ?? String(Character(Unicode.Scalar(byte)))
            #expect(String(decoding: output, as: UTF8.self) == expected)
        }
    }

    @Test func `a pipe is read as it comes`() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let (readEnd, writeEnd) = (ends[0], ends[1])
        // A thread, not a task: this test blocks, and the pool may have no thread left.
        Thread.detachNewThread {
            for number in 0..<2000 {
                let line = Array("\(number),x\n".utf8)
                _ = line.withUnsafeBytes { write(writeEnd, $0.baseAddress, $0.count) }
            }
            close(writeEnd)
        }
        var reader = try RecordReader(descriptor: readEnd, dialect: .rfc4180)
        var count = 0
        while try reader.next() != nil { count += 1 }
        close(readEnd)
        #expect(count == 2000)
    }

    @Test func `an empty file has no records`() throws {
        try withFile([]) { (path) throws in
            #expect(try rows(path).isEmpty)
            #expect(try RecordReader(path: path).detection?.confidence == 0)
        }
    }

    @Test func `a file that cannot be read is reported with the system's message`() {
        let missing = #expect(throws: ReadError.self) { try RecordReader(path: "/tmp/no-such-file.csv") }
        #expect(missing?.description == "cannot open /tmp/no-such-file.csv: No such file or directory")
        let folder = #expect(throws: ReadError.self) { try RecordReader(path: "/tmp") }
        #expect(folder?.errno == EISDIR)
    }

    @Test func `rejects are written as they were`() throws {
        let record = Reading.records(Array("a,\"b\"\"\nc\" x\r\nd".utf8))[0]
        var bytes: [UInt8] = []
        var writer = RecordWriter { bytes += $0 }
        try writer.write(raw: record.raw)
        try writer.flush()
        #expect(String(decoding: bytes, as: UTF8.self) == "a,\"b\"\"\nc\" x\n")
    }

    @Test func `throughput`() throws {
        let row = "SN-000123,Laptop,Contoso,Model 7,2026-11-24,\"note with, comma\",active,123.45,\"{\"\"a\"\":1}\"\n"
        let bytes = Array(repeating: Array(row.utf8), count: 50_000).flatMap { $0 }
        let start = ContinuousClock.now
        var fields = 0
        var tokenizer = Tokenizer(.rfc4180)
        for piece in stride(from: 0, to: bytes.count, by: 256 << 10) {
            let end = min(bytes.count, piece + 256 << 10)
            bytes.withUnsafeBytes { buffer in
                for record in tokenizer.feed(UnsafeRawBufferPointer(rebasing: buffer[piece..<end])) {
                    fields += record.count
                }
            }
        }
        for record in tokenizer.finish() { fields += record.count }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("tokenizer: \(Int(Double(bytes.count) / seconds / 1e6)) MB/s")
        #expect(fields == 450_000)
    }
}
