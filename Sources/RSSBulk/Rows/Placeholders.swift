/// What makers and tools write where a thing has no serial number of its own, such as `To be filled by O.E.M.`: many things
/// have it, so it identifies none of them.
struct Placeholders: Sendable {
    /// Those that inventory tools meet on real machines (the lists of OCS Inventory and FusionInventory, and others).
    static let shipped: [String] = [
        "to be filled by o.e.m.", "to be filled by o.e.m", "to be filled by oem", "to be filled", "to be determined",
        "tbd", "default string", "default", "system serial number", "systemserialnumb", "system-serial-number",
        "serial number", "serialnumber", "serial", "serial number xxxxxx", "chassis serial number",
        "base board serial number", "baseboard serial number", "board serial number", "system manufacturer",
        "system product name", "system version", "o.e.m.", "o.e.m", "oem", "oem_serial", "oem serial", "not specified",
        "not applicable", "not available", "not provided", "notprovided", "not defined", "no asset tag",
        "no asset information", "asset tag", "asset-1234567890", "asset-9876543210", "no serial", "no serial number",
        "none", "unknown", "unknow", "undefined", "invalid", "empty", "nil", "na", "null", "(null)", "(null string)",
        "eval", "iatpass", "tulip computers", "type1family", "0123456789", "0123456789abcdef", "1234567890",
        "123456789",
        "12345678901234567", "mb-1234567890", "sn-1234567890", "sys-1234567890", "sys-9876543210",
        "sn-123456fvgv3i0b8o5n6n7k", "00:00:00:00:00:00", "ohne", "keine", "unbekannt", "inconnu", "desconocido",
    ]

    /// In lower case.
    let words: Set<String>
    /// A bit for each triple of a length, a first and a last byte that one of the words has.
    private let bits: [UInt64]

    /// Those that ship, and some more; their case does not matter.
    init(_ more: [String] = []) {
        words = Set((Self.shipped + more).map { $0.lowercased() })
        var bits = [UInt64](repeating: 0, count: 1024)
        for word in words {
            guard let first = word.utf8.first, let last = word.utf8.last else { continue }
            let place = Self.place(first, last, word.utf8.count)
            bits[place >> 6] |= 1 << UInt64(place & 63)
        }
        self.bits = bits
    }

    /// Whether a value is one.
    func contains(_ value: String) -> Bool { words.contains(value.lowercased()) || Self.isOneSign(value.utf8) }

    /// Whether ASCII may be one, so that the full comparison is needed.
    @inline(__always)
    func mayBe(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let (first, last, count) = (bytes[0], bytes[bytes.count - 1], bytes.count)
        // `0000000`, `.`
        if count == 1 || first == last && first == bytes[1] { return true }
        let place = Self.place(first, last, count)
        return bits[place >> 6] & 1 << UInt64(place & 63) != 0
    }

    /// Of ASCII without its case: 16 bits, four of them of the length. Few texts that are none of the words share a place with one.
    @inline(__always)
    private static func place(_ first: UInt8, _ last: UInt8, _ count: Int) -> Int {
        Int(first & 0x40) << 9 | Int(first & 0x1F) << 10 | Int(last & 0x40) << 3 | Int(last & 0x1F) << 4 | count & 15
    }

    /// The same as ``isOneSign(_:)``, for the server.
    static let oneSign = #"^(0{4,}|([^[:alnum:]])\2*|(.)\3{6,})$"#

    /// `0000`, `xxxxxxxxx`, `....`: one character repeated. A short number of that kind may be a real one.
    private static func isOneSign(_ value: String.UTF8View) -> Bool {
        guard let first = value.first, value.allSatisfy({ $0 == first }) else { return false }
        let isLetterOrDigit = (48...57).contains(first) || (65...90).contains(first & 0xDF)
        return !isLetterOrDigit || value.count >= (first == UInt8(ascii: "0") ? 4 : 7)
    }
}
