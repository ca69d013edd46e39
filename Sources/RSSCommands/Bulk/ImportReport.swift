import RSSBulk
import RSSCore
import RSSModel

/// The result of `bulk import`, `bulk update` and `bulk delete`.
package struct ImportReport: CommandResult {
    let operation: String
    let object: String
    let file: String
    let delimiter: String
    let encoding: String
    let sheet: String?
    let visitReport: String?
    let organization: String?
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
    let ignoredColumns: [String]
    let unusedMappings: [String]
    let placeholders: [PlaceholderTally.Entry]
    let caseVariants: [CaseVariants.Pair]
    let moves: [RejectTally.Move]
    private let placeholderNotes: [String]
    private let caseNotes: [String]
    private let names: [String: [String]]
    private let sheetNote: String?
    private let again: String?
    private let statements: [String]

    private enum CodingKeys: CodingKey {
        case operation, object, file, delimiter, encoding, sheet, visitReport, organization, key, run, isDryRun, read,
            inserted, updated, deleted, unchanged, rejected, rejects, rejectsFile, ignoredColumns, unusedMappings,
            placeholders, caseVariants, moves
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
        organization = outcome.organization
        ignoredColumns = file.ignoredColumns
        unusedMappings = file.unusedMappings
        placeholders = outcome.placeholders.entries
        placeholderNotes = outcome.placeholders.notes
        caseVariants = outcome.caseVariants.pairs
        caseNotes = outcome.caseVariants.notes(outcome.key ?? "")
        names = outcome.names
        moves = outcome.rejects.moves
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
            // Rows that name no visit report fail again without one for all.
            let lacksVisit = outcome.rejects.kinds.contains { kind in
                kind.code == .missingValue && kind.column == "visit_report"
            }
            let visit = outcome.visit ?? (lacksVisit && operation == "import" ? "latest" : nil)
            let words = ["rssctl", "bulk", operation, object, file] + Self.flags(options, visit: visit)
            return words.map(\.shellWord).joined(separator: " ")
        }
    }

    package var exitStatus: ExitStatus { rejected > 0 ? .findings : .done }

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

    package var counts: [String: Int64] {
        Dictionary(figures.map { ($0.name, Int64($0.value)) }) { first, _ in first }
    }

    package var tables: [Table] {
        let summary = Table(
            columns: figures.map { .number($0.name) }, rows: [figures.map { .count($0.value) }], notes: notes)
        var tables = [summary]
        if !rejects.isEmpty { tables.append(Table(rejects: rejects)) }
        if isDryRun, !moves.isEmpty {
            tables.append(
                Table(
                    title: "Would change their organization",
                    columns: [.number("line"), Column("reason", isFlexible: true)],
                    rows: moves.map { [.count($0.line), .text($0.reason)] }))
        }
        if !statements.isEmpty { tables.append(Table(sql: statements)) }
        return tables
    }

    private var notes: [String] {
        var notes: [String] = []
        if isDryRun { notes.append("Dry run: nothing was changed.") }
        if let sheetNote { notes.append(sheetNote) }
        if let visitReport {
            notes.append("Visit report: \(visitReport)\(organization.map { " of \($0)" } ?? "")")
        }
        if let note = Self.note(ignored: ignoredColumns) { notes.append(note) }
        if !unusedMappings.isEmpty {
            notes.append("Saved mappings of columns that the file lacks: \(Self.list(unusedMappings))")
        }
        notes += placeholderNotes + caseNotes
        for (column, names) in names.sorted(by: { $0.key < $1.key }) {
            notes.append("Known names for \(column): \(names.joined(separator: ", "))")
        }
        if let example = rejects.first(where: { [.unknownWord, .unknownName].contains($0.code) }),
            let column = example.column, let value = example.value
        {
            notes.append("To read a value as another: --map-value \("\(column):\(value)=VALUE".shellWord)")
        }
        if inserted + updated + deleted > 0, let run {
            notes.append("To undo it: rssctl bulk undo \(run.suffix(12))")
        }
        if let rejectsFile { notes.append("Rejected rows, with the reasons: \(rejectsFile)") }
        if let again { notes.append("When they are fixed: \(again)") }
        return notes
    }

    /// Which columns of a file were not read; nil where all of them were.
    static func note(ignored columns: [String]) -> String? {
        columns.isEmpty ? nil : "Ignored columns: \(list(columns))"
    }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    /// What fixed rows are to be imported with, so that they are treated in the same way.
    private static func flags(_ options: ImportOptions, visit: String?) -> [String] {
        var flags: [String] = []
        func add(_ flag: String, _ value: String?) { if let value { flags += [flag, value] } }
        add("--visit", visit)
        add("--delimiter", options.delimiter.map { $0 == 9 ? "tab" : String(UnicodeScalar($0)) })
        add("--quote", options.quote?.rawValue)
        for pair in options.mapping.pairs { add("--map", "\(pair.header)=\(pair.column)") }
        for entry in options.values.entries { add("--map-value", entry.text) }
        add("--key", options.key)
        if options.onConflict != .update { add("--on-conflict", options.onConflict.rawValue) }
        if options.duplicates != .first { add("--duplicates", options.duplicates.rawValue) }
        for (flag, isSet) in [
            ("--fill-only", options.fillsOnly), ("--pad", options.padsShortRows),
            ("--backslash", options.escapesWithBackslash), ("--ignore-unknown", options.ignoresUnknown),
            ("--allow-move", options.allowsMove),
        ] where isSet { flags.append(flag) }
        return flags
    }
}
