import CSV
import Foundation
import RSSCore

/// A file to import, opened, with its dialect found and its header matched; no database is needed so far.
package struct ImportFile: Sendable {
    /// What it is imported into.
    package let table: ImportTable
    /// How.
    package let options: ImportOptions
    /// Its header.
    package private(set) var header: ImportHeader
    let dialect: Dialect
    /// The number of the record that names the columns; 0 where the file has none.
    let headerRecord: Int
    let detection: Detection?
    /// The number of fields that its records have, where the dialect was detected for certain.
    private let columns: Int?
    let input: ImportInput
    /// Where its rejected rows go. A dry run leaves no file unless one was asked for.
    let rejectsPath: String?

    /// The file as the user named it.
    package var name: String { input.name }
    /// What separates its fields, in words.
    package var delimiterName: String { dialect.delimiterName }
    /// Whether numbers in it are likely to have a decimal comma: where fields are separated by something else.
    var usesDecimalComma: Bool { dialect.delimiter == UInt8(ascii: ";") }
    /// Whether a row with too few fields is taken: a workbook does not keep empty cells at the end of a row.
    var padsShortRows: Bool { options.padsShortRows || input.sheet != nil }
    /// The sheet of a workbook that it is.
    package var sheet: SheetChoice? { input.sheet }
    /// The name of its encoding.
    package var encodingName: String { dialect.encoding.name }
    /// Its columns that are not read, by their names in the file; a deletion reads none but the key anyway.
    package var ignoredColumns: [String] { options.operation == .delete ? [] : header.ignored }
    /// Names of a saved mapping that it does not have.
    package var unusedMappings: [String] { header.unusedMappings }

    /// Opens a file.
    ///
    /// - Parameter choose: asks the user for the encoding where it is not certain; nil for no answer, or no terminal.
    /// - Throws: ``ImportError``, `CancellationError`.
    package init(
        _ table: ImportTable, _ options: ImportOptions,
        choose: (_ file: String, _ choices: [EncodingChoice]) throws -> TextEncoding? = { _, _ in nil }
    ) throws {
        let table = options.operation == .import ? table : table.withID
        self.table = table
        self.options = options
        input = try ImportInput.open(options.path, sheet: options.sheet)
        let isWorkbook = input.sheet != nil
        rejectsPath =
            options.rejectsPath ?? (options.isDryRun ? nil : options.defaultRejectsPath(isWorkbook: isWorkbook))
        if let rejectsPath, input.isSameFile(as: rejectsPath) { throw ImportError.rejectsIsInput(rejectsPath) }
        var dialect: Dialect
        if let known = input.dialect {
            // rssctl wrote it itself; delimiters and encodings that the user gave do not apply to a workbook.
            (dialect, detection) = (known, nil)
            columns = nil
        } else {
            let probe = try input.reader()
            (dialect, detection) = (probe.dialect, probe.detection)
            if let delimiter = options.delimiter, delimiter != dialect.delimiter {
                // What else was detected belongs to another delimiter.
                dialect = Dialect(
                    delimiter: delimiter, quote: dialect.quote ?? UInt8(ascii: "\""),
                    escape: dialect.escape == .backslash ? .backslash : .doubledQuote, encoding: dialect.encoding)
            }
            if let encoding = options.encoding {
                dialect.encoding = encoding
            } else if let choices = detection?.encodings, !choices.isEmpty {
                guard let chosen = try choose(input.name, choices) else {
                    throw ImportError.uncertainEncoding(input.name, choices)
                }
                dialect.encoding = chosen
            }
            if let quote = options.quote { dialect.quote = quote.byte }
            if options.escapesWithBackslash { dialect.escape = .backslash }
            let isAsFound =
                dialect.delimiter == probe.dialect.delimiter && dialect.quote == probe.dialect.quote
                && dialect.escape == probe.dialect.escape
            columns = isAsFound ? detection?.certainColumns : nil
        }
        self.dialect = dialect
        let given: Set<String> =
            options.operation != .import
            ? Set(table.columns.map(\.name))
            : options.visit == nil && !options.isWithoutVisit ? [] : ["visit_report"]
        let sheet = input.sheet
        func match(_ names: [String]) throws(ImportError) -> ImportHeader {
            try ImportHeader(
                names, for: table,
                unknown: options.operation == .delete ? .unread : options.ignoresUnknown ? .ignored : .refused,
                mapping: options.mapping, given: given, sheet: sheet)
        }
        let all: ImportHeader
        if let columns = options.columns {
            headerRecord = 0
            all = try match(columns.map { $0 == "-" ? "" : $0 }).passingOverUnnamed
        } else {
            let found = try Self.findHeader(
                try input.reader(dialect, columns: columns), input.name, dialect, options, table)
            headerRecord = found.record
            all = try match(found.names)
        }
        header = all
        try options.values.check(all.columns(of: table))
        guard options.operation != .import else { return }
        guard
            let key = try key()
                ?? table.keys.lazy.compactMap({ name in table.columns.first { $0.target == name } })
                .first(where: { column in
                    all.field(of: table.columns.firstIndex { $0.name == column.name } ?? -1) != nil
                })
        else { throw ImportError.noMatchingColumn(keys: table.keys, columns: all.columns(of: table).map(\.name)) }
        if options.operation == .delete { header = all.only(key.name, of: table) }
    }

    /// The column that `--key` names.
    ///
    /// - Throws: ``ImportError/noKeyColumn(_:columns:)``.
    func key() throws(ImportError) -> ImportColumn? {
        guard let name = options.key else { return nil }
        let present = header.columns(of: table)
        let plain = ImportHeader.plain(name)
        guard
            let column = present.first(where: { column in
                ([column.name, column.target] + column.aliases).contains { ImportHeader.plain($0) == plain }
            })
        else { throw .noKeyColumn(name, columns: present.map(\.name)) }
        return column
    }

    /// Whether a path leads to the file itself, or to where its rejected rows go.
    package func owns(_ path: String) -> Bool {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return input.isSameFile(as: path) || rejectsPath.map(resolved) == resolved(path)
    }

    /// The SHA-256 of what decides, beside the file itself, what happens to its rows: the dialect, which field goes where,
    /// and the options.
    ///
    /// - Parameter visit: the visit report of rows that name none; which one is the latest changes.
    func settingsDigest(visit: String?) -> String {
        let parts =
            [
                "\(dialect)", "\(header.uses)", visit ?? "", options.key ?? "", options.onConflict.rawValue,
                options.operation.rawValue,
                options.duplicates.rawValue, "\(options.fillsOnly)", "\(options.allowsMove)", "\(options.placeholders)",
                "\(padsShortRows)", "\(headerRecord)",
            ] + options.values.entries.map(\.text)
        return Digest.sha256.hex(Array(parts.joined(separator: "\0").utf8))
    }

    /// The number of records that are searched for the names of the columns.
    private static let longestPreamble = 30

    /// Finds the record that names the columns: the one on the line that is given, else the first, or where that names none
    /// the first further down that names two or more.
    private static func findHeader(
        _ reader: RecordReader, _ name: String, _ dialect: Dialect, _ options: ImportOptions, _ table: ImportTable
    ) throws -> (record: Int, names: [String]) {
        var reader = reader
        var first: (record: Int, names: [String])?
        while let record = try reader.next() {
            if let line = options.headerLine, record.line < line { continue }
            let names = (0..<record.count).map { record.string($0).map(FieldReader.trimmed) }
            let texts = names.compactMap { $0 }
            guard texts.count == names.count else {
                if first != nil { break }
                throw ImportError.unreadableHeader(encoding: dialect.encoding.name)
            }
            let count = ImportHeader.matches(texts, of: table, options.mapping)
            if first == nil {
                first = (record.number, texts)
                if count > 0 || options.headerLine != nil { break }
            } else if count >= 2 {
                return (record.number, texts)
            }
            if record.number >= longestPreamble { break }
        }
        guard let first else { throw ImportError.empty(name) }
        return first
    }

    /// Reads the file from its beginning; what precedes the rows is skipped.
    func rows() throws -> RecordReader {
        var reader = try input.reader(dialect, columns: columns)
        for _ in 0..<headerRecord { _ = try reader.next() }
        return reader
    }
}
