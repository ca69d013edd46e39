/// Turns a file's encoding into UTF-8, in pieces of any size.
///
/// What the encoding cannot mean is not replaced silently: a lone surrogate or half a code unit becomes bytes that
/// are not UTF-8, so that ``Record/string(_:)`` is nil for that field and nothing else is disturbed. A byte order
/// mark is passed on, and dropped by the tokenizer.
public struct Transcoder: Sendable {
    /// The encoding of the input.
    public let encoding: TextEncoding
    /// A byte that waits for the other half of its code unit.
    private var half: UInt8?
    /// A high surrogate that waits for the low one.
    private var high: UInt32?

    /// Makes a transcoder.
    public init(_ encoding: TextEncoding) { self.encoding = encoding }

    /// Appends a piece of input to the output, in UTF-8.
    public mutating func transcode(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        switch encoding {
        case .utf8:
            output.append(contentsOf: piece)
        case .windows1252:
            output.reserveCapacity(output.count + piece.count + piece.count / 8)
            for byte in piece {
                if byte < 0x80 {
                    output.append(byte)
                } else {
                    Self.append(Self.scalar(ofWindows1252: byte), to: &output)
                }
            }
        case .utf16LittleEndian, .utf16BigEndian:
            output.reserveCapacity(output.count + piece.count / 2 + 16)
            for byte in piece { take(byte, &output) }
        }
    }

    /// Ends the input; what is unfinished becomes bytes that are not UTF-8.
    public mutating func finish(into output: inout [UInt8]) {
        if let high { Self.append(high, to: &output) }
        if half != nil { output.append(0xFF) }
        (half, high) = (nil, nil)
    }

    private mutating func take(_ byte: UInt8, _ output: inout [UInt8]) {
        guard let first = half else {
            half = byte
            return
        }
        half = nil
        let isLittle = encoding == .utf16LittleEndian
        let unit = UInt32(isLittle ? byte : first) << 8 | UInt32(isLittle ? first : byte)
        if let high {
            self.high = nil
            if (0xDC00...0xDFFF).contains(unit) {
                return Self.append(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), to: &output)
            }
            Self.append(high, to: &output)
        }
        if (0xD800...0xDBFF).contains(unit) { high = unit } else { Self.append(unit, to: &output) }
    }

    /// Appends a code point; a surrogate is encoded like any other, which makes it invalid UTF-8.
    private static func append(_ value: UInt32, to output: inout [UInt8]) {
        if value < 0x80 { return output.append(UInt8(value)) }
        if value < 0x800 {
            output.append(UInt8(0xC0 | value >> 6))
        } else {
            if value < 0x10000 {
                output.append(UInt8(0xE0 | value >> 12))
            } else {
                output.append(UInt8(0xF0 | value >> 18))
                output.append(UInt8(0x80 | (value >> 12) & 0x3F))
            }
            output.append(UInt8(0x80 | (value >> 6) & 0x3F))
        }
        output.append(UInt8(0x80 | value & 0x3F))
    }

    /// The code point of a byte from 0x80; the five bytes without a meaning are C1 controls (WHATWG Encoding Standard).
    private static func scalar(ofWindows1252 byte: UInt8) -> UInt32 {
        byte < 0xA0 ? upper[Int(byte) - 0x80] : UInt32(byte)
    }

    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
