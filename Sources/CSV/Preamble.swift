/// What precedes a table: titles, dates of reports, rows that are empty but for a cell.
enum Preamble {
    /// The number of records that are searched for the beginning of the table.
    private static let longest = 30

    /// The number of records before the table.
    ///
    /// They have fewer fields than the table or are empty but for one. Where a field is all that they lack, they may as
    /// well be names of columns that are too few, unless a record that is whole follows and names the columns.
    static func length(_ candidate: Candidate) -> Int {
        let (records, columns) = (candidate.records, candidate.columns)
        guard columns > 1 else { return 0 }
        let head = records.prefix(longest)
        // Rows of a few cells, closed by an empty one.
        if let gap = head.lastIndex(where: { filled($0) == 0 }), gap + 1 < records.count,
            head[..<gap].allSatisfy({ filled($0) * 2 <= columns })
        {
            return gap + 1
        }
        guard let start = head.firstIndex(where: { isWhole($0, columns) }), start > 0
        else { return 0 }
        if records[..<start].allSatisfy({ isBare($0) }) { return start }
        return HeaderDetector.hasHeader(Array(records[start...])) ? start : 0
    }

    private static func isWhole(_ record: Record, _ columns: Int) -> Bool {
        record.count >= columns && (columns < 3 || !isBare(record))
    }

    /// Whether at most one field holds something.
    private static func isBare(_ record: Record) -> Bool { filled(record) <= 1 }

    private static func filled(_ record: Record) -> Int {
        (0..<record.count).filter { !record.isEmpty($0) }.count
    }
}
