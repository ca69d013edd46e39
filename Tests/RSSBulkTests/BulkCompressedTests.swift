import CSV
import CZstd
import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkCompressedTests {
    private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/inventory.csv")

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] { ZipFixture.deflated(bytes, window: 31) }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress2(context, &output, output.count, bytes, bytes.count)
        return Array(output[..<count])
    }

    private enum Packing: CaseIterable {
        case gzip, zstd

        func pack(_ bytes: [UInt8]) -> [UInt8] {
            self == .gzip ? BulkCompressedTests.gzip(bytes) : BulkCompressedTests.zstd(bytes)
        }
    }

    private func options(_ path: String) -> ImportOptions {
        var options = ImportOptions(path: path)
        options.isWithoutVisit = true
        options.isDryRun = true
        return options
    }

    /// The result of a file.
    private func content(_ path: String) throws -> [UInt8] {
        let input = try ImportInput.open(path)
        var reader = try input.reader()
        var bytes: [UInt8] = []
        while let record = try reader.next() { bytes += record.raw + [0x0A] }
        return bytes
    }

    @Test(arguments: Packing.allCases)
    private func `a compressed file is read like the file itself, whatever its name`(packing: Packing) async throws {
        let folder = try TemporaryFolder()
        let bytes = Array(try Data(contentsOf: Self.examples))
        let path = try folder.file(packing.pack(bytes), "inventory.csv")
        let file = try ImportFile(.hardware, options(path))
        let outcome = try await BulkValidator(progress: .silent).run(file)
        #expect((outcome.read, outcome.rejects.rows) == (2000, 19))
        #expect(file.name == path)
        #expect(file.input.size == bytes.count)
        let plain = try ImportInput.open(try folder.file(bytes, "plain.csv"))
        #expect(try file.input.digest() == plain.digest())
    }

    @Test(arguments: Packing.allCases)
    private func `files that were appended to each other are read as one`(packing: Packing) throws {
        let folder = try TemporaryFolder()
        let parts = ["category,name\n", "Laptop,a\n", "", "Laptop,b\n"].map { packing.pack(Array($0.utf8)) }
        let path = try folder.file(parts.joined(), "a")
        #expect(String(decoding: try content(path), as: UTF8.self) == "category,name\nLaptop,a\nLaptop,b\n")
    }

    @Test func `what tools put between and after is skipped`() throws {
        let folder = try TemporaryFolder()
        let text = Array("category,name\nLaptop,a\n".utf8)
        let padded = try folder.file(Self.gzip(text) + [UInt8](repeating: 0, count: 100_000), "padded.gz")
        #expect(try content(padded) == text)
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let framed = try folder.file(skippable + Self.zstd(text) + skippable, "framed.zst")
        #expect(try content(framed) == text)
    }

    @Test(arguments: Packing.allCases)
    private func `a compressed file that is truncated or damaged is reported as such`(packing: Packing) throws {
        let folder = try TemporaryFolder()
        let text = Array((0..<3000).map { "Laptop,device \($0 * 7919)\n" }.joined().utf8)
        let packed = packing.pack(text)
        for length in stride(from: 4, to: packed.count, by: packed.count / 150) + [packed.count - 1] {
            let path = try folder.file(packed[..<length], "cut")
            let error = #expect(throws: ImportError.self) { try ImportInput.open(path) }
            #expect(error?.report.code == "RSS-IMPORT-020" && error?.report.exit == .dataError)
        }
        for index in stride(from: 4, to: packed.count, by: packed.count / 300) {
            var damaged = packed
            damaged[index] ^= 1 << UInt8(index % 8)
            let path = try folder.file(damaged, "flipped")
            do {
                // The name and the time in a gzip header are not used.
                #expect(try content(path) == text)
            } catch let error as ImportError {
                #expect(error.report.code == "RSS-IMPORT-020", "at \(index)")
            }
        }
        let path = try folder.file(packed + Array("junk".utf8), "junk")
        #expect(throws: ImportError.self) { try ImportInput.open(path) }
    }

    @Test(arguments: Packing.allCases)
    private func `a compressed pipe is read`(packing: Packing) throws {
        let folder = try TemporaryFolder()
        let text = Array((0..<50_000).map { "Laptop,\($0)\n" }.joined().utf8)
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let packed = Data(packing.pack(text))
        Thread.detachNewThread { try? packed.write(to: URL(fileURLWithPath: path)) }
        #expect(try content(path) == text)
    }

    @Test func `the rejects file stays beside the file that was named, and may not be it`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(Self.gzip(Array("category,name\nLaptop,a\n".utf8)), "devices.csv.gz")
        #expect(ImportOptions(path: path).defaultRejectsPath(isWorkbook: false) == "\(path).rejects.csv")
        var same = options(path)
        same.rejectsPath = path
        #expect(throws: ImportError.rejectsIsInput(path)) { try ImportFile(.hardware, same) }
    }

    @Test func `a file that is compressed again and again is refused`() throws {
        let folder = try TemporaryFolder()
        let text = Array("category,name\nLaptop,a\n".utf8)
        let thrice = try folder.file(Self.gzip(Self.zstd(Self.gzip(text))), "thrice")
        #expect(try content(thrice) == text)
        let path = try folder.file((0..<5).reduce(text) { bytes, _ in Self.gzip(bytes) }, "five")
        #expect(throws: ImportError.damaged(path, problem: "it is compressed more than 3 times")) {
            try ImportInput.open(path)
        }
    }

    @Test func `decompression ends when the task is cancelled`() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(Self.zstd([UInt8](repeating: 0x61, count: 50_000_000)), "zeros.zst")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try ImportInput.open(path)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
