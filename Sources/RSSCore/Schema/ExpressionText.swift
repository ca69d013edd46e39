/// Brings the texts of expressions that the server writes into one form.
///
/// `status IN ('a', 'b')` on a varchar column is written as `(ARRAY['a'::character varying, …])::text[]`. When that text
/// is parsed again, as on loading a dump, the cast moves to the elements: `ARRAY[('a'::character varying)::text, …]`.
/// Both mean the same, and a database and its copy must not differ by it. This is the second form for both.
package enum ExpressionText {
    /// The text with each cast of an array constructor moved to its elements.
    package static func canonical(_ text: String) -> String {
        let opening = Array("(ARRAY[".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count > opening.count else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let quote = end(ofQuoted: bytes, from: index) {
                result += bytes[index..<quote]
                index = quote
            } else if bytes[index...].starts(with: opening),
                let found = array(in: bytes, from: index + opening.count)
            {
                let items = found.items.map { "(\(canonical(String(decoding: $0, as: UTF8.self))))::\(found.type)" }
                result += Array("ARRAY[\(items.joined(separator: ", "))]".utf8)
                index = found.end
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The elements of an array constructor whose first byte is given, if `])::type[]` follows them.
    private static func array(
        in bytes: [UInt8], from start: Int
    ) -> (items: [ArraySlice<UInt8>], type: String, end: Int)? {
        var items: [ArraySlice<UInt8>] = []
        var itemStart = start
        var depth = 0
        var index = start
        while index < bytes.count {
            if let quote = end(ofQuoted: bytes, from: index) {
                index = quote
                continue
            }
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]") where depth == 0:
                items.append(bytes[itemStart..<index])
                return type(in: bytes, from: index + 1).map { (items, $0.name, $0.end) }
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                items.append(bytes[itemStart..<index])
                itemStart = min(index + 2, bytes.count)
            default: break
            }
            index += 1
        }
        return nil
    }

    /// The element type in `)::type[]`.
    private static func type(in bytes: [UInt8], from start: Int) -> (name: String, end: Int)? {
        let cast = Array(")::".utf8)
        guard bytes[start...].starts(with: cast) else { return nil }
        let first = start + cast.count
        var index = first
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "["), bytes[index + 1] == UInt8(ascii: "]") {
                return (String(decoding: bytes[first..<index], as: UTF8.self), index + 2)
            }
            if let quote = end(ofQuoted: bytes, from: index) {
                index = quote
                continue
            }
            let isName =
                bytes[index] >= 0x80 || bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: " ")
                || bytes[index] == UInt8(ascii: "_") || bytes[index] == UInt8(ascii: "$")
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index]
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= bytes[index] | 0x20
            guard isName else { return nil }
            index += 1
        }
        return nil
    }

    /// Where a literal or a quoted name that begins here ends; nil when none begins. Two quotes in it are one; a
    /// backslash means itself, as the server writes `E'…'` only where it doubles each one.
    private static func end(ofQuoted bytes: [UInt8], from start: Int) -> Int? {
        let quote = bytes[start]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == quote {
                guard index + 1 < bytes.count, bytes[index + 1] == quote else { return index + 1 }
                index += 1
            }
            index += 1
        }
        return bytes.count
    }
}
