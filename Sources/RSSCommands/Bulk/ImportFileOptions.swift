import ArgumentParser
import CSV
import Console
import PostgresClient
import RSSBulk
import RSSCore

/// What a file is, as given to the verbs that read one.
struct ImportFileOptions: ParsableArguments, Sendable {
    @Argument(help: "What the file lists: hardware, recycling.")
    var object: ImportObject

    @Argument(
        help: "The file: CSV, also compressed by gzip or zstd, or an .xlsx workbook; - for standard input.",
        completion: .file(extensions: ["csv", "txt", "tsv", "xlsx", "gz", "zst"]))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The sheet of a workbook that is read, in place of the first one that is shown.", valueName: "name"))
    var sheet: String?

    @Option(
        help: ArgumentHelp(
            "What separates fields, one character or tab, in place of what is detected.", valueName: "character"))
    var delimiter: String?

    @Option(help: "What fields are quoted by, in place of what is detected: double, single, none.")
    var quote: QuoteChoice?

    @Flag(help: "A backslash escapes what follows it.")
    var backslash = false

    @Option(help: ArgumentHelp("The line that names the columns, in place of what is detected.", valueName: "line"))
    var headerLine: Int?

    @Option(
        help: ArgumentHelp(
            "The columns in the order of the fields, for a file that does not name them: category,device_name,-,serial_number.",
            valueName: "columns"))
    var header: String?

    @Flag(help: "Accept rows with too few fields, as if the others were empty.")
    var pad = false

    @Option(
        help: ArgumentHelp(
            "Encoding, in place of what is detected: utf-8, windows-1250, koi8-r, macintosh, or any other that iconv knows.",
            valueName: "name"))
    var encoding: TextEncoding?

    @Flag(help: "Ignore unknown columns whose names are not similar to those of known ones.")
    var ignoreUnknown = false

    @Option(
        help: ArgumentHelp(
            "The column by which rows are matched, in place of serial number, asset tag, MAC address: the first of these that the file has.",
            valueName: "column"))
    var key: String?

    @Option(help: "Which of several rows of the file with one key is taken: first, last.")
    var duplicates = DuplicateChoice.first

    @Option(
        help: ArgumentHelp(
            "What a name in the header means: 'Name=device_name', or nothing after the = to ignore it; or a mapping that was saved.",
            valueName: "mapping"))
    var map: [String] = []

    @Option(
        help: ArgumentHelp(
            "What a value of a column means: 'status:aktiv=active'; case does not matter, and nothing after the = is no value.",
            valueName: "column:value=value"))
    var mapValue: [String] = []

    func validate() throws {
        if let wrong = mapValue.first(where: { ValueMapping.Entry($0) == nil }) {
            throw ValidationError("--map-value '\(wrong)' is not of the form 'status:aktiv=active'.")
        }
        if let headerLine, headerLine < 1 { throw ValidationError("--header-line is a number from 1.") }
        if header != nil, headerLine != nil {
            throw ValidationError("--header is for a file without names; leave --header-line out.")
        }
        if delimiter != nil, delimiterByte == nil {
            throw ValidationError("--delimiter is one ASCII character, or the word tab.")
        }
    }

    /// Opens the file; where its encoding is not certain, the terminal is asked.
    func file(_ options: ImportOptions, _ context: Context) throws -> ImportFile {
        var options = options
        options.placeholders = (context.settings.text(.bulkPlaceholders) ?? "").split(separator: ",").map {
            $0.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        }.map { String($0) }.filter { !$0.isEmpty }
        return try ImportFile(object.table, options) { name, choices in
            let texts = choices.map { choice in
                "\(choice.encoding.name): \(choice.fields.map { "'\($0)'" }.joined(separator: ", "))"
            }
            return try Prompt(context.console).choose(
                "The encoding of \(name) cannot be detected for certain. Which of these reads right?", from: texts
            ).map { choices[$0].encoding }
        }
    }

    /// The options for the core.
    var options: ImportOptions {
        var options = ImportOptions(path: file)
        options.sheet = sheet
        options.delimiter = delimiterByte
        options.encoding = encoding
        options.ignoresUnknown = ignoreUnknown
        options.quote = quote
        options.escapesWithBackslash = backslash
        options.headerLine = headerLine
        options.columns = header.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        options.padsShortRows = pad
        options.key = key
        options.mapping = ColumnMapping(map.compactMap { ColumnMapping.Pair($0) })
        options.values = ValueMapping(mapValue.compactMap { ValueMapping.Entry($0) })
        options.duplicates = duplicates
        return options
    }

    /// The mappings that are asked for by their names.
    var savedMappings: [String] { map.filter { ColumnMapping.Pair($0) == nil } }

    /// The same, with what mappings say that are saved in the database; those of the command line go before.
    func options(_ connection: PostgresConnection) async throws -> ImportOptions {
        var options = options
        for name in savedMappings {
            options.mapping.pairs =
                try await MappingStore(connection).mapping(name, for: object.table).pairs + options.mapping.pairs
        }
        return options
    }

    private var delimiterByte: UInt8? {
        guard let delimiter else { return nil }
        if ["tab", "\\t"].contains(delimiter.lowercased()) { return UInt8(ascii: "\t") }
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, byte < 0x80, byte != 0x22, byte != 0x0A,
            byte != 0x0D
        else {
            return nil
        }
        return byte
    }
}

/// What can be imported.
enum ImportObject: String, ExpressibleByArgument, CaseIterable {
    case hardware, recycling

    var table: ImportTable {
        switch self {
        case .hardware: .hardware
        case .recycling: .recycling
        }
    }
}

extension TextEncoding: ExpressibleByArgument {
    /// None to list: the names that iconv knows are many.
    public static var allValueStrings: [String] { [] }

    public init?(argument: String) { self.init(named: argument) }
}

extension QuoteChoice: ExpressibleByArgument {}

extension BulkOperation: ExpressibleByArgument {}

extension OnConflict: ExpressibleByArgument {}

extension DuplicateChoice: ExpressibleByArgument {}

extension ErrorLimit: ExpressibleByArgument {
    package init?(argument: String) {
        if argument.hasSuffix("%") {
            guard let share = Double(argument.dropLast()), (0...100).contains(share) else { return nil }
            self = .percent(share)
        } else {
            guard let rows = Int(argument), rows >= 0 else { return nil }
            self = .rows(rows)
        }
    }
}
