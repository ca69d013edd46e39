import RSSCore
import RSSModel

/// The result of `bulk import`, `bulk update` and `bulk delete`.
public struct ImportReport: CommandResult {
    let operation: String
    let object: String
    let file: String
    let delimiter: String
    let encoding: String
    let sheet: String?
    let visitReport: String?
    let key: String?
    let run: String?
    let isDryRun: Bool
    let read: Int
    let inserted: Int
    let updated: Int
    let deleted: Int
    let unchanged: Int
    let rejected: Int
    let rejects: [RejectTally.Kind]
    let rejectsFile: String?
    private let sheetNote: String?
    private let again: String?
    private let statements: [String]

    private enum CodingKeys: CodingKey {
        case operation, object, file, delimiter, encoding, sheet, visitReport, key, run, isDryRun, read, inserted,
            updated,
            deleted,
            unchanged, rejected, rejects, rejectsFile
    }

    init(_ outcome: BulkImporter.Outcome, of file: ImportFile) {
        operation = file.options.operation.rawValue
        object = file.table.object
        self.file = file.name
        delimiter = file.delimiterName
        encoding = file.encodingName
        sheet = file.sheet?.name
        sheetNote = file.sheet?.note
        visitReport = outcome.visit
        key = outcome.key
        run = outcome.run
        isDryRun = file.options.isDryRun
        read = outcome.read
        inserted = outcome.inserted
        updated = outcome.updated
        deleted = outcome.deleted
        unchanged = outcome.unchanged
        rejected = outcome.rejects.rows
        rejects = outcome.rejects.kinds
        rejectsFile = outcome.rejectsPath
        statements = isDryRun ? outcome.statements : []
        let (operation, object, options) = (operation, object, file.options)
        again = outcome.rejectsPath.map { path in
            // The number, not the word: `latest` may be another report by then.
            let file = (path.hasPrefix("-") ? "./" : "") + path
            let words =
                ["rssctl", "bulk", operation, object, file] + Self.flags(options, visit: outcome.visit)
            return words.map(Self.quoted).joined(separator: " ")
        }
    }

    public var exitStatus: ExitStatus { rejected > 0 ? .findings : .done }

    /// What there is to count, in the order of the table.
    var figures: [(name: String, value: Int)] {
        let done: [(String, Int)] =
            switch operation {
            case "update": [("updated", updated)]
            case "delete": [("deleted", deleted)]
            default: [("inserted", inserted), ("updated", updated)]
            }
        let left = operation == "delete" ? [] : [("unchanged", unchanged)]
        return [("read", read)] + done + left + [("rejected", rejected)]
    }

    public var counts: [String: Int64] {
        Dictionary(figures.map { ($0.name, Int64($0.value)) }) { first, _ in first }
    }

    public var tables: [Table] {
        let summary = Table(
            columns: figures.map { .number($0.name) }, rows: [figures.map { .count($0.value) }], notes: notes)
        var tables = [summary]
        if !rejects.isEmpty { tables.append(Table(rejects: rejects)) }
        if !statements.isEmpty { tables.append(Table(sql: statements)) }
        return tables
    }

    private var notes: [String] {
        var notes: [String] = []
        if isDryRun { notes.append("Dry run: nothing was changed.") }
        if let sheetNote { notes.append(sheetNote) }
        if inserted + updated + deleted > 0, let run {
            notes.append("To take it back: rssctl bulk undo \(run.suffix(12))")
        }
        if let rejectsFile { notes.append("Rejected rows, with the reasons: \(rejectsFile)") }
        if let again { notes.append("When they are mended: \(again)") }
        return notes
    }

    /// What mended rows are to be imported with, so that the same becomes of them.
    private static func flags(_ options: ImportOptions, visit: String?) -> [String] {
        var flags: [String] = []
        func add(_ flag: String, _ value: String?) { if let value { flags += [flag, value] } }
        add("--visit", visit)
        add("--delimiter", options.delimiter.map { $0 == 9 ? "tab" : String(UnicodeScalar($0)) })
        add("--quote", options.quote?.rawValue)
        for pair in options.mapping.pairs { add("--map", "\(pair.header)=\(pair.column)") }
        add("--key", options.key)
        if options.onConflict != .update { add("--on-conflict", options.onConflict.rawValue) }
        if options.duplicates != .first { add("--duplicates", options.duplicates.rawValue) }
        for (flag, isSet) in [
            ("--fill-only", options.fillsOnly), ("--pad", options.padsShortRows),
            ("--backslash", options.escapesWithBackslash), ("--ignore-unknown", options.ignoresUnknown),
        ] where isSet { flags.append(flag) }
        return flags
    }

    /// A word as the shell takes it.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "-_./:@%+".utf8.contains(byte)
            }
        return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}
