import Glibc

/// Where a field is in the bytes of a batch, and what must be done to it to get its value.
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
    @usableFromInline var isQuoted: Bool { flags & Self.quoted != 0 }
    @inlinable var needsDecoding: Bool { flags & 2 != 0 }
}

extension Dialect {
    /// Writes the value of a field that holds doubled quotes, escapes, or text after its closing quote: no more bytes than
    /// the field has.
    ///
    /// - Returns: how many bytes the value has.
    @usableFromInline
    func decode(_ raw: UnsafeBufferPointer<UInt8>, isQuoted: Bool, into value: UnsafeMutablePointer<UInt8>) -> Int {
        guard let base = raw.baseAddress else { return 0 }
        if isQuoted, escape == .doubledQuote, let quote { return Self.undouble(base, raw.count, quote, into: value) }
        var written = 0
        func append(_ byte: UInt8) {
            value[written] = byte
            written += 1
        }
        var isInside = isQuoted
        var index = isQuoted ? 1 : 0
        while index < raw.count {
            let byte = raw[index]
            if escape == .backslash, byte == UInt8(ascii: "\\"), index + 1 < raw.count {
                append(raw[index + 1])
                index += 2
            } else if isInside, byte == quote {
                if index + 1 < raw.count, raw[index + 1] == quote {
                    append(byte)
                    index += 2
                } else {
                    isInside = false
                    index += 1
                    // Directly after the closing quote nothing is escaped.
                    if escape == .backslash, index < raw.count, raw[index] == UInt8(ascii: "\\") {
                        append(raw[index])
                        index += 1
                    }
                }
            } else {
                append(byte)
                index += 1
            }
        }
        return written
    }

    /// The same of a field whose quotes are doubled within, copied from quote to quote.
    private static func undouble(
        _ raw: UnsafePointer<UInt8>, _ count: Int, _ quote: UInt8, into value: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var (index, written) = (1, 0)
        while index < count {
            let rest = count - index
            let found = memchr(raw + index, Int32(quote), rest).map {
                UnsafeRawPointer($0) - UnsafeRawPointer(raw + index)
            }
            let isDoubled = found.map { $0 + 1 < rest && raw[index + $0 + 1] == quote } ?? false
            // The first of two quotes is part of the value.
            let length = found.map { isDoubled ? $0 + 1 : $0 } ?? rest
            memcpy(value + written, raw + index, length)
            written += length
            guard let found else { break }
            index += found + (isDoubled ? 2 : 1)
            guard !isDoubled else { continue }
            // Text after the closing quote is taken as it is.
            memcpy(value + written, raw + index, count - index)
            return written + count - index
        }
        return written
    }
}
