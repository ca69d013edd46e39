import CSV

/// A row after validation: the values of the staged columns, and all that is wrong with it.
public struct ImportRow: Sendable, Equatable {
    /// The number of the record in the file.
    public let record: Int
    /// The line on which it begins.
    public let line: Int
    /// One value for each of the validator's ``RowValidator/columns``.
    public internal(set) var values: [ImportValue]
    /// Empty for a good row.
    public internal(set) var problems: [RowProblem]
}

/// Turns records into rows; a pure value, without a database behind it.
public struct RowValidator: Sendable {
    private let header: ImportHeader
    private let readers: [FieldReader]
    private let fields: [Int?]
    private let constants: [ImportValue]
    private let encoding: String

    /// The columns whose values a row has: those of the file, and those given for all rows.
    public let columns: [ImportColumn]

    /// Makes a validator.
    ///
    /// - Parameters:
    ///   - names: the names and ids of each kind that the table's columns look up.
    ///   - constants: the values of columns for rows that have none.
    ///   - encoding: the encoding of the file, for messages.
    public init(
        _ table: ImportTable, header: ImportHeader, names: [String: LoadedNames] = [:],
        constants: [String: ImportValue] = [:],
        encoding: String = "UTF-8"
    ) {
        self.header = header
        self.encoding = encoding
        let used = table.columns.indices.filter {
            header.field(of: $0) != nil || constants[table.columns[$0].name] != nil
        }
        columns = used.map { table.columns[$0] }
        fields = used.map { header.field(of: $0) }
        self.constants = columns.map { constants[$0.name] ?? .null }
        readers = columns.map { column in
            if case .name(let kind) = column.type { return FieldReader(column: column, names: names[kind]) }
            return FieldReader(column: column, names: nil)
        }
    }

    /// Validates a record.
    public func validate(_ record: Record) -> ImportRow {
        var row = ImportRow(record: record.number, line: record.line, values: [], problems: structure(of: record))
        // With fields that are not where they belong, what each of them says is not known.
        guard row.problems.isEmpty else { return row }
        row.values.reserveCapacity(readers.count)
        for (index, reader) in readers.enumerated() {
            switch outcome(of: index, reader, record) {
            case .value(let value): row.values.append(value)
            case .problem(let problem):
                row.values.append(.null)
                row.problems.append(problem)
            }
        }
        for (field, use) in header.uses.enumerated() where use == .unnamed && !record.isEmpty(field) {
            let text = FieldReader.trimmed(record.string(field) ?? "?")
            if text.isEmpty { continue }
            row.problems.append(
                RowProblem(
                    .valueWithoutColumn, value: text,
                    "'\(RowProblem.shown(text))' stands in field \(field + 1), whose column has no name"))
        }
        return row
    }

    /// Whether every field is empty: spreadsheets leave such rows at their end, and they mean nothing.
    static func isBlank(_ record: Record) -> Bool {
        record.problems.isEmpty
            && (0..<record.count).allSatisfy {
                record.isEmpty($0) || FieldReader.trimmed(record.string($0) ?? "?").isEmpty
            }
    }

    private func outcome(of index: Int, _ reader: FieldReader, _ record: Record) -> FieldReader.Outcome {
        guard let field = fields[index] else { return .value(constants[index]) }
        let text = record.string(field)
        if constants[index] != .null, let text, FieldReader.meansNothing(FieldReader.trimmed(text)) {
            return .value(constants[index])
        }
        return reader.read(text, encoding: encoding)
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
                // Told with the field that holds it.
                continue
            }
        }
        let expected = header.names.count
        if record.count < expected {
            problems.append(
                RowProblem(
                    .tooFewFields,
                    "\(record.count) field\(record.count == 1 ? "" : "s") where the header has \(expected)"))
        } else if record.count > expected {
            problems.append(
                RowProblem(
                    .tooManyFields, value: record.string(expected),
                    "\(record.count) fields where the header has \(expected); quote a value that holds the delimiter"))
        }
        return problems
    }
}
