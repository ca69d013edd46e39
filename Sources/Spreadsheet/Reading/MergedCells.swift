/// The cells of a sheet that are merged. A merged cell has its value in the first of them; the others are empty in the file,
/// where a reader of the sheet sees the value in all of them.
package struct MergedCells {
    /// Cells that are one.
    struct Area {
        /// From 1.
        let rows: ClosedRange<Int>
        /// From 0.
        let columns: ClosedRange<Int>

        /// Reads `D2:D4`; nil for anything else, and for a single cell.
        init?(_ reference: some Sequence<UInt8>) {
            let ends = Array(reference).split(separator: UInt8(ascii: ":"))
            guard ends.count == 2, let left = CellReference.column(ends[0]), let right = CellReference.column(ends[1]),
                let top = CellReference.row(ends[0]), let bottom = CellReference.row(ends[1]),
                left <= right, top <= bottom, left < right || top < bottom
            else { return nil }
            rows = top...bottom
            columns = left...right
        }
    }

    /// More than any sheet made by hand has.
    static let limit = 1 << 17

    /// The next row's at the end.
    private var waiting: [Area]
    /// By their columns: the row up to which one goes, and its value.
    private var open: [Int: (last: Int, value: SheetValue?)] = [:]
    private var firstRow: Int?

    init(_ areas: [Area]) { waiting = areas.sorted { $0.rows.lowerBound > $1.rows.lowerBound } }

    /// Fills the cells of a row; rows come in their order.
    ///
    /// A value goes down to the rows below. Cells to the right of it are not the same column, so they have no value, and none
    /// that would clear what the table has; but in the first row with a value, which may be a title.
    mutating func fill(_ cells: inout [SheetValue?], row: Int) {
        let firstRow = firstRow ?? row
        self.firstRow = firstRow
        while let area = waiting.last, area.rows.lowerBound <= row {
            waiting.removeLast()
            guard area.rows.upperBound >= row else { continue }
            let left = area.columns.lowerBound
            let value = left < cells.count && area.rows.lowerBound == row ? cells[left] : nil
            guard let value else { continue }
            open[left] = (area.rows.upperBound, value)
            guard row > firstRow else { continue }
            for column in area.columns.dropFirst() { open[column] = (area.rows.upperBound, .merged) }
        }
        guard !open.isEmpty else { return }
        for (column, area) in open {
            guard area.last >= row else {
                open[column] = nil
                continue
            }
            while cells.count <= column { cells.append(nil) }
            cells[column] = area.value
        }
    }
}
