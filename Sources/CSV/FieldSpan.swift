/// Where a field stands in the bytes of a batch, and what must be done to it to get its value.
@usableFromInline
struct FieldSpan: Sendable {
    /// Bits of ``flags``.
    static let quoted: UInt8 = 1
    static let needsDecoding: UInt8 = 2

    /// First byte. Of a field that needs decoding: the opening quote, if it has one.
    @usableFromInline var start: Int
    @usableFromInline var length: UInt32 = 0
    @usableFromInline var flags: UInt8 = 0

    init(start: Int) { self.start = start }

    /// The byte after the last. Only the fields of a record that is too long, which are dropped, can be longer than
    /// 32 bits.
    var end: Int {
        get { start + Int(length) }
        set { length = UInt32(truncatingIfNeeded: newValue - start) }
    }

    @inlinable var range: Range<Int> { start..<(start + Int(length)) }
    var isQuoted: Bool { flags & Self.quoted != 0 }
    @inlinable var needsDecoding: Bool { flags & 2 != 0 }
}

extension Dialect {
    /// The value of a field that holds doubled quotes, escapes, or text after its closing quote.
    func decode(_ raw: UnsafeBufferPointer<UInt8>, isQuoted: Bool) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(raw.count)
        var isInside = isQuoted
        var index = isQuoted ? 1 : 0
        while index < raw.count {
            let byte = raw[index]
            if escape == .backslash, byte == UInt8(ascii: "\\"), index + 1 < raw.count {
                value.append(raw[index + 1])
                index += 2
            } else if isInside, byte == quote {
                if index + 1 < raw.count, raw[index + 1] == quote {
                    value.append(byte)
                    index += 2
                } else {
                    isInside = false
                    index += 1
                    // Right behind the closing quote nothing is escaped.
                    if escape == .backslash, index < raw.count, raw[index] == UInt8(ascii: "\\") {
                        value.append(raw[index])
                        index += 1
                    }
                }
            } else {
                value.append(byte)
                index += 1
            }
        }
        return value
    }
}
