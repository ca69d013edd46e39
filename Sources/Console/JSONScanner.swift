/// Reads JSON (RFC 8259) byte by byte, keeping everything but the white space between the parts.
struct JSONScanner {
    private static let deepest = 512

    private let input: [UInt8]
    private var position = 0
    private var output: [UInt8] = []

    init(_ text: String) { input = Array(text.utf8) }

    /// The document without white space, or nil when it is not one JSON value.
    mutating func scanDocument() -> String? {
        output.reserveCapacity(input.count)
        guard scanValue(depth: 0) else { return nil }
        skipBlanks()
        return position == input.count ? String(decoding: output, as: UTF8.self) : nil
    }

    private mutating func scanValue(depth: Int) -> Bool {
        skipBlanks()
        guard depth < Self.deepest, position < input.count else { return false }
        switch input[position] {
        case UInt8(ascii: "{"): return scanList(closing: UInt8(ascii: "}"), depth: depth, named: true)
        case UInt8(ascii: "["): return scanList(closing: UInt8(ascii: "]"), depth: depth, named: false)
        case UInt8(ascii: "\""): return scanString()
        case UInt8(ascii: "t"): return scanWord("true")
        case UInt8(ascii: "f"): return scanWord("false")
        case UInt8(ascii: "n"): return scanWord("null")
        default: return scanNumber()
        }
    }

    private mutating func scanList(closing: UInt8, depth: Int, named: Bool) -> Bool {
        take()
        skipBlanks()
        if next == closing {
            take()
            return true
        }
        while true {
            if named {
                skipBlanks()
                guard next == UInt8(ascii: "\""), scanString() else { return false }
                skipBlanks()
                guard next == UInt8(ascii: ":") else { return false }
                take()
            }
            guard scanValue(depth: depth + 1) else { return false }
            skipBlanks()
            guard let byte = next, byte == closing || byte == UInt8(ascii: ",") else { return false }
            take()
            if byte == closing { return true }
        }
    }

    private mutating func scanString() -> Bool {
        take()
        while let byte = next {
            take()
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard scanEscape() else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func scanEscape() -> Bool {
        guard let byte = next else { return false }
        take()
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        for _ in 0..<4 {
            guard let digit = next, Character(Unicode.Scalar(digit)).isHexDigit, digit < 0x80 else { return false }
            take()
        }
        return true
    }

    private mutating func scanWord(_ word: StaticString) -> Bool {
        for byte in word.description.utf8 {
            guard next == byte else { return false }
            take()
        }
        return true
    }

    private mutating func scanNumber() -> Bool {
        if next == UInt8(ascii: "-") { take() }
        if next == UInt8(ascii: "0") { take() } else { guard scanDigits() else { return false } }
        if next == UInt8(ascii: ".") {
            take()
            guard scanDigits() else { return false }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            take()
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { take() }
            guard scanDigits() else { return false }
        }
        return true
    }

    private mutating func scanDigits() -> Bool {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { take() }
        return position > start
    }

    private var next: UInt8? { position < input.count ? input[position] : nil }

    private mutating func take() {
        output.append(input[position])
        position += 1
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }
}
