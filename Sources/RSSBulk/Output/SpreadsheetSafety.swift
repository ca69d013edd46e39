/// Keeps a spreadsheet from running a text of a CSV file as a formula: an apostrophe in front of it, which the import
/// removes again.
enum SpreadsheetSafety {
    /// Whether a spreadsheet would take a text for a formula. A number with a sign is one, and stays as it is.
    static func isFormula(_ text: String) -> Bool { text.utf8.first.map(begins) == true && isFormula(text.utf8) }

    /// Whether bytes are such a text.
    static func isFormula(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, begins(first) else { return false }
        switch first {
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return !bytes.dropFirst().allSatisfy { (48...57).contains($0) || $0 == 0x2E || $0 == 0x2C || $0 == 0x20 }
        default: return true
        }
    }

    /// Whether the bytes of a field are one, or one that has apostrophes in front already.
    static func isRun(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first, begins(first) || first == UInt8(ascii: "'") else { return false }
        return isFormula(bytes.drop { $0 == UInt8(ascii: "'") })
    }

    /// Whether an apostrophe was put in front of a text; one that has apostrophes there itself got one more.
    static func isDisarmed(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "'") && isFormula(text.utf8.drop { $0 == UInt8(ascii: "'") })
    }

    /// The text, with an apostrophe in front where it needs one.
    static func disarmed(_ text: String) -> String { isFormula(text) || isDisarmed(text) ? "'" + text : text }

    /// The same of the bytes of a field; nil where they are safe.
    static func disarmed(_ bytes: [UInt8]) -> [UInt8]? {
        let rest = bytes.first == UInt8(ascii: "'") ? bytes.drop { $0 == UInt8(ascii: "'") } : bytes[...]
        return isFormula(rest) ? [UInt8(ascii: "'")] + bytes : nil
    }

    private static func begins(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }
}
