/// The text form of one-dimensional arrays: `{a,"b c",NULL}`; "PostgreSQL 15 docs, 8.15.6".
enum ArrayText {
    static func encode(_ elements: [PostgresParameter]) -> String {
        let items = elements.map { element -> String in
            guard let bytes = element.bytes else { return "NULL" }
            let text = element.isBinary ? "\\x" + bytes.hex : String(decoding: bytes, as: UTF8.self)
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\""
        }
        return "{\(items.joined(separator: ","))}"
    }

    /// The elements, nil for NULL; nil when the text is not a one-dimensional array.
    static func decode(_ text: String) -> [String?]? {
        var bytes = Array(text.utf8)[...]
        // Lower bounds other than 1 come before the elements: [0:1]={a,b}
        if bytes.first == UInt8(ascii: "["), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            bytes = bytes[(equals + 1)...]
        }
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}"), bytes.count >= 2 else { return nil }
        bytes = bytes.dropFirst().dropLast()
        if bytes.isEmpty { return [] }
        var elements: [String?] = []
        var current: [UInt8] = []
        var quoted = false
        var wasQuoted = false
        var index = bytes.startIndex
        func end() {
            let text = String(decoding: current, as: UTF8.self)
            elements.append(!wasQuoted && text.uppercased() == "NULL" ? nil : text)
            current = []
            wasQuoted = false
        }
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\\"):
                index += 1
                guard index < bytes.endIndex else { return nil }
                current.append(bytes[index])
            case UInt8(ascii: "\""):
                quoted.toggle()
                wasQuoted = true
            case UInt8(ascii: ",") where !quoted: end()
            case UInt8(ascii: "{") where !quoted: return nil
            default: current.append(byte)
            }
            index += 1
        }
        if quoted { return nil }
        end()
        return elements
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits per byte.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
