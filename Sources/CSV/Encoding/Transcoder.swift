/// Turns a file's encoding into UTF-8, in pieces of any size.
///
/// What is invalid in the encoding is not replaced silently: a lone surrogate or half a code unit becomes bytes that
/// are not UTF-8, so that ``Record/string(_:)`` is nil for that field and nothing else is disturbed. A byte order
/// mark is passed on, and dropped by the tokenizer.
public struct Transcoder: Sendable {
    /// The encoding of the input.
    public let encoding: TextEncoding
    /// Lines that are UTF-8, and not in the encoding, whose records were not asked for yet; in their order.
    private(set) var foreignLines: [Int] = []

    /// A byte that waits for the other half of its code unit.
    private var half: UInt8?
    /// A high surrogate that waits for the low one.
    private var high: UInt32?
    /// For encodings that are not read here.
    private let converter: CharacterConverter?
    /// Whether lines are checked one by one.
    private let checksLines: Bool
    /// What is left of a piece: a line, or a character, that is not complete.
    private var rest: [UInt8] = []
    /// The line at the next byte, from 1, and whether a CR precedes it.
    private var (line, isAfterReturn) = (1, false)

    /// A longer line is not checked as a whole.
    private static let longestLine = 1 << 20

    /// Makes a transcoder.
    public init(_ encoding: TextEncoding) {
        self.encoding = encoding
        switch encoding {
        case .utf8, .utf16LittleEndian, .utf16BigEndian, .windows1252: converter = nil
        default: converter = CharacterConverter(from: encoding.name)
        }
        checksLines = encoding.isSingleByte
    }

    /// Appends a piece of input to the output, in UTF-8.
    public mutating func transcode(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        switch encoding {
        case .utf8:
            output.append(contentsOf: piece)
        case .utf16LittleEndian, .utf16BigEndian:
            output.reserveCapacity(output.count + piece.count / 2 + 16)
            for byte in piece { take(byte, &output) }
        default:
            output.reserveCapacity(output.count + piece.count + piece.count / 8)
            guard !rest.isEmpty else {
                let taken = transcodeLines(piece, into: &output)
                rest.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[taken...]))
                return
            }
            let bytes = rest + piece
            let taken = bytes.withUnsafeBytes { transcodeLines($0, into: &output) }
            rest = Array(bytes[taken...])
        }
    }

    /// Ends the input; what is unfinished becomes bytes that are not UTF-8.
    public mutating func finish(into output: inout [UInt8]) {
        if let high { Self.append(high, to: &output) }
        if half != nil { output.append(0xFF) }
        (half, high) = (nil, nil)
        guard !rest.isEmpty else { return }
        let bytes = rest
        rest = []
        bytes.withUnsafeBytes { bytes in
            if checksLines {
                transcodeLine(bytes, hasHigh: bytes.contains { $0 >= 0x80 }, into: &output)
            } else if convert(bytes, into: &output) < bytes.count {
                output.append(0xFF)
            }
        }
    }

    /// Whether one of some lines is UTF-8. Lines are asked for in their order.
    mutating func isForeign(_ lines: ClosedRange<Int>) -> Bool {
        guard let first = foreignLines.firstIndex(where: { $0 >= lines.lowerBound }) else {
            foreignLines = []
            return false
        }
        foreignLines.removeFirst(first)
        return foreignLines[0] <= lines.upperBound
    }

    /// Takes the lines that are complete.
    ///
    /// - Returns: how many bytes were taken.
    private mutating func transcodeLines(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Int {
        guard checksLines else { return convert(bytes, into: &output) }
        var (start, hasHigh) = (0, false)
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte >= 0x80 { hasHigh = true }
            guard byte == 0x0A || byte == 0x0D || index - start >= Self.longestLine else { continue }
            transcodeLine(
                UnsafeRawBufferPointer(rebasing: bytes[start...index]), hasHigh: hasHigh, into: &output)
            // The LF of a CRLF ends no further line.
            if byte == 0x0D || byte == 0x0A && !isAfterReturn { line += 1 }
            isAfterReturn = byte == 0x0D
            (start, hasHigh) = (index + 1, false)
        }
        return start
    }

    /// Text of an 8-bit encoding that is UTF-8 is so by an accident that happens to one line of a hundred thousand: the line
    /// comes from elsewhere. It is passed on as it is, and its number kept.
    private mutating func transcodeLine(_ bytes: UnsafeRawBufferPointer, hasHigh: Bool, into output: inout [UInt8]) {
        if hasHigh, String(validating: bytes, as: UTF8.self) != nil {
            foreignLines.append(line)
            output.append(contentsOf: bytes)
            return
        }
        _ = convert(bytes, into: &output)
    }

    private func convert(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) -> Int {
        if let converter { return converter.convert(bytes, into: &output) }
        for byte in bytes {
            if byte < 0x80 {
                output.append(byte)
            } else {
                Self.append(Self.scalar(ofWindows1252: byte), to: &output)
            }
        }
        return bytes.count
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
