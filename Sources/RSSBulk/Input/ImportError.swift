import CSV
import RSSModel

/// What keeps a file from being imported at all; nothing is loaded then. What is wrong with a single row is a
/// ``RowProblem``.
package enum ImportError: ReportableError, Equatable {
    /// A column that the table does not have, and the one that may be meant.
    package struct UnknownColumn: Sendable, Equatable {
        /// As it is in the header.
        package let name: String
        /// The name of a column of the table.
        package let suggestion: String?
    }

    /// Two names that mean the same column.
    package struct Clash: Sendable, Equatable {
        /// As they are in the header.
        package let first: String
        package let second: String
        /// The name of the column of the table.
        package let column: String

        init(_ first: String, _ second: String, column: String) {
            (self.first, self.second, self.column) = (first, second, column)
        }
    }

    /// The file could not be opened or read.
    case unreadable(String, reason: String, isPermission: Bool)
    /// The file has no first line.
    case empty(String)
    /// No name in the first line is that of a column.
    case noHeader(first: String, known: [String], SheetChoice?)
    /// Columns that the table does not have; the missing ones among those that it has may be meant by them.
    case unknownColumns([UnknownColumn], known: [String], missing: [String])
    /// Columns without which no row can be imported, and those of the file that are ignored.
    case missingColumns([String], ignored: [String])
    /// Names that mean a column which another one means too, and those that mean none.
    case sameColumn([Clash], unknown: [UnknownColumn])
    /// Mappings of names that the file does not have.
    case unusedMappings([String], names: [String])
    /// No row names its visit report, and none is given for all.
    case noVisits(String, object: String)
    /// A value mapping is for a column that the file does not have.
    case unusedValueMapping(String, column: String, columns: [String])
    /// A filter of an export matches no row at all.
    case unknownFilter(String, String, String)
    /// The encoding of the file may be one of several.
    case uncertainEncoding(String, [EncodingChoice])
    /// The header is not text in the encoding.
    case unreadableHeader(encoding: String)
    /// A file cannot be written; the flag gives another place.
    case notWritable(String, reason: String, flag: String)
    /// The rejects file is the file that is imported.
    case rejectsIsInput(String)
    /// More rows were rejected than allowed.
    case tooManyRejects(limit: String, first: String)
    /// The server refused more rows than allowed, when some batches were loaded already.
    case tooManyRefused(limit: String, first: String, run: String)
    /// The file was changed while it was read.
    case changedWhileRead(String)
    /// The file was changed while its rows were loaded.
    case changedWhileLoaded(String, run: String)
    /// The visit report does not exist.
    case unknownReference(kind: String, name: String)
    /// Standard input could not be kept in a file.
    case noSpool(folder: String, reason: String)
    /// The table does not exist.
    case noTable(String)
    /// The file has no column of that name to match rows by.
    case noKeyColumn(String, columns: [String])
    /// The file has none of the columns by which rows are matched, and `--key` names no other.
    case noMatchingColumn(keys: [String], columns: [String])
    /// A mapping names a column that the table does not have.
    case unknownMapping(String, column: String, known: [String])
    /// A mapping of that name does not exist.
    case noMapping(String, known: [String])
    /// Two pairs of a mapping contradict each other.
    case contradictoryMapping(ColumnMapping.Pair, ColumnMapping.Pair)
    /// A mapping of that name already exists.
    case mappingExists(String, object: String, pairs: Int)
    /// The mapping of that name is for other files.
    case mappingOfOther(String, object: String, asked: String)
    /// The outcome of some rows is not known.
    case unaccounted(Int, of: Int)
    /// Other sessions kept changing the same rows.
    case contended(String)
    /// The file is compressed or a workbook, and cannot be unpacked.
    case damaged(String, problem: String)
    /// The file is of a kind that is not supported.
    case unsupported(String, UnreadFormat)
    /// The workbook has no sheet of that name.
    case noSheet(String, in: String, sheets: [String])
    /// A sheet is named, and the file has none.
    case noWorkbook(String)

    package var report: ErrorReport {
        switch self {
        case .unreadable(let path, let reason, let isPermission):
            ErrorReport(
                code: "RSS-IMPORT-001", exit: isPermission ? .permission : .dataError, message: "cannot read \(path)",
                detail: reason, hint: "Check the path, owner and mode: ls -l '\(path)'")
        case .empty(let path):
            ErrorReport(
                code: "RSS-IMPORT-002", exit: .dataError, message: "\(path) is empty",
                hint: "Write the names of the columns into the first line, and a row into each further line.")
        case .noHeader(let first, let known, let sheet):
            ErrorReport(
                code: "RSS-IMPORT-003", exit: .dataError,
                message: sheet.map { "sheet '\($0.name)' has no line that names columns" }
                    ?? "no line names columns that can be imported",
                detail: "It begins with '\(RowProblem.shown(first))'. Known columns: \(known.joined(separator: ", ")).",
                hint: Self.headerHint(first, known, sheet))
        case .unknownColumns(let unknown, let known, let missing): Self.report(unknown, known, missing)
        case .missingColumns(let names, let ignored): Self.report(missing: names, ignored)
        case .sameColumn(let clashes, let unknown):
            ErrorReport(
                code: "RSS-IMPORT-006", exit: .dataError,
                message: clashes.map { "the columns '\($0.first)' and '\($0.second)' both mean \($0.column)" }
                    .joined(separator: "; "),
                detail: unknown.isEmpty ? nil : "Unknown columns: \(Self.words(unknown)).",
                hint: "Ignore one of each: --map \(Self.quoted("\(clashes.first?.second ?? "")="))")
        case .unusedMappings(let headers, let names):
            ErrorReport(
                code: "RSS-IMPORT-136", exit: .dataError,
                message:
                    "the file has no column \(headers.map { "'\(RowProblem.shown($0))'" }.joined(separator: ", ")), which --map names",
                detail: "Its columns: \(names.map(RowProblem.shown).joined(separator: ", ")).",
                hint: "Leave that --map out, or write the name as it is in the file.")
        case .noVisits(let path, let object):
            ErrorReport(
                code: "RSS-IMPORT-044", exit: .dataError,
                message: "no row of \(path) names its visit report; nothing was loaded",
                detail: "The column visit_report is empty in each row.",
                hint:
                    "Give one for all rows, the newest or another by its number: rssctl bulk import \(object) \((path.hasPrefix("-") ? "./" + path : path).shellWord) --visit latest"
            )
        case .unusedValueMapping(let text, let column, let columns):
            ErrorReport(
                code: "RSS-IMPORT-045", exit: .dataError,
                message:
                    "--map-value '\(RowProblem.shown(text))' is for the column \(column), which the file does not have\(Suggestion.words(Suggestion.nearest(column, columns.sorted())))",
                detail: "Its columns: \(columns.joined(separator: ", ")).",
                hint: "Name the column as rssctl does: --map-value 'status:aktiv=active'")
        case .unknownFilter(let flag, let value, let reason):
            ErrorReport(
                code: "RSS-IMPORT-138", exit: .dataError,
                message: "\(flag) '\(RowProblem.shown(value))' matches no row",
                detail: reason, hint: "Leave \(flag) out to export all rows.")
        case .uncertainEncoding(let path, let choices):
            ErrorReport(
                code: "RSS-IMPORT-137", exit: .dataError,
                message: "the encoding of \(path) cannot be detected for certain; nothing was loaded",
                detail: "Readings: \(Self.readings(choices)).",
                hint: "Give the one that reads right: --encoding \(choices.first?.encoding.name ?? "NAME")")
        case .unreadableHeader(let encoding):
            ErrorReport(
                code: "RSS-IMPORT-007", exit: .dataError, message: "the first line is not valid \(encoding)",
                hint: "Give the encoding of the file with --encoding.")
        case .notWritable(let path, let reason, let flag):
            ErrorReport(
                code: "RSS-IMPORT-008", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint: "Give another place with \(flag).")
        case .rejectsIsInput(let path):
            ErrorReport(
                code: "RSS-IMPORT-009", exit: .usage, message: "--rejects names the file that is imported: \(path)",
                hint: "Give another name with --rejects.")
        case .tooManyRejects(let limit, let first):
            ErrorReport(
                code: "RSS-IMPORT-010", exit: .dataError,
                message: "more than \(limit) \(limit == "1 row" ? "is" : "are") rejected; nothing was loaded",
                detail: "The first: \(first).",
                hint: "See all of them with --dry-run --rejects FILE and without --max-errors.")
        case .tooManyRefused(let limit, let first, let run):
            ErrorReport(
                code: "RSS-IMPORT-010", exit: .dataError,
                message: "more than \(limit) \(limit == "1 row" ? "is" : "are") rejected; the import was stopped",
                detail: "The first that the server refused: \(first).",
                hint: "What is loaded stays. Use --atomic, or undo it: rssctl bulk undo \(run)")
        case .changedWhileRead(let path):
            ErrorReport(
                code: "RSS-IMPORT-011", exit: .dataError,
                message: "\(path) was changed while it was read; nothing was loaded",
                hint: "Import it again when it is complete.")
        case .changedWhileLoaded(let path, let run):
            ErrorReport(
                code: "RSS-IMPORT-026", exit: .dataError,
                message: "\(path) was changed while it was loaded",
                detail: "Rows of it are in the table, as they were when they were read.",
                hint: "Import it again when it is complete, or undo what is loaded: rssctl bulk undo \(run)")
        case .unknownReference(let kind, let name):
            ErrorReport(
                code: "RSS-IMPORT-012", exit: .dataError, message: "\(kind) '\(name)' does not exist",
                hint: "List their numbers: rssctl report query")
        case .noSpool(let folder, let reason):
            ErrorReport(
                code: "RSS-IMPORT-013", exit: .cannotWrite, message: "cannot store a copy of the input in \(folder)",
                detail: reason, hint: "Set TMPDIR to a folder with more room, or import from a plain file.")
        case .noTable(let name):
            ErrorReport(
                code: "RSS-IMPORT-014", exit: .failed, message: "table \(name) does not exist",
                hint: "Create it: rssctl migrate")
        case .noKeyColumn(let name, let columns):
            ErrorReport(
                code: "RSS-IMPORT-015", exit: .dataError, message: "the file has no column \(name), which --key names",
                hint: "Give one of \(columns.joined(separator: ", ")).")
        case .noMatchingColumn(let keys, let columns):
            ErrorReport(
                code: "RSS-IMPORT-015", exit: .dataError,
                message: "the file has no column by which rows are matched: \(keys.joined(separator: ", "))",
                detail: columns.isEmpty ? nil : "Its columns: \(columns.joined(separator: ", ")).",
                hint: "Add one of them to the file, or name another one with --key.")
        case .unknownMapping(let header, let column, let known):
            ErrorReport(
                code: "RSS-IMPORT-024", exit: .dataError,
                message:
                    "'\(header)' is mapped to \(column), which is not a column\(Suggestion.words(Suggestion.nearest(column, known.sorted())))",
                detail: "Known columns: \(known.joined(separator: ", ")).",
                hint: "Write the name of one of them after the =, or nothing to skip the field.")
        case .noMapping(let name, let known):
            ErrorReport(
                code: "RSS-IMPORT-025", exit: .dataError, message: "mapping '\(name)' does not exist",
                detail: known.isEmpty ? nil : "Existing mappings: \(known.joined(separator: ", ")).",
                hint: "Save it: rssctl bulk mapping save \(name) hardware 'Name in the file=device_name'")
        case .contradictoryMapping(let one, let other):
            ErrorReport(
                code: "RSS-IMPORT-041", exit: .dataError,
                message:
                    "'\(one.header)=\(one.column)' and '\(other.header)=\(other.column)' contradict each other",
                detail: "A header maps to one column, and a column to one header.", hint: "Leave one of them out.")
        case .mappingExists(let name, let object, let pairs):
            ErrorReport(
                code: "RSS-IMPORT-042", exit: .dataError,
                message: "mapping '\(name)' already exists, for \(object), with \(pairs) pairs",
                detail: "Every host uses it.",
                hint: "Save under another name, or add --replace. See the mapping: rssctl bulk mapping list")
        case .mappingOfOther(let name, let object, let asked):
            ErrorReport(
                code: "RSS-IMPORT-043", exit: .dataError,
                message: "the mapping '\(name)' is for \(object), not \(asked)",
                hint: "List those for \(asked): rssctl bulk mapping list")
        case .unaccounted(let count, let all):
            ErrorReport(
                code: "RSS-IMPORT-017", exit: .internalError,
                message: "of \(all) good rows, \(count) are accounted for",
                hint:
                    "Run the command again: every row is compared with the table then. If that does not help, report it as a defect."
            )
        case .contended(let reason):
            ErrorReport(
                code: "RSS-IMPORT-016", exit: .tryAgain, message: "other sessions keep changing the same rows",
                detail: reason, hint: "Run the command again: what is loaded already stays, and the rest follows.")
        case .damaged(let path, let problem):
            ErrorReport(
                code: "RSS-IMPORT-020", exit: .dataError, message: "\(path) cannot be unpacked", detail: problem,
                hint: "Fetch or save the file again, or import it as CSV.")
        case .unsupported(let path, let format):
            ErrorReport(
                code: "RSS-IMPORT-021", exit: .dataError, message: "\(path) is \(format.words), which is not supported",
                hint: format.hint)
        case .noSheet(let name, let path, let sheets):
            ErrorReport(
                code: "RSS-IMPORT-022", exit: .dataError, message: "\(path) has no sheet '\(name)'",
                detail: "Its sheets: \(sheets.joined(separator: ", ")).", hint: "Give one of them with --sheet.")
        case .noWorkbook(let path):
            ErrorReport(
                code: "RSS-IMPORT-023", exit: .usage, message: "--sheet is given, and \(path) is not an .xlsx workbook",
                hint: "Leave --sheet out.")
        }
    }

    private static func report(_ unknown: [UnknownColumn], _ known: [String], _ missing: [String]) -> ErrorReport {
        // An export --with-id is made to be changed and given back.
        let hasID = unknown.contains { $0.name.lowercased() == "id" }
        let byID =
            "A file with the ids of rows is for rssctl bulk update, or rssctl bulk validate --for update; to add its rows as new ones: --map id="
        let meant = unknown.filter { $0.suggestion != nil }
        let hint =
            if hasID {
                byID
            } else if !meant.isEmpty {
                "Give \(maps(meant.map { ($0.name, $0.suggestion ?? "") })) if that is meant, else \(maps(meant.map { ($0.name, "") }))"
            } else {
                "Give \(unknown.count == 1 ? "its meaning" : "their meanings"), as in \(maps(guesses(unknown.map(\.name), missing))), or ignore such columns with --ignore-unknown."
            }
        return ErrorReport(
            code: "RSS-IMPORT-004", exit: .dataError,
            message: "unknown column\(unknown.count == 1 ? "" : "s") \(words(unknown))",
            detail: (missing.isEmpty ? "" : "Missing: \(missing.joined(separator: ", ")). ")
                + "Known columns: \(known.joined(separator: ", ")).",
            hint: hint)
    }

    private static func report(missing: [String], _ ignored: [String]) -> ErrorReport {
        let add =
            missing == ["visit_report"]
            ? "add the column, or give --visit NUMBER for all rows."
            : "add what is missing."
        return ErrorReport(
            code: "RSS-IMPORT-005", exit: .dataError,
            message: "the file lacks the column\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", "))",
            detail: ignored.isEmpty
                ? nil : "Ignored columns: \(ignored.map { "'\(RowProblem.shown($0))'" }.joined(separator: ", ")).",
            hint: ignored.isEmpty
                ? "Rename a column that has another name in the file with --map 'NAME=\(missing[0])', or \(add)"
                : "Give the column of the file that is meant, as in \(maps(guesses(ignored, missing))), or \(add)")
    }

    /// What unknown columns may mean, for a reader to correct: the first of them the first that is missing, and so on.
    private static func guesses(_ unknown: [String], _ missing: [String]) -> [(name: String, column: String)] {
        if missing.isEmpty { return unknown.prefix(1).map { ($0, "COLUMN") } }
        return zip(unknown, missing).map { ($0, $1) }
    }

    private static func maps(_ pairs: [(name: String, column: String)]) -> String {
        pairs.map { "--map \(quoted("\($0.name)=\($0.column)"))" }.joined(separator: " ")
    }

    private static func words(_ unknown: [UnknownColumn]) -> String {
        unknown.map { "'\(RowProblem.shown($0.name))'\(Suggestion.words($0.suggestion))" }.joined(separator: ", ")
    }

    /// `WINDOWS-1252: 'Müller'; IBM850: 'M³ller'`
    private static func readings(_ choices: [EncodingChoice]) -> String {
        choices.map { choice in
            let fields = choice.fields.map { "'\(RowProblem.shown($0))'" }
            return "\(choice.encoding.name): \(fields.joined(separator: ", "))"
        }.joined(separator: "; ")
    }

    private static func headerHint(_ first: String, _ known: [String], _ sheet: SheetChoice?) -> String {
        if let sheet, let other = sheet.others.first { return "Read another sheet: --sheet \(quoted(other))" }
        // The one that rows are matched by, where they must be; else the one that a person would begin with.
        let column = ["id", "device_name", "item_description"].first(where: known.contains) ?? "COLUMN"
        return
            "Give the meaning of its names, as --map \(quoted("\(RowProblem.shown(first))=\(column)")), or the names with --header if it has none; or the separator with --delimiter."
    }

    private static func quoted(_ text: String) -> String { text.shellWord }
}
