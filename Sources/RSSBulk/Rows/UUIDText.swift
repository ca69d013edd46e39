import Foundation

/// Reads the forms that PostgreSQL's `uuid` takes ("PostgreSQL 15 docs, 8.12"): upper or lower case, with braces or
/// without, a hyphen after any group of four digits or none.
enum UUIDText {
    static func parse(_ text: some StringProtocol) -> UUID? {
        var digits = Array(text.utf8)
        if digits.first == UInt8(ascii: "{") {
            guard digits.last == UInt8(ascii: "}") else { return nil }
            digits = Array(digits.dropFirst().dropLast())
        }
        var plain: [UInt8] = []
        for (index, byte) in digits.enumerated() {
            if byte == UInt8(ascii: "-") {
                // A hyphen is between two groups, never first, last or doubled.
                guard !plain.isEmpty, plain.count.isMultiple(of: 4), plain.count < 32, digits[index - 1] != byte else {
                    return nil
                }
            } else {
                plain.append(byte)
            }
        }
        guard plain.count == 32 else { return nil }
        var bytes = UUIDBytes(high: 0, low: 0)
        for (index, byte) in plain.enumerated() {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            if index < 16 {
                bytes.high = bytes.high << 4 | UInt64(digit)
            } else {
                bytes.low = bytes.low << 4 | UInt64(digit)
            }
        }
        return UUIDBytes(high: bytes.high.bigEndian, low: bytes.low.bigEndian).uuid
    }
}
