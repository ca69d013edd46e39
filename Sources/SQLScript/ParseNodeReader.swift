/// Reads the JSON in which libpg_query writes a parse tree.
///
/// JSON readers at hand refuse trees that are nested deeply, or overflow the stack; an expression of a thousand terms is
/// such a tree. Here everything below a depth that no decision uses becomes ``ParseNode/null``.
struct ParseNodeReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private static let deepest = 300

    /// Reads text that libpg_query wrote; each read is within the buffer's bounds, which `byte` checks.
    static func read(_ json: UnsafePointer<CChar>, count: Int) -> ParseNode {
        json.withMemoryRebound(to: UInt8.self, capacity: count) { start in
            var reader = ParseNodeReader(bytes: UnsafeBufferPointer(start: start, count: count))
            return reader.value(depth: 0)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var byte: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private mutating func value(depth: Int) -> ParseNode {
        if depth > Self.deepest {
            skip()
            return .null
        }
        switch byte {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return .text(string())
        case UInt8(ascii: "t"): return word(4, .boolean(true))
        case UInt8(ascii: "f"): return word(5, .boolean(false))
        case UInt8(ascii: "n"): return word(4, .null)
        default: return number()
        }
    }

    private mutating func word(_ length: Int, _ value: ParseNode) -> ParseNode {
        offset += length
        return value
    }

    private mutating func object(_ depth: Int) -> ParseNode {
        var fields: [String: ParseNode] = [:]
        offset += 1
        while offset < bytes.count, byte != UInt8(ascii: "}") {
            let name = string()
            offset += 1  // the colon
            fields[name] = value(depth: depth + 1)
            if byte == UInt8(ascii: ",") { offset += 1 }
        }
        offset += 1
        return .object(fields)
    }

    private mutating func array(_ depth: Int) -> ParseNode {
        var items: [ParseNode] = []
        offset += 1
        while offset < bytes.count, byte != UInt8(ascii: "]") {
            items.append(value(depth: depth + 1))
            if byte == UInt8(ascii: ",") { offset += 1 }
        }
        offset += 1
        return .array(items)
    }

    private mutating func number() -> ParseNode {
        let start = offset
        while offset < bytes.count, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") {
            offset += 1
        }
        if start == offset { offset += 1 }  // not JSON as libpg_query writes it: continue, so that reading ends
        return Int(String(decoding: bytes[start..<min(offset, bytes.count)], as: UTF8.self)).map(ParseNode.integer)
            ?? .null
    }

    private mutating func string() -> String {
        offset += 1
        var text: [UInt8] = []
        while offset < bytes.count, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                offset += 1
                switch byte {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "r"): text.append(0x0D)
                case UInt8(ascii: "b"): text.append(0x08)
                case UInt8(ascii: "f"): text.append(0x0C)
                case UInt8(ascii: "u"):
                    let digits = bytes[min(offset + 1, bytes.count)..<min(offset + 5, bytes.count)]
                    let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
                    text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
                    offset += 4
                default: text.append(byte)
                }
            } else {
                text.append(byte)
            }
            offset += 1
        }
        offset += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Skips a value without descending into it.
    private mutating func skip() {
        var depth = 0
        repeat {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
                offset += 1
            case UInt8(ascii: ",") where depth == 0: return
            case UInt8(ascii: "\""): _ = string()
            default: offset += 1
            }
        } while offset < bytes.count
            && (depth > 0 || !(byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")))
    }
}
