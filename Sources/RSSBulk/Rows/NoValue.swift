/// Texts that mean no value.
enum NoValue {
    /// What a text column may hold for a value that is not known. In a column of words or numbers they are mistakes.
    static let unsaid: Set = ["-", "n/a", "--", "---", "–", "—", "?", "??", "n.a.", "k.a.", "none", "unknown"]

    /// Whether a text means no value in every column: nothing, `-`, `n/a`, `null`, and the `\N` of dumps of PostgreSQL and
    /// MySQL.
    static func isAnywhere(_ text: String) -> Bool {
        switch text.utf8.count {
        case 0: true
        case 1: text == "-"
        case 2: text == "\\N"
        case 3: text.lowercased() == "n/a"
        case 4: text.lowercased() == "null"
        case 6: text.lowercased() == "(null)" || text.lowercased() == "<null>"
        default: false
        }
    }

    /// Whether a text means no value in a column. What every row must have may have any name.
    static func isMeant(by text: String, in column: ImportColumn) -> Bool {
        if isAnywhere(text) { return true }
        guard text.utf8.count <= 7, !column.isRequired else { return false }
        switch column.type {
        case .text, .freeText: return unsaid.contains(text.lowercased())
        default: return false
        }
    }

    /// Whether a text says that nothing is known, which clears no value that is.
    static func isUnsaid(_ text: String) -> Bool { unsaid.contains(text.lowercased()) }

    /// Whether bytes may be such a text, so that the full comparison is needed; nearly all texts are ruled out here.
    @inline(__always)
    static func mayBe(_ base: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count < 8 else { return false }
        switch base[0] | 0x20 {
        case 0x2D: return count <= 3  // -
        case 0x3F: return count <= 2  // ?
        case 0x6E: return count == 3 || count == 4  // n/a, null, none, n.a.
        case 0x7C: return count == 2  // \N
        case 0x6B: return count == 4 && base[1] == 0x2E  // k.a.
        case 0x75: return count == 7 && base[6] | 0x20 == 0x6E  // unknown
        case 0x28, 0x3C: return count == 6  // (null), <null>
        default: return false
        }
    }
}
