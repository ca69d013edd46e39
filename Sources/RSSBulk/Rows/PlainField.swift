import PostgresClient

/// Reads the fields that most rows consist of, straight from the bytes of the file: printable ASCII without blanks at its
/// ends, in the form that is usual for the column. Whatever is not plain is left to ``FieldReader``, which takes more
/// forms and reports what is wrong; both give the same value.
struct PlainField: Sendable {
    private enum Form {
        case text, identifier, freeText, word, smallint, integer, inet, macaddr, date, jsonObject, known
        /// Never plain.
        case other
    }

    private let form: Form
    /// The longest text.
    private var limit = 0
    private var range: ClosedRange<Int32> = 0...0
    private var words: [[UInt8]] = []
    /// Any text may be a name or reference: what it denotes is not looked up.
    private let acceptsAnyName: Bool
    private let placeholders: Placeholders

    /// - Parameter acceptsAnyName: any text may be a name or reference, and is not looked up.
    init(_ column: ImportColumn, acceptsAnyName: Bool, placeholders: Placeholders = Placeholders()) {
        self.acceptsAnyName = acceptsAnyName
        self.placeholders = placeholders
        switch column.type {
        case .text(let limit):
            form = column.isIdentifier ? .identifier : .text
            self.limit = limit
        case .word(let words):
            form = .word
            self.words = words.map { Array($0.utf8) }
        case .freeText: form = .freeText
        case .smallint(let range):
            form = .smallint
            self.range = Int32(range.lowerBound)...Int32(range.upperBound)
        case .integer(let range):
            form = .integer
            self.range = range
        case .numeric, .uuid: form = .other
        case .inet: form = .inet
        case .macaddr: form = .macaddr
        case .date: form = .date
        case .jsonObject: form = .jsonObject
        case .name, .reference: form = .known
        }
    }

    /// Writes the value of a field.
    ///
    /// - Returns: false when the field is not plain; nothing is written then.
    @inline(__always)
    func read(_ bytes: UnsafeBufferPointer<UInt8>, _ known: borrowing KnownIDs, into sink: inout FieldSink) -> Bool {
        guard Self.isPlain(bytes) else { return false }
        switch form {
        case .text:
            guard bytes.count <= limit else { return false }
            sink.text(bytes)
            return true
        case .known:
            if acceptsAnyName {
                sink.uuid(UUIDBytes(high: 0, low: 0))
                return true
            }
            guard let id = known.find(bytes) else { return false }
            sink.uuid(id)
            return true
        case .identifier:
            // Something like 1.23E+11 or 123456789012345000 is what a spreadsheet leaves of one.
            guard bytes.count <= limit, !bytes.contains(UInt8(ascii: "+")), !placeholders.mayBe(bytes),
                bytes.count < 18 || bytes[bytes.count - 1] != 0x30 || bytes[bytes.count - 3] != 0x30
            else { return false }
            sink.text(bytes)
            return true
        case .freeText:
            sink.text(bytes)
            return true
        case .word: return word(bytes, &sink)
        case .smallint:
            guard let value = integer(bytes) else { return false }
            sink.integer(Int16(value))
            return true
        case .integer:
            guard let value = integer(bytes) else { return false }
            sink.integer(value)
            return true
        case .inet: return Self.address(bytes, &sink)
        case .macaddr: return Self.hardwareAddress(bytes, &sink)
        case .date: return Self.date(bytes, &sink)
        case .jsonObject:
            guard JSONSyntax.problem(in: bytes) == nil else { return false }
            sink.jsonb(bytes)
            return true
        case .other: return false
        }
    }

    /// Whether all bytes are printable ASCII, those at the ends no blanks, and the whole no word for no value.
    @inline(__always)
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = bytes.count
        guard let base = bytes.baseAddress, count > 0, base[0] != 0x20, base[count - 1] != 0x20 else { return false }
        if NoValue.mayBe(base, count) { return false }
        // `#N/A` and its like, `="00123"`, `'=A1`.
        if base[0] == 0x23 || base[0] == 0x3D || base[0] == 0x27 { return false }
        let raw = UnsafeRawPointer(base)
        guard count >= 8 else {
            for index in 0..<count where base[index] < 0x20 || base[index] > 0x7E { return false }
            return true
        }
        var offset = 0
        while offset + 8 < count {
            if !isPlain(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { return false }
            offset += 8
        }
        // The last eight, some of which were checked already.
        return isPlain(raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    }

    /// Whether eight bytes are printable ASCII: one below 0x20, above 0x7E, or beyond ASCII sets its highest bit; Hacker's
    /// Delight, 6-1.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return ((word &- ones &* 0x20) | (word &+ ones) | word) & (ones << 7) == 0
    }

    @inline(__always)
    private func word(_ bytes: UnsafeBufferPointer<UInt8>, _ sink: inout FieldSink) -> Bool {
        for word in words where word.count == bytes.count {
            guard word.withUnsafeBytes({ $0.hasSameBytes(as: UnsafeRawBufferPointer(bytes)) }) else { continue }
            sink.text(bytes)
            return true
        }
        return false
    }

    @inline(__always)
    private func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard bytes.count <= 9 else { return nil }
        var value: Int32 = 0
        for byte in bytes {
            let digit = byte &- 0x30
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int32(digit)
        }
        return range.contains(value) ? value : nil
    }

    /// `10.1.2.3`, `10.1.2.0/24`
    @inline(__always)
    private static func address(_ bytes: UnsafeBufferPointer<UInt8>, _ sink: inout FieldSink) -> Bool {
        var address: UInt32 = 0
        var part: UInt32 = 0
        var (digits, dots) = (0, 0)
        var prefixLength: UInt32 = 32
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            let digit = byte &- 0x30
            if digit <= 9 {
                // A leading zero means octal to some and nothing to PostgreSQL.
                guard digits < 3, digits == 0 || part > 0 else { return false }
                part = part * 10 + UInt32(digit)
                digits += 1
            } else {
                guard digits > 0, part <= 255 else { return false }
                address = address << 8 | part
                (part, digits) = (0, 0)
                if byte == 0x2E {
                    dots += 1
                    guard dots <= 3 else { return false }
                } else {
                    guard byte == 0x2F, dots == 3, (1...2).contains(bytes.count - index) else { return false }
                    prefixLength = 0
                    while index < bytes.count {
                        let digit = bytes[index] &- 0x30
                        guard digit <= 9 else { return false }
                        prefixLength = prefixLength * 10 + UInt32(digit)
                        index += 1
                    }
                    guard prefixLength <= 32 else { return false }
                    sink.ipv4(address, prefixLength: UInt8(prefixLength))
                    return true
                }
            }
        }
        guard dots == 3, digits > 0, part <= 255 else { return false }
        sink.ipv4(address << 8 | part, prefixLength: 32)
        return true
    }

    /// `08:00:2b:01:02:03`, `08-00-2b-01-02-03`
    @inline(__always)
    private static func hardwareAddress(_ bytes: UnsafeBufferPointer<UInt8>, _ sink: inout FieldSink) -> Bool {
        guard bytes.count == 17, bytes[2] == 0x3A || bytes[2] == 0x2D else { return false }
        let separator = bytes[2]
        var address: UInt64 = 0
        var index = 0
        while index < 17 {
            guard let high = hex(bytes[index]), let low = hex(bytes[index + 1]) else { return false }
            if index < 15, bytes[index + 2] != separator { return false }
            address = address << 8 | high << 4 | low
            index += 3
        }
        // 00:00:00:00:00:00 and the broadcast address do not identify a device.
        guard address != 0, address != 0xFFFF_FFFF_FFFF else { return false }
        sink.macaddr(address)
        return true
    }

    @inline(__always)
    private static func hex(_ byte: UInt8) -> UInt64? {
        if byte &- 0x30 <= 9 { return UInt64(byte &- 0x30) }
        let letter = (byte | 0x20) &- 0x61
        return letter <= 5 ? UInt64(letter) + 10 : nil
    }

    /// `2026-11-24`
    @inline(__always)
    private static func date(_ bytes: UnsafeBufferPointer<UInt8>, _ sink: inout FieldSink) -> Bool {
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D, let century = number(bytes, 0),
            let rest = number(bytes, 2), let month = number(bytes, 5), let day = number(bytes, 8), century + rest > 0,
            let date = CalendarDate(year: century * 100 + rest, month: month, day: day)
        else { return false }
        // Days since 2000-01-01.
        sink.integer(Int32(date.daysSinceEpoch - 10_957))
        return true
    }

    /// Two digits.
    @inline(__always)
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        let (tens, ones) = (bytes[index] &- 0x30, bytes[index + 1] &- 0x30)
        return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
    }
}
