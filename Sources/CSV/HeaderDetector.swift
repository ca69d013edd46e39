/// Tells whether the first record names the columns.
enum HeaderDetector {
    /// A header has names for most columns, all different, none of them a number or a date. Where a column below
    /// holds numbers or dates that is enough; where all is text, the names must also not occur again as values.
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
        let hasTyped = (0..<first.count).contains { field in !first.isEmpty(field) && isTyped(field, data) }
        return hasTyped
            || (0..<first.count).allSatisfy { field in
                let name = first.bytes(field)
                return name.isEmpty || !data.contains { $0.count > field && $0.bytes(field) == name }
            }
    }

    /// Whether most values of a column are numbers or dates.
    private static func isTyped(_ field: Int, _ records: ArraySlice<Record>) -> Bool {
        let kinds = records.filter { $0.count > field }.map { ValuePattern.kind($0, field) }.filter { $0 != .empty }
        return kinds.filter { $0 == .number || $0 == .date }.count * 2 > kinds.count
    }
}
