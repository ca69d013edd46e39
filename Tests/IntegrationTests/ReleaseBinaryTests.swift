import Foundation
import Testing

/// What `make build` and `make test` build for users, checked as a file.
@Suite(.enabled(if: ReleaseBinary.exists, "make test builds it"))
struct ReleaseBinaryTests {
    @Test func `relocations are read-only, all done at the start, and neither stack nor address is fixed`() throws {
        let binary = try ReleaseBinary()
        #expect(binary.type == ReleaseBinary.sharedObject)
        #expect(binary.segments.contains { $0.type == ReleaseBinary.relro })
        let stack = try #require(binary.segments.first { $0.type == ReleaseBinary.stack })
        #expect(stack.flags & ReleaseBinary.executable == 0)
        let flags = binary.dynamic.filter { $0.tag == ReleaseBinary.flags }.map(\.value)
        #expect(flags.contains { $0 & ReleaseBinary.bindNow != 0 })
        #expect(!binary.segments.contains { $0.flags & 3 == 3 })
    }

    @Test func `libraries come from the system's folders alone`() throws {
        let binary = try ReleaseBinary()
        #expect(!binary.dynamic.contains { [ReleaseBinary.rpath, ReleaseBinary.runpath].contains($0.tag) })
    }

    @Test func `the folder it was built in is named nowhere`() throws {
        let binary = try ReleaseBinary()
        for folder in [ServerLostTests.root, "/.build/checkouts/", "$ORIGIN"] {
            #expect(binary.bytes.range(of: Data(folder.utf8)) == nil, "\(folder)")
        }
    }
}

/// Header, segments and dynamic section of a 64-bit ELF file in the byte order of this machine.
private struct ReleaseBinary {
    struct Segment {
        let type: UInt32
        let flags: UInt32
        let offset: Int
        let size: Int
    }

    static let path = "\(ServerLostTests.root)/.build/release/rssctl"
    static var exists: Bool { FileManager.default.isExecutableFile(atPath: path) }

    // Names as in elf.h.
    static let sharedObject: UInt16 = 3
    static let dynamicSegment: UInt32 = 2
    static let stack: UInt32 = 0x6474_E551
    static let relro: UInt32 = 0x6474_E552
    static let executable: UInt32 = 1
    static let rpath: UInt64 = 15
    static let runpath: UInt64 = 29
    static let flags: UInt64 = 30
    static let bindNow: UInt64 = 8

    let bytes: Data
    let type: UInt16
    let segments: [Segment]
    let dynamic: [(tag: UInt64, value: UInt64)]

    init() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path), options: .mappedIfSafe)
        func number<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
        }
        guard bytes.prefix(5) == Data([0x7F, 0x45, 0x4C, 0x46, 2]) else { throw POSIXError(.ENOEXEC) }
        let table = Int(number(32, as: UInt64.self))
        let width = Int(number(54, as: UInt16.self))
        let segments = (0..<Int(number(56, as: UInt16.self))).map { index in
            let start = table + index * width
            return Segment(
                type: number(start, as: UInt32.self), flags: number(start + 4, as: UInt32.self),
                offset: Int(number(start + 8, as: UInt64.self)), size: Int(number(start + 32, as: UInt64.self)))
        }
        let dynamic = try #require(segments.first { $0.type == Self.dynamicSegment })
        self.bytes = bytes
        type = number(16, as: UInt16.self)
        self.segments = segments
        self.dynamic = stride(from: dynamic.offset, to: dynamic.offset + dynamic.size, by: 16).map {
            (number($0, as: UInt64.self), number($0 + 8, as: UInt64.self))
        }
    }
}
