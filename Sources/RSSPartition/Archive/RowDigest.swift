/// The content digest of rows, computed from their COPY text alone, without a server: equal to what PostgreSQL answers to
///
///     SELECT count(*), coalesce(sum(hashtextextended(ROW(a, b, …)::text, 0)), 0)
///
/// The order of the rows does not matter. COPY writes each value as its type's output function does, and so does the text
/// of a row: only the quoting differs, which is removed and added again here.
struct RowDigest {
    /// Rows so far.
    private(set) var rows: Int64 = 0
    /// The sum of their hashes.
    private(set) var sum: Int128 = 0
    private let record = ByteBuffer()
    private var isFirst = true

    init() { record.append(UInt8(ascii: "(")) }

    /// The sum as PostgreSQL writes a `numeric`.
    var text: String { "\(sum)" }

    /// What a byte of a value asks for: nothing, quotes around the value, or to be written twice in them.
    private static let classes: [UInt8] = (0...255).map { (byte: Int) -> UInt8 in
        switch UInt8(byte) {
        case UInt8(ascii: "\""): 2
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: " "), 9...13: 1
        // A backslash begins an escape; what it represents is checked.
        case UInt8(ascii: "\\"): 4
        default: 0
        }
    }

    /// Takes the next value of a row, as COPY writes it; "PostgreSQL 15 docs, COPY, Text Format" and "8.16.6".
    mutating func add(_ value: UnsafeRawBufferPointer) {
        if !isFirst { record.append(UInt8(ascii: ",")) }
        isFirst = false
        Self.classes.withUnsafeBufferPointer { classes in
            var seen: UInt8 = 0
            for byte in value { seen |= classes[Int(byte)] }
            if seen == 0, !value.isEmpty { return record.append(value) }
            if value.count == 2, value[0] == UInt8(ascii: "\\"), value[1] == UInt8(ascii: "N") { return }
            var needsQuotes = seen & 3 != 0 && seen < 4 || value.isEmpty
            if seen & 4 != 0 {
                Self.eachByte(of: value) { needsQuotes = needsQuotes || classes[Int($0)] != 0 }
            }
            if needsQuotes { record.append(UInt8(ascii: "\"")) }
            if seen == 1 {
                record.append(value)
            } else {
                Self.eachByte(of: value) { byte in
                    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { record.append(byte) }
                    record.append(byte)
                }
            }
            if needsQuotes { record.append(UInt8(ascii: "\"")) }
        }
    }

    /// Ends a row.
    mutating func endRow() {
        record.append(UInt8(ascii: ")"))
        rows += 1
        sum += Int128(Int64(bitPattern: Self.hash(record.bytes)))
        record.removeAll()
        record.append(UInt8(ascii: "("))
        isFirst = true
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
