import CSV
import Foundation

/// Turns records into rows in COPY's binary format. Needs no database: what references mean is looked up afterwards, for
/// what is in ``EncodedRows/pending``, and added with ``learn(_:as:column:)``.
struct RowValidator {
    /// The columns whose values a row has: those of the file, and those given for all rows.
    let columns: [ImportColumn]
    /// The column by which a row is matched; nil where the file has none of the table's keys.
    let key: ImportColumn?

    private let header: ImportHeader
    private let cells: [Cell]
    /// The same.
    private let unretained: [Unmanaged<Cell>]
    /// Fields whose column has no name.
    private let unnamed: [Int]
    private let encoding: String
    private let padsShortRows: Bool

    /// One column of a row.
    private final class Cell {
        let field: Int?
        let plain: PlainField
        let reader: FieldReader
        /// The value of rows that have none, encoded.
        let blank: [UInt8]
        /// Whether a row without a value is to be left as it is where the table has it.
        let keepsBlank: Bool
        /// Whether it must have a value, and no constant gives one.
        let isRequired: Bool
        /// Whether it is the key.
        let isKey: Bool
        /// Whether its values may mean others, so that none is taken as it is.
        let hasMeanings: Bool
        /// The names and references whose ids are known.
        @exclusivity(unchecked) var known = KnownIDs()

        init(
            _ column: ImportColumn, looksUp: Bool, usesDecimalComma: Bool, field: Int?, names: LoadedNames?,
            constant: ImportValue?, isKey: Bool, requiresKey: Bool, placeholders: Placeholders,
            meanings: ValueMapping.Meanings
        ) {
            self.field = field
            self.isKey = isKey
            let isRequired = constant == nil && (column.isRequired || isKey && requiresKey)
            self.isRequired = isRequired
            plain = PlainField(column, acceptsAnyName: !looksUp, placeholders: placeholders)
            reader = FieldReader(
                column: column, names: names, usesDecimalComma: usesDecimalComma, requiresValue: isRequired,
                placeholders: placeholders, offersVisit: !requiresKey, meanings: meanings)
            hasMeanings = !meanings.isEmpty
            blank = (constant ?? column.fallback ?? .null).encoded
            keepsBlank = constant == nil && column.fallback != nil
            for (name, id) in names?.exact ?? [:] {
                known.insert(Array(name.utf8), id)
                known.insert(Array(id.uuidString.lowercased().utf8), id)
            }
        }
    }

    /// Makes a validator.
    ///
    /// - Parameters:
    ///   - key: the column by which a row is matched; unless given, the first of the table's keys that the file has.
    ///   - names: the names and ids of each kind that the table's columns look up.
    ///   - constants: the values of columns for rows that have none.
    ///   - encoding: the encoding of the file, for messages.
    ///   - padsShortRows: whether a row with too few fields is taken, as if the others were empty.
    ///   - requiresKey: whether every row must have a value for the key.
    ///   - usesDecimalComma: whether 1,234 is more than one and less than two.
    ///   - placeholders: what many things have in place of an identifier.
    ///   - values: what values of the file mean.
    ///   - looksUp: whether names and references are looked up; otherwise any text passes for one.
    init(
        _ table: ImportTable, header: ImportHeader, key: String? = nil, names: [String: LoadedNames] = [:],
        constants: [String: ImportValue] = [:], encoding: String = "UTF-8",
        padsShortRows: Bool = false, requiresKey: Bool = false, usesDecimalComma: Bool = false,
        placeholders: Placeholders = Placeholders(), values: ValueMapping = ValueMapping(), looksUp: Bool = true
    ) {
        self.header = header
        self.encoding = encoding
        self.padsShortRows = padsShortRows
        let used = table.columns.indices.filter {
            header.field(of: $0) != nil || constants[table.columns[$0].name] != nil
        }
        columns = used.map { table.columns[$0] }
        let columns = columns
        let candidates = key.map { [$0] } ?? table.keys
        let keyColumn = candidates.lazy.compactMap { name in columns.first { $0.target == name } }.first
        self.key = keyColumn
        unnamed = header.uses.indices.filter { header.uses[$0] == .unnamed }
        cells = used.map { index in
            let column = table.columns[index]
            var found: LoadedNames?
            if case .name(let kind) = column.type { found = names[kind] }
            return Cell(
                column, looksUp: looksUp, usesDecimalComma: usesDecimalComma, field: header.field(of: index),
                names: found,
                constant: constants[column.name],
                isKey: column.target == keyColumn?.target, requiresKey: requiresKey, placeholders: placeholders,
                meanings: values.meanings(in: column))
        }
        unretained = cells.map(Unmanaged.passUnretained)
    }

    /// Validates a record, and adds it to the rows when nothing is wrong with it.
    ///
    /// - Returns: all that is wrong.
    func validate(_ record: Record, into rows: EncodedRows) -> [RowProblem] {
        if record.count != header.names.count || !record.isPlain {
            let problems = structure(of: record)
            // With fields in the wrong places, what each of them means is not known.
            if !problems.isEmpty { return problems }
        }
        var sink = rows.begin(upTo: record.byteCount + cells.count * FieldSink.overhead)
        var row = EncodedRows.Row(
            record: record.number, line: record.line, start: rows.count, end: 0)
        var problems: [RowProblem] = []
        var pending: [EncodedRows.Pending] = []
        var placeholders: [EncodedRows.Placeholder] = []
        for index in unretained.indices {
            // Lent: to retain and release each of them for each row costs as much as to read it.
            unretained[index]._withUnsafeGuaranteedRef { cell in
                let place = sink.end
                if !read(cell, index, record, &sink, rows, &row.blanks, &pending, &placeholders, &problems) {
                    if cell.keepsBlank { row.blanks |= 1 << UInt64(index) }
                } else if cell.isKey {
                    row.keyStart = rows.offset(place) + 4
                    row.keyEnd = rows.offset(sink.end)
                }
            }
        }
        for field in unnamed where !record.isEmpty(field) {
            let text = FieldReader.trimmed(record.string(field) ?? "?")
            if text.isEmpty { continue }
            problems.append(
                RowProblem(
                    .valueWithoutColumn, value: text,
                    "'\(RowProblem.shown(text))' is in field \(field + 1), whose column has no name"))
        }
        guard problems.isEmpty else { return problems }
        row.end = rows.offset(sink.end)
        for index in pending.indices { pending[index].row = rows.rows.count }
        rows.end(row, pending: pending)
        if !placeholders.isEmpty { rows.add(placeholders) }
        return []
    }

    /// Writes one field.
    ///
    /// - Returns: whether it has a value of its own.
    @inline(__always)
    private func read(
        _ cell: Cell, _ index: Int, _ record: Record, _ sink: inout FieldSink, _ rows: EncodedRows,
        _ blanks: inout UInt64,
        _ pending: inout [EncodedRows.Pending], _ placeholders: inout [EncodedRows.Placeholder],
        _ problems: inout [RowProblem]
    ) -> Bool {
        guard let field = cell.field else {
            cell.blank.withUnsafeBytes { sink.encoded($0) }
            return false
        }
        let lent = unretained[index]
        let isPlain = record.withBytes(field) { bytes in
            lent._withUnsafeGuaranteedRef { !$0.hasMeanings && $0.plain.read(bytes, $0.known, into: &sink) }
        }
        if isPlain { return true }
        if !cell.isRequired, !cell.hasMeanings, record.isEmpty(field) {
            cell.blank.withUnsafeBytes { sink.encoded($0) }
            return false
        }
        let text = record.string(field)
        let outcome = cell.reader.read(text, encoding: encoding)
        switch outcome {
        case .blank, .unsaid, .placeholder:
            cell.blank.withUnsafeBytes { sink.encoded($0) }
            if outcome != .blank { blanks |= 1 << UInt64(index) }
            if case .placeholder(let value) = outcome {
                placeholders.append(
                    EncodedRows.Placeholder(record: record.number, line: record.line, column: index, value: value))
            }
            return false
        case .value(let value):
            if case .unresolved(let text) = value {
                pending.append(
                    EncodedRows.Pending(row: 0, column: index, place: rows.offset(sink.end) + 4, text: text))
            }
            value.encoded.withUnsafeBytes { sink.encoded($0) }
            return true
        case .problem(let problem):
            problems.append(problem)
            return false
        }
    }

    /// The value of the key as it is in a record, for messages.
    func keyText(_ record: Record) -> String {
        cells.first(where: \.isKey)?.field.flatMap { record.string($0) }.map(FieldReader.trimmed) ?? ""
    }

    /// Whether the file has fields that the database has to be asked for.
    var looksUp: Bool {
        zip(cells, columns).contains { cell, column in
            if case .reference = column.type { cell.field != nil } else { false }
        }
    }

    /// The names that a column may hold, by its name in files.
    func names(of column: String) -> [String] {
        zip(columns, cells).first { $0.0.name == column }?.1.reader.names?.sorted ?? []
    }

    /// Adds what a text in a column denotes.
    func learn(_ text: String, as id: UUID, column: Int) { cells[column].known.insert(Array(text.utf8), id) }

    /// The number of known texts of a column.
    func known(_ column: Int) -> Int { cells[column].known.count }

    /// Discards what was added for a column.
    func forget(_ column: Int) { cells[column].known = KnownIDs() }

    /// Whether every field is empty: spreadsheets leave such rows at their end, and they mean nothing.
    static func isBlank(_ record: Record) -> Bool {
        record.problems.isEmpty
            && (0..<record.count).allSatisfy {
                record.isEmpty($0) || FieldReader.trimmed(record.string($0) ?? "?").isEmpty
            }
    }

    /// What is wrong with the record as such.
    private func structure(of record: Record) -> [RowProblem] {
        var problems: [RowProblem] = []
        for problem in record.problems {
            let column = problem.field < header.names.count ? header.names[problem.field] : nil
            switch problem.kind {
            case .tooLong(let limit):
                return [RowProblem(.recordTooLong, "the row is longer than \(limit) bytes; is a quote missing?")]
            case .unterminatedQuote:
                return [
                    RowProblem(
                        .unterminatedQuote, column: column,
                        "the quote that is opened on line \(problem.line) is never closed")
                ]
            case .textAfterQuote:
                problems.append(
                    RowProblem(
                        .textAfterQuote, column: column,
                        "text follows a closing quote; double the quotes within a quoted field"))
            case .nulByte:
                // Reported with the field that holds it.
                continue
            }
        }
        let expected = header.names.count
        if problems.isEmpty, record.spansLines, record.hasSwallowedLines(expected) {
            return [
                RowProblem(
                    .swallowedLines,
                    "the row spans \(record.lineCount) lines, and each of them has the \(expected) fields of a row by itself; line \(record.line) may have a stray quote"
                )
            ]
        }
        if record.count < header.namedCount, !padsShortRows {
            problems.append(
                RowProblem(
                    .tooFewFields,
                    "\(record.count) field\(record.count == 1 ? "" : "s") where the header has \(expected)"))
        } else if record.count > expected, (expected..<record.count).contains(where: { !record.isEmpty($0) }) {
            // Empty fields at the end are what spreadsheets leave of a column that was deleted.
            problems.append(
                RowProblem(
                    .tooManyFields, value: record.string(expected),
                    "\(record.count) fields where the header has \(expected); quote a value that holds the delimiter"))
        }
        return problems
    }
}
