import RSSSystem

/// Reads the rows of a sheet one by one, in memory that does not grow with them.
///
/// Hidden and filtered rows are rows like the others.
package struct SheetReader {
    /// Bytes of the texts of a row.
    private static let rowBytes = 4 << 20

    private let file: RandomAccessFile
    private let workbook: Workbook
    private let part: String
    private let strings: SharedStrings
    private let formats: CellFormats

    private var cells: [SheetValue?] = []
    private var bytes = 0
    /// The current row, from 1.
    private var row = 0
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
    /// - Throws: ``WorkbookError``, `CancellationError`.
    package init(_ sheet: Workbook.Sheet, of workbook: Workbook) throws {
        self.workbook = workbook
        file = workbook.archive.file
        part = sheet.part
        strings = try SharedStrings(workbook)
        formats = try CellFormats(workbook)
    }

    /// Reads all rows that the file has, from the first one on.
    ///
    /// - Parameters:
    ///   - merged: the cells that are merged, which then have their value in all of their rows. The file lists them after all rows,
    ///     and most sheets have none: a sheet that has is read a second time.
    ///   - body: takes the number of a row, from 1 and ascending, and its cells from A on: nil where one has no value, and none after
    ///     the last value.
    /// - Returns: the cells that are merged; nil for none.
    /// - Throws: ``WorkbookError``, `CancellationError`, what the body throws.
    package mutating func read(
        filling merged: MergedCells? = nil, _ body: (_ row: Int, _ cells: [SheetValue?]) throws -> Void
    ) throws -> MergedCells? {
        guard let entry = workbook.archive[part] else { throw file.damaged("\(part) is missing") }
        self.merged = merged
        row = 0
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
            case .end(names.row):
                end()
                try body(row, cells)
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
        return areas.isEmpty ? nil : MergedCells(areas)
    }

    // MARK: Rows

    private mutating func begin(_ scanner: borrowing XMLScanner) throws(WorkbookError) {
        let number = scanner.attribute(names.r) == nil ? row + 1 : scanner.number(names.r) ?? 0
        guard number > row, number <= CellReference.rows else {
            throw damaged("row \(scanner.string("r") ?? "\(number)") comes after row \(row)")
        }
        row = number
        cells.removeAll(keepingCapacity: true)
        bytes = 0
        cell.column = -1
    }

    private mutating func end() {
        while let last = cells.last, last == nil { cells.removeLast() }
        if !cells.isEmpty { merged?.fill(&cells, row: row) }
    }

    // MARK: Cells

    private mutating func beginCell(_ scanner: inout XMLScanner) throws(WorkbookError) {
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

    private mutating func endCell(_ scanner: borrowing XMLScanner) throws(WorkbookError) {
        // Read as empty, it would clear what the table has. Excel itself writes `t="str"` for a formula whose result is empty.
        if cell.hasFormula, cell.type != "str", !cell.hasValue || scanner.text.allSatisfy({ $0 <= 0x20 }) {
            throw damaged("cell \(place) has a formula without a result; open it in a spreadsheet program and save it")
        }
        guard cell.hasValue else { return }
        let found: SheetValue
        if cell.type == "e" {
            let text = try text(scanner.text)
            bytes += text.utf8.count
            found = .error(text)
        } else {
            let text = try value(scanner.text)
            if text.isEmpty { return }
            bytes += text.utf8.count
            // What XlsxWriter and its like write for a formula that they cannot calculate.
            found = cell.hasFormula && workbook.isCalculatedOnLoad && text == "0" ? .notCalculated : .text(text)
        }
        guard bytes <= Self.rowBytes else { throw damaged("row \(row) is longer than 4 MB") }
        while cells.count <= cell.column { cells.append(nil) }
        cells[cell.column] = found
    }

    private func value(_ bytes: [UInt8]) throws(WorkbookError) -> String {
        switch cell.type {
        case "s":
            guard let index = Int(try text(bytes)), let shared = try strings.text(index) else {
                throw damaged("cell \(place) refers to a text that does not exist")
            }
            return try text(shared)
        case "inlineStr", "str": return try text(CellText.unescaped(bytes))
        case "b":
            return bytes == [UInt8(ascii: "0")] ? "false" : bytes == [UInt8(ascii: "1")] ? "true" : try text(bytes)
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

    private func text(_ bytes: [UInt8]) throws(WorkbookError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw damaged("cell \(place) holds a text that is not UTF-8")
        }
        return text
    }

    private var place: String { "\(CellReference.letters(cell.column))\(row)" }

    private func damaged(_ problem: String) -> WorkbookError { file.damaged("\(part): \(problem)") }
}
