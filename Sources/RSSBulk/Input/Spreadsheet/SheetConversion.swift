import CSV

/// Writes a sheet as CSV, one line per row, so that from there on it is read like any other file.
///
/// A row without a value is an empty line, and a row that the file leaves out too: line numbers are row numbers up to the
/// first cell with a line break in it. Hidden and filtered rows are rows like the others.
struct SheetConversion {
    /// Bytes of the texts of a row. The longest that can be imported has a million.
    private static let rowBytes = 4 << 20

    private let file: RandomAccessFile
    private let workbook: Workbook
    private let part: String
    private let strings: SharedStrings
    private let formats: CellFormats

    private var cells: [String?] = []
    private var bytes = 0
    /// The current row, from 1, and the lines written so far.
    private var (row, written) = (0, 0)
    /// The fields of the first row with a value.
    private var width: Int?
    private var cell = Cell()
    /// The cells that are merged, once they are known.
    private var merged: MergedCells?

    /// The names of elements, made once: a sheet has millions of them to be compared with.
    private struct Names {
        let sheetData: XMLName = "sheetData"
        let row: XMLName = "row"
        let c: XMLName = "c"
        let f: XMLName = "f"
        let v: XMLName = "v"
        let t: XMLName = "t"
        let rPh: XMLName = "rPh"
        let mergeCell: XMLName = "mergeCell"
        // Attributes.
        let r: XMLName = "r"
        let s: XMLName = "s"
        let ref: XMLName = "ref"
    }

    private let names = Names()

    /// What is known of a cell before it ends.
    private struct Cell {
        var column = -1
        var type = ""
        var format = CellFormat.number
        var hasValue = false
        var hasFormula = false
    }

    /// Loads what the cells of a sheet refer to: texts and formats.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    init(_ sheet: Workbook.Sheet, of workbook: Workbook) throws {
        self.workbook = workbook
        file = workbook.archive.file
        part = sheet.part
        strings = try SharedStrings(workbook)
        formats = try CellFormats(workbook)
    }

    /// Converts the sheet.
    ///
    /// Which cells are merged is listed after all cells, and most sheets have none: one that has is read a second time.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    mutating func run() throws -> TemporaryFile {
        let (file, areas) = try convert()
        guard !areas.isEmpty else { return file }
        merged = MergedCells(areas)
        (row, written, width) = (0, 0, nil)
        return try convert().file
    }

    private mutating func convert() throws -> (file: TemporaryFile, merged: [MergedCells.Area]) {
        guard let entry = workbook.archive[part] else { throw file.damaged("\(part) is missing") }
        let target = try TemporaryFile()
        let file = file
        var writer = RecordWriter { bytes in
            try bytes.withUnsafeBytes { try target.write($0) }
            guard target.size <= ZipArchive.sizeLimit else { throw file.damaged("the sheet is larger than 10 GB") }
        }
        var scanner = try XMLScanner(workbook.archive, entry)
        var (isInData, isPhonetic) = (false, false)
        var areas: [MergedCells.Area] = []
        while let event = try scanner.next() {
            switch event {
            case .start(names.sheetData): isInData = true
            case .end(names.sheetData): isInData = false
            case .start(names.mergeCell):
                guard areas.count < MergedCells.limit else { throw damaged("it has too many merged cells") }
                if let area = scanner.attribute(names.ref).flatMap({ MergedCells.Area($0) }) { areas.append(area) }
            case _ where !isInData: continue
            case .start(names.row): try begin(scanner)
            case .end(names.row): try end(&writer)
            case .start(names.c): try beginCell(&scanner)
            case .end(names.c): try endCell(scanner)
            case .start(names.f): cell.hasFormula = true
            case .start(names.v):
                cell.hasValue = true
                scanner.collectsText = true
            case .start(names.t):
                cell.hasValue = true
                scanner.collectsText = !isPhonetic
            case .end(names.v), .end(names.t): scanner.collectsText = false
            case .start(names.rPh): isPhonetic = true
            case .end(names.rPh): isPhonetic = false
            default: continue
            }
        }
        try writer.flush()
        return (target, areas)
    }

    // MARK: Rows

    private mutating func begin(_ scanner: borrowing XMLScanner) throws(ImportError) {
        let number = scanner.attribute(names.r) == nil ? row + 1 : scanner.number(names.r) ?? 0
        guard number > row, number <= CellReference.rows else {
            throw damaged("row \(scanner.string("r") ?? "\(number)") comes after row \(row)")
        }
        row = number
        cells.removeAll(keepingCapacity: true)
        bytes = 0
        cell.column = -1
    }

    private mutating func end(_ writer: inout RecordWriter) throws {
        while written < row - 1 {
            try writer.write(raw: [])
            written += 1
        }
        written += 1
        while let last = cells.last, last == nil { cells.removeLast() }
        guard !cells.isEmpty else { return try writer.write(raw: []) }
        merged?.fill(&cells, row: row)
        let width = width ?? cells.count
        self.width = width
        while cells.count < width { cells.append(nil) }
        try writer.write(cells)
    }

    // MARK: Cells

    private mutating func beginCell(_ scanner: inout XMLScanner) throws(ImportError) {
        let column: Int?
        if let reference = scanner.attribute(names.r) {
            column = CellReference.column(reference)
        } else {
            column = cell.column + 1 < CellReference.columns ? cell.column + 1 : nil
        }
        guard let column else {
            throw damaged("row \(row) has the cell \(scanner.string("r") ?? "beyond XFD"), which no sheet has")
        }
        cell = Cell(column: column, type: scanner.string(names.t) ?? "n", format: .number)
        if let style = scanner.number(names.s) { cell.format = formats[style] }
        scanner.clearText()
    }

    private mutating func endCell(_ scanner: borrowing XMLScanner) throws(ImportError) {
        // Read as empty, it would clear what the table has. Excel itself writes `t="str"` for a formula whose result is empty.
        if cell.hasFormula, cell.type != "str", !cell.hasValue || scanner.text.allSatisfy({ $0 <= 0x20 }) {
            throw damaged("cell \(place) has a formula without a result; open it in a spreadsheet program and save it")
        }
        guard cell.hasValue, var value = try value(scanner.text), !value.isEmpty else { return }
        // What XlsxWriter and its like write for a formula that they cannot calculate.
        if cell.hasFormula, workbook.isCalculatedOnLoad, value == "0" { value = FailedCell.notCalculated }
        bytes += value.utf8.count
        guard bytes <= Self.rowBytes else { throw damaged("row \(row) is longer than 4 MB") }
        while cells.count <= cell.column { cells.append(nil) }
        cells[cell.column] = value
    }

    private func value(_ bytes: [UInt8]) throws(ImportError) -> String? {
        switch cell.type {
        case "s":
            guard let index = Int(try text(bytes)), let shared = try strings.text(index) else {
                throw damaged("cell \(place) refers to a text that does not exist")
            }
            return try text(shared)
        case "inlineStr", "str": return try text(CellText.unescaped(bytes))
        case "b":
            return bytes == [UInt8(ascii: "0")] ? "false" : bytes == [UInt8(ascii: "1")] ? "true" : try text(bytes)
        case "e":
            let error = try text(bytes)
            return FailedCell.words(error) == nil ? FailedCell.failed : error
        case "d": return CellText.date(iso: try text(bytes))
        default:
            let text = try text(bytes)
            switch cell.format {
            case .number: return CellText.number(text)
            case .shown(let pattern):
                let number = CellText.number(text)
                return pattern.text(number) ?? number
            case .date, .time, .elapsed:
                return CellText.date(text, cell.format, uses1904: workbook.uses1904) ?? CellText.number(text)
            }
        }
    }

    private func text(_ bytes: [UInt8]) throws(ImportError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw damaged("cell \(place) holds a text that is not UTF-8")
        }
        return text
    }

    private var place: String { "\(CellReference.letters(cell.column))\(row)" }

    private func damaged(_ problem: String) -> ImportError { file.damaged("\(part): \(problem)") }
}
