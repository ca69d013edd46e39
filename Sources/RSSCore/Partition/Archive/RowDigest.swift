/// The content digest of rows, computed from their COPY text alone, without a server: equal to what PostgreSQL answers to
///
///     SELECT count(*), coalesce(sum(hashtextextended(ROW(a, b, …)::text, 0)), 0)
///
/// The order of the rows does not matter. COPY writes each value as its type's output function does, and so does the text
/// of a row: only the quoting differs, which is undone and done anew here.
struct RowDigest {
    /// Rows so far.
    private(set) var rows: Int64 = 0
    /// The sum of their hashes.
    private(set) var sum: Int128 = 0
    private let columns: Int
    private var carry: [UInt8] = []
    private var record: [UInt8] = []

    /// A digest of rows with so many columns.
    init(columns: Int) { self.columns = columns }

    /// The sum as PostgreSQL writes a `numeric`.
    var text: String { "\(sum)" }

    /// Whether what was fed so far ends with a whole row.
    var isComplete: Bool { carry.isEmpty }

    /// Takes the next part of the COPY text, cut anywhere.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        let newline = UInt8(ascii: "\n")
        if !carry.isEmpty {
            guard let end = bytes.firstIndex(of: newline) else { return carry.append(contentsOf: bytes) }
            carry.append(contentsOf: bytes[..<end])
            let line = carry
            line.withUnsafeBytes { add($0) }
            carry.removeAll(keepingCapacity: true)
            start = end + 1
        }
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard let length = rest.firstIndex(of: newline) else { return carry.append(contentsOf: rest) }
            add(UnsafeRawBufferPointer(rebasing: rest[..<length]))
            start += length + 1
        }
    }

    /// What a byte of a value asks for: nothing, quotes around the value, or to be written twice in them.
    private static let classes: [UInt8] = (0...255).map { (byte: Int) -> UInt8 in
        switch UInt8(byte) {
        case UInt8(ascii: "\""): 2
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: " "), 9...13: 1
        // A backslash begins an escape; what it stands for is looked at.
        case UInt8(ascii: "\\"): 3
        default: 0
        }
    }

    /// A line without its end, as the text of a row; "PostgreSQL 15 docs, COPY, Text Format" and "8.16.6".
    private mutating func add(_ line: UnsafeRawBufferPointer) {
        rows += 1
        record.removeAll(keepingCapacity: true)
        record.append(UInt8(ascii: "("))
        if columns > 0 {
            Self.classes.withUnsafeBufferPointer { classes in
                var index = 0
                while true {
                    if index > 0 { record.append(UInt8(ascii: ",")) }
                    index = Self.value(line, from: index, classes, into: &record)
                    if index >= line.count { break }
                    index += 1
                    if index == line.count {
                        // A tab at the end: the last value is empty.
                        record += [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\"")]
                        break
                    }
                }
            }
        }
        record.append(UInt8(ascii: ")"))
        sum += Int128(Int64(bitPattern: record.withUnsafeBytes(Self.hash)))
    }

    /// Writes one value behind what is there, and returns where the tab behind it, or the end, stands.
    private static func value(
        _ line: UnsafeRawBufferPointer, from start: Int, _ classes: UnsafeBufferPointer<UInt8>,
        into record: inout [UInt8]
    ) -> Int {
        var end = start
        var seen: UInt8 = 0
        while end < line.count, line[end] != 9 {
            seen |= classes[Int(line[end])]
            end += 1
        }
        let field = UnsafeRawBufferPointer(rebasing: line[start..<end])
        if seen == 0, !field.isEmpty {
            record.append(contentsOf: field)
            return end
        }
        if field.count == 2, field[0] == UInt8(ascii: "\\"), field[1] == UInt8(ascii: "N") { return end }
        var needsQuotes = field.isEmpty
        eachByte(of: field) { needsQuotes = needsQuotes || classes[Int($0)] != 0 }
        if needsQuotes { record.append(UInt8(ascii: "\"")) }
        eachByte(of: field) { byte in
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { record.append(byte) }
            record.append(byte)
        }
        if needsQuotes { record.append(UInt8(ascii: "\"")) }
        return end
    }

    /// The bytes of a value, without COPY's escapes.
    private static func eachByte(of field: UnsafeRawBufferPointer, _ body: (UInt8) -> Void) {
        var index = 0
        while index < field.count {
            var byte = field[index]
            index += 1
            if byte == UInt8(ascii: "\\"), index < field.count {
                byte = unescaped(field[index])
                index += 1
            }
            body(byte)
        }
    }

    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "v"): 11
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        default: byte
        }
    }

    /// PostgreSQL's `hash_bytes_extended` with seed 0 on a little-endian machine; src/common/hashfn.c, after Bob Jenkins'
    /// lookup3.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var a = 0x9e37_79b9 &+ UInt32(truncatingIfNeeded: bytes.count) &+ 3_923_095
        var (b, c) = (a, a)
        var offset = 0
        while bytes.count - offset >= 12 {
            a &+= word(bytes, offset)
            b &+= word(bytes, offset + 4)
            c &+= word(bytes, offset + 8)
            mix(&a, &b, &c)
            offset += 12
        }
        // The lowest byte of c is reserved for the length.
        for (index, position) in (offset..<bytes.count).enumerated() {
            let byte = UInt32(bytes[position])
            switch index {
            case 0..<4: a &+= byte << UInt32(index * 8)
            case 4..<8: b &+= byte << UInt32((index - 4) * 8)
            default: c &+= byte << UInt32((index - 7) * 8)
            }
        }
        finish(&a, &b, &c)
        return UInt64(b) << 32 | UInt64(c)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func rotated(_ value: UInt32, _ by: UInt32) -> UInt32 { value << by | value >> (32 - by) }

    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        a = (a &- c) ^ rotated(c, 4)
        c = c &+ b
        b = (b &- a) ^ rotated(a, 6)
        a = a &+ c
        c = (c &- b) ^ rotated(b, 8)
        b = b &+ a
        a = (a &- c) ^ rotated(c, 16)
        c = c &+ b
        b = (b &- a) ^ rotated(a, 19)
        a = a &+ c
        c = (c &- b) ^ rotated(b, 4)
        b = b &+ a
    }

    private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        c = (c ^ b) &- rotated(b, 14)
        a = (a ^ c) &- rotated(c, 11)
        b = (b ^ a) &- rotated(a, 25)
        c = (c ^ b) &- rotated(b, 16)
        a = (a ^ c) &- rotated(c, 4)
        b = (b ^ a) &- rotated(a, 14)
        c = (c ^ b) &- rotated(b, 24)
    }
}
