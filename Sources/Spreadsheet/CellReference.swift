/// The place of a cell, as `B7`; columns and rows count from 0 here.
enum CellReference {
    /// The columns that a sheet has: A to XFD.
    static let columns = 16_384
    /// The rows that a sheet has.
    static let rows = 1_048_576

    /// The column that a reference begins with; nil where there is none that a sheet has.
    static func column(_ reference: some Sequence<UInt8>) -> Int? {
        var column = 0
        for byte in reference {
            let letter = byte & 0xDF
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) else { break }
            column = column * 26 + Int(letter - UInt8(ascii: "A")) + 1
            guard column <= columns else { return nil }
        }
        return column == 0 ? nil : column - 1
    }

    /// The row that a reference ends with, from 1; nil where there is none that a sheet has.
    static func row(_ reference: some Sequence<UInt8>) -> Int? {
        var row = 0
        for byte in reference where (48...57).contains(byte) {
            row = row * 10 + Int(byte - 48)
            guard row <= rows else { return nil }
        }
        return row == 0 ? nil : row
    }

    /// The letters of a column.
    static func letters(_ column: Int) -> String {
        var (letters, rest) = ([UInt8](), column + 1)
        while rest > 0 {
            letters.insert(UInt8(ascii: "A") + UInt8((rest - 1) % 26), at: 0)
            rest = (rest - 1) / 26
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
