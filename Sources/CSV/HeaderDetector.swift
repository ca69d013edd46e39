/// Detects whether the first record names the columns.
enum HeaderDetector {
    /// A header has names for most columns, all different, none of them a number, a date or an address. Where a column below
    /// holds numbers, dates or addresses that is enough; where all is text, the names must also not occur again as values,
    /// nor be written as the values are.
    static func hasHeader(_ records: [Record]) -> Bool {
        guard let first = records.first, first.problems.isEmpty else { return false }
        var names: Set<[UInt8]> = []
        for field in 0..<first.count where !first.isEmpty(field) {
            let kind = ValuePattern.kind(first, field)
            guard kind == .text || kind == .odd else { return false }
            let name = first.bytes(field)
            guard name.count <= 64, names.insert(name).inserted else { return false }
        }
        guard names.count * 2 > first.count else { return false }
        let data = records.dropFirst()
        let fields = (0..<first.count).filter { !first.isEmpty($0) }
        if fields.contains(where: { isTyped($0, data) }) { return true }
        if fields.contains(where: { isOneOf($0, first, data) }) { return false }
        return fields.allSatisfy { field in
            let name = first.bytes(field)
            return !data.contains { $0.count > field && $0.bytes(field) == name }
        }
    }

    /// Whether most values of a column are numbers, dates or addresses.
    static func isTyped(_ field: Int, _ records: ArraySlice<Record>) -> Bool {
        let kinds = records.filter { $0.count > field }.map { ValuePattern.kind($0, field) }.filter { $0 != .empty }
        return kinds.filter(\.isTyped).count * 2 > kinds.count
    }

    /// Whether what would be a name is written as the values below are: `SN-1041` over `SN-2203` and `SN-0007`.
    private static func isOneOf(_ field: Int, _ first: Record, _ data: ArraySlice<Record>) -> Bool {
        let shape = shape(first, field)
        guard shape.contains(UInt8(ascii: "9")) else { return false }
        let shapes = data.filter { $0.count > field && !$0.isEmpty(field) }.map { Self.shape($0, field) }
        return shapes.count > 1 && shapes.filter { $0 == shape }.count * 10 >= shapes.count * 9
    }

    /// A value with `a` for each run of letters and `9` for each run of digits.
    private static func shape(_ record: Record, _ field: Int) -> [UInt8] {
        record.withBytes(field) { bytes in
            bytes.reduce(into: [UInt8]()) { shape, byte in
                let sign: UInt8 =
                    switch byte {
                    case 0x30...0x39: UInt8(ascii: "9")
                    case 0x41...0x5A, 0x61...0x7A, 0x80...: UInt8(ascii: "a")
                    default: byte
                    }
                if shape.last != sign { shape.append(sign) }
            }
        }
    }
}
