/// What each byte means to the scanner, as tables, so that its loops do one comparison per byte.
struct ByteClasses: Sendable {
    static let plain: UInt8 = 0
    /// The delimiter outside quotes, the quote within.
    static let closing: UInt8 = 1
    static let lineFeed: UInt8 = 2
    static let carriageReturn: UInt8 = 3
    static let nul: UInt8 = 4
    static let escape: UInt8 = 5

    /// 256 classes for unquoted fields, and after them 256 for quoted ones.
    let table: [UInt8]
    /// The quote, or 256 where nothing is quoted.
    let quote: UInt16

    init(_ dialect: Dialect) {
        var table = [UInt8](repeating: Self.plain, count: 512)
        for base in [0, 256] {
            table[base + 0x00] = Self.nul
            table[base + 0x0A] = Self.lineFeed
            table[base + 0x0D] = Self.carriageReturn
            if dialect.escape == .backslash { table[base + 0x5C] = Self.escape }
        }
        table[Int(dialect.delimiter)] = Self.closing
        if let quote = dialect.quote { table[256 + Int(quote)] = Self.closing }
        self.table = table
        quote = dialect.quote.map(UInt16.init) ?? 256
    }
}
