import CSV

/// Lays out the rows of a rejects file in the dialect of the input.
///
/// The text is UTF-8 whatever the input was in, and a byte order mark says so. What a spreadsheet would run as a formula has an
/// apostrophe in front, which the import removes again.
struct RejectsWriter {
    private let delimiter: UInt8
    private let quote: UInt8
    private let skipsInitialSpace: Bool
    private let header: ImportHeader
    private var writer: RecordWriter

    /// Writes the header.
    init(_ file: ImportFile, sink: @escaping ([UInt8]) throws -> Void) throws {
        delimiter = file.dialect.delimiter
        quote = file.dialect.quote ?? UInt8(ascii: "\"")
        skipsInitialSpace = file.dialect.skipsInitialSpace
        header = file.header
        let detection = file.detection
        // Spreadsheets would take it for another encoding.
        try sink([0xEF, 0xBB, 0xBF])
        writer = RecordWriter(file.dialect, lineEnding: detection?.lineEnding ?? .lf, sink: sink)
        let kept = zip(header.names, header.uses).filter { $1 != .remark }
            .map { name, use in use == .ignored && ImportHeader.plain(name).isEmpty ? "-" : name }
        try writer.write(raw: joined((ImportHeader.remarks + kept).map { Array($0.utf8) }))
    }

    /// Writes a rejected record after the remarks on it.
    mutating func write(_ record: Record, _ problems: [RowProblem]) throws {
        let remarks = Self.remarks(record, problems)
        try writer.write(raw: joined(remarks.map { Array($0.utf8) }) + [delimiter] + original(record))
    }

    /// What is put in front of a record.
    static func remarks(_ record: Record, _ problems: [RowProblem]) -> [String] {
        var codes: [String] = []
        for problem in problems where !codes.contains(problem.code.rawValue) { codes.append(problem.code.rawValue) }
        return [
            "\(record.line)", problems.compactMap(\.column).joined(separator: "; "), codes.joined(separator: "; "),
            problems.map(\.reason).joined(separator: "; "),
        ]
    }

    /// The fields of a record without old remarks.
    static func fields(_ record: Record, _ header: ImportHeader) -> [[UInt8]] {
        // A record that is too long has no fields, only its beginning.
        if record.count == 0 { return [Array(record.raw)] }
        let kept = (0..<record.count).filter { $0 >= header.uses.count || header.uses[$0] != .remark }
        return kept.map { record.bytes($0) }
    }

    /// Hands over what is buffered.
    mutating func flush() throws { try writer.flush() }

    /// The record as it is in the file, where that can be read again; else its fields, written again.
    private func original(_ record: Record) -> [UInt8] {
        let isSafe = (0..<record.count).allSatisfy { field in !record.withBytes(field, SpreadsheetSafety.isRun) }
        let isAsItStands = isSafe && !header.hasRemarks && record.problems.allSatisfy { $0.kind == .nulByte }
        if isAsItStands { return Array(record.raw) }
        // A record that is too long has no fields, only its beginning.
        if record.count == 0 { return quoted(Array(record.raw)) }
        return joined(Self.fields(record, header).map { SpreadsheetSafety.disarmed($0) ?? $0 })
    }

    private func joined(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.map { needsQuotes($0) ? quoted($0) : $0 }.joined(separator: [delimiter]))
    }

    private func needsQuotes(_ field: [UInt8]) -> Bool {
        // Where spaces before a field are skipped, an empty field between two would be, too.
        if skipsInitialSpace, field.isEmpty || field.first == 0x20 { return true }
        return field.contains { $0 == delimiter || $0 == quote || $0 == 0x0A || $0 == 0x0D }
    }

    private func quoted(_ field: [UInt8]) -> [UInt8] {
        [quote] + field.flatMap { $0 == quote ? [$0, $0] : [$0] } + [quote]
    }
}
