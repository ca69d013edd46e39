import CZlib

/// An .xlsx workbook or any other ZIP archive, made of bytes, so that each of them can be wrong.
package struct ZipFixture {
    package struct Entry {
        package var name: String
        package var bytes: [UInt8]
        package var isDeflated = true
        package var flags: UInt16 = 0
        /// What the list of entries claims, where that is not the truth.
        package var claimedSize: UInt64?
        package var usesZip64 = false

        package init(name: String, bytes: [UInt8], isDeflated: Bool = true) {
            (self.name, self.bytes, self.isDeflated) = (name, bytes, isDeflated)
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry] = []) { self.entries = entries }

    package static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    package static func deflated(_ bytes: [UInt8], window: Int32 = -15) -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1000)
        return withUnsafeMutablePointer(to: &stream) { stream in
            let size = Int32(MemoryLayout<z_stream>.size)
            deflateInit2_(stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
            defer { deflateEnd(stream) }
            return input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_in = input.baseAddress
                    stream.pointee.avail_in = UInt32(input.count)
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(output.count)
                    deflate(stream, Z_FINISH)
                    return Array(output[..<(output.count - Int(stream.pointee.avail_out))])
                }
            }
        }
    }

    package var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let packed = entry.isDeflated ? Self.deflated(entry.bytes) : entry.bytes
            let checksum = UInt32(crc32(0, entry.bytes, UInt32(entry.bytes.count)))
            let name = Array(entry.name.utf8)
            let size = entry.claimedSize ?? UInt64(entry.bytes.count)
            let common: [UInt8] =
                [20, 0] + Self.number(entry.flags) + [entry.isDeflated ? 8 : 0, 0, 0, 0, 0x21, 0]
                + Self.number(checksum)
            let extra: [UInt8] =
                entry.usesZip64
                ? [1, 0, 24, 0] + Self.number(size) + Self.number(UInt64(packed.count))
                    + Self.number(UInt64(file.count))
                : []
            let offset = entry.usesZip64 ? UInt32.max : UInt32(file.count)
            let sizes =
                entry.usesZip64
                ? [UInt8](repeating: 0xFF, count: 8)
                : Self.number(UInt32(packed.count)) + Self.number(UInt32(clamping: size))
            file += [0x50, 0x4B, 3, 4] + common + sizes + Self.number(UInt16(name.count)) + [0, 0] + name + packed
            directory += [0x50, 0x4B, 1, 2, 20, 0] + common + sizes + Self.number(UInt16(name.count))
            directory += Self.number(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10) + Self.number(offset)
            directory += name + extra
        }
        let count = Self.number(UInt16(entries.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + Self.number(UInt32(directory.count))
            + Self.number(UInt32(file.count)) + [0, 0]
    }
}
