/// Whether a text is a JSON object that `jsonb` takes; RFC 8259, and "PostgreSQL 15 docs, 8.14".
///
/// Stricter than a general JSON reader where `jsonb` is: no U+0000, no lone surrogates, no number that `numeric` cannot
/// hold. A text that passed here and failed there would undo the whole COPY for one row.
struct JSONSyntax {
    /// Objects and arrays within each other; the server's own limit is its stack.
    static let deepest = 100

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// What is wrong, in words that follow a comma; nil when the text is an object.
    static func problem(in text: String) -> String? {
        var text = text
        return text.withUTF8 { problem(in: $0) }
    }

    /// The same of the UTF-8 bytes of a text.
    static func problem(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var syntax = JSONSyntax(bytes)
        syntax.skipBlanks()
        guard syntax.peek == UInt8(ascii: "{") else { return "an object in braces is expected" }
        do {
            try syntax.value(depth: 0)
            syntax.skipBlanks()
            if syntax.index < syntax.bytes.count { try syntax.fail("there is text after the object") }
            return nil
        } catch {
            let place = String(decoding: bytes[..<min(error.index, bytes.count)], as: UTF8.self)
                .unicodeScalars.count
            return "\(error.reason) at character \(place + 1)"
        }
    }

    private struct Failure: Error {
        let reason: String
        let index: Int
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func fail(_ reason: String) throws(Failure) {
        throw Failure(reason: index < bytes.count ? reason : "unexpected end of the text", index: index)
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func expect(_ byte: UInt8, _ reason: String) throws(Failure) {
        if peek != byte { try fail(reason) }
        index += 1
    }

    private mutating func value(depth: Int) throws(Failure) {
        if depth > Self.deepest { try fail("nested more than \(Self.deepest) deep") }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"):
            try items(until: UInt8(ascii: "}")) { (syntax: inout JSONSyntax) throws(Failure) in
                try syntax.string()
                syntax.skipBlanks()
                try syntax.expect(UInt8(ascii: ":"), "a colon is expected")
                try syntax.value(depth: depth + 1)
            }
        case UInt8(ascii: "["):
            try items(until: UInt8(ascii: "]")) { (syntax: inout JSONSyntax) throws(Failure) in
                try syntax.value(depth: depth + 1)
            }
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    /// The items between brackets, separated by commas.
    private mutating func items(
        until end: UInt8, _ item: (inout JSONSyntax) throws(Failure) -> Void
    ) throws(Failure) {
        index += 1
        skipBlanks()
        if peek == end {
            index += 1
            return
        }
        while true {
            skipBlanks()
            try item(&self)
            skipBlanks()
            if peek == end {
                index += 1
                return
            }
            try expect(UInt8(ascii: ","), "a comma is expected")
        }
    }

    private mutating func word(_ word: String) throws(Failure) {
        for byte in word.utf8 { try expect(byte, "a value is expected") }
    }

    private mutating func string() throws(Failure) {
        try expect(UInt8(ascii: "\""), "a name or text in double quotes is expected")
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case ..<0x20:
                index -= 1
                try fail("a string contains a control character")
            default: break
            }
        }
        try fail("a string is not terminated")
    }

    private mutating func escape() throws(Failure) {
        guard let byte = peek else { return try fail("") }
        guard byte == UInt8(ascii: "u") else {
            if !"\"\\/bfnrt".utf8.contains(byte) { try fail("an unknown escape") }
            index += 1
            return
        }
        let unit = try codeUnit()
        if unit == 0 { try fail("\\u0000 cannot be stored") }
        if (0xDC00...0xDFFF).contains(unit) { try fail("half a surrogate pair") }
        guard (0xD800...0xDBFF).contains(unit) else { return }
        try expect(UInt8(ascii: "\\"), "half a surrogate pair")
        if peek != UInt8(ascii: "u") { try fail("half a surrogate pair") }
        if !(0xDC00...0xDFFF).contains(try codeUnit()) { try fail("half a surrogate pair") }
    }

    /// Reads `uXXXX`.
    private mutating func codeUnit() throws(Failure) -> Int {
        index += 1
        var unit = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                try fail("four hexadecimal digits are expected")
                return 0
            }
            unit = unit << 4 | digit
            index += 1
        }
        return unit
    }

    private mutating func number() throws(Failure) {
        let start = index
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") { index += 1 } else { try digits("a value is expected") }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits("digits are expected")
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            let exponent = index
            try digits("digits are expected")
            if index - exponent > 4 { try fail("a number out of range") }
        }
        if index - start > 1000 { try fail("a number out of range") }
    }

    private mutating func digits(_ reason: String) throws(Failure) {
        let start = index
        while let byte = peek, 48...57 ~= byte { index += 1 }
        if index == start { try fail(reason) }
    }
}
