/// Whether fields look like values, or like pieces that a wrong delimiter left.
enum ValuePattern {
    /// What a field looks like.
    enum Kind {
        case empty, number, text
        /// A date, a time, or both.
        case date
        /// Of a host, a network card, a page or a mailbox.
        case address
        /// With an unquoted delimiter or quote in it.
        case odd

        /// Whether it is neither words nor nothing.
        var isTyped: Bool { self == .number || self == .date || self == .address }
    }

    /// What a field looks like; an unquoted one with another delimiter or a quote in it looks odd.
    static func kind(_ record: Record, _ field: Int, delimiter: UInt8 = 0) -> Kind {
        let isQuoted = record.isQuoted(field)
        return record.withBytes(field) { kind($0, isQuoted: isQuoted, delimiter: delimiter) }
    }

    /// What a text looks like.
    static func kind(_ bytes: some RandomAccessCollection<UInt8>, isQuoted: Bool = false, delimiter: UInt8 = 0) -> Kind
    {
        if bytes.isEmpty { return .empty }
        var counts = Counts()
        for byte in bytes { counts.add(byte) }
        if counts.digits > 0, counts.digits + counts.numeric == bytes.count {
            return isDate(bytes, counts) ? .date : .number
        }
        if counts.digits >= 3, counts.colons > 0, counts.digits + counts.colons == bytes.count, counts.colons < 3 {
            return .date
        }
        if counts.digits >= 6, bytes.allSatisfy({ isDigit($0) || "-/.: TZ+".utf8.contains($0) }) { return .date }
        if isAddress(bytes, counts) { return .address }
        if isQuoted { return .text }
        let isOdd = bytes.contains { byte in
            byte == 0x22 || byte != delimiter && byte != 0x2C && Dialect.knownDelimiters.contains(byte)
        }
        return isOdd || delimiter != 0x2C && hasBareComma(bytes) ? .odd : .text
    }

    /// Whether a comma is neither punctuation, with a space after it, nor within a number.
    private static func hasBareComma(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        var index = bytes.startIndex
        while let comma = bytes[index...].firstIndex(of: 0x2C) {
            index = bytes.index(after: comma)
            let isBetweenDigits =
                comma > bytes.startIndex && index < bytes.endIndex && isDigit(bytes[index])
                && isDigit(bytes[bytes.index(before: comma)])
            if !isBetweenDigits, index == bytes.endIndex || bytes[index] != 0x20 { return true }
        }
        return false
    }

    private struct Counts {
        var digits = 0
        /// What occurs in numbers beside digits.
        var numeric = 0
        var hexLetters = 0
        var colons = 0
        var hyphens = 0
        var dots = 0
        var ats = 0
        var blanks = 0

        mutating func add(_ byte: UInt8) {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x41...0x46, 0x61...0x66:
                hexLetters += 1
                if byte | 0x20 == UInt8(ascii: "e") { numeric += 1 }
            case UInt8(ascii: ":"): colons += 1
            case UInt8(ascii: "@"): ats += 1
            case UInt8(ascii: "-"):
                hyphens += 1
                numeric += 1
            case UInt8(ascii: "."):
                dots += 1
                numeric += 1
            case UInt8(ascii: " "):
                blanks += 1
                numeric += 1
            case UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "%"): numeric += 1
            default: break
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `2026-11-24`, `24.11.2026`.
    private static func isDate(_ bytes: some Collection<UInt8>, _ counts: Counts) -> Bool {
        counts.digits >= 6 && bytes.count <= 10 && bytes.dropFirst().filter { $0 == 0x2D || $0 == 0x2E }.count == 2
    }

    /// `0a:1b:2c:3d:4e:5f`, `2001:db8::1`, `https://example.com/`, `anna@example.com`. IPv4 passes for a number.
    private static func isAddress(_ bytes: some RandomAccessCollection<UInt8>, _ counts: Counts) -> Bool {
        let hexadecimal = counts.digits + counts.hexLetters
        if counts.colons >= 2, hexadecimal > 1, hexadecimal + counts.colons + counts.dots == bytes.count { return true }
        if counts.hyphens == 5, bytes.count == 17, hexadecimal == 12 { return true }
        guard counts.blanks == 0 else { return false }
        if counts.ats == 1, counts.dots > 0 { return true }
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        let isScheme = !scheme.isEmpty && scheme.count < 10 && scheme.allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
        return isScheme && bytes.dropFirst(scheme.count).starts(with: "://".utf8)
    }
}
