import CSV
import Spreadsheet

/// Writes a sheet as CSV, one line per row, so that from there on it is read like any other file.
///
/// A row without a value is an empty line, and a row that the file leaves out too: line numbers are row numbers up to the
/// first cell with a line break in it.
struct SheetConversion {
    private let name: String
    private var reader: SheetReader

    /// Loads what the cells of a sheet refer to.
    ///
    /// - Parameter name: that of the file, as the user named it.
    /// - Throws: `WorkbookError`, `CancellationError`.
    init(_ sheet: Workbook.Sheet, of workbook: Workbook, name: String) throws {
        self.name = name
        reader = try SheetReader(sheet, of: workbook)
    }

    /// Converts the sheet; one with merged cells is read a second time, with their values.
    ///
    /// - Throws: `WorkbookError`, ``ImportError``, `CancellationError`.
    mutating func run() throws -> SpoolFile {
        let (file, merged) = try convert(nil)
        return merged == nil ? file : try convert(merged).file
    }

    private mutating func convert(_ merged: MergedCells?) throws -> (file: SpoolFile, merged: MergedCells?) {
        let (file, name) = (try SpoolFile(), name)
        var writer = RecordWriter { bytes in
            try bytes.withUnsafeBytes { try file.write($0) }
            guard file.size <= Workbook.sizeLimit else {
                throw ImportError.damaged(name, problem: "the sheet is larger than 10 GB")
            }
        }
        var written = 0
        // The fields of the first row with a value.
        var width: Int?
        var line: [String?] = []
        let found = try reader.read(filling: merged) { row, cells in
            while written < row - 1 {
                try writer.write(raw: [])
                written += 1
            }
            written += 1
            guard !cells.isEmpty else { return try writer.write(raw: []) }
            let fields = width ?? cells.count
            width = fields
            line.removeAll(keepingCapacity: true)
            for cell in cells { line.append(cell.map(FailedCell.text)) }
            while line.count < fields { line.append(nil) }
            try writer.write(line)
        }
        try writer.flush()
        return (file, found)
    }
}
