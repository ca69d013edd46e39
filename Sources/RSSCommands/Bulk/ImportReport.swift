import RSSCore
import RSSModel

/// The result of `bulk import`.
public struct ImportReport: CommandResult {
    let object: String
    let file: String
    let delimiter: String
    let encoding: String
    let visitReport: String?
    let key: String?
    let run: String?
    let isDryRun: Bool
    let read: Int
    let inserted: Int
    let updated: Int
    let unchanged: Int
    let rejected: Int
    let rejects: [RejectTally.Kind]
    let rejectsFile: String?
    private let again: String?
    private let statements: [String]

    private enum CodingKeys: CodingKey {
        case object, file, delimiter, encoding, visitReport, key, run, isDryRun, read, inserted, updated, unchanged,
            rejected,
            rejects, rejectsFile
    }

    init(_ outcome: BulkImporter.Outcome, of file: ImportFile) {
        object = file.table.object
        self.file = file.name
        delimiter = file.delimiterName
        encoding = file.encodingName
        visitReport = outcome.visit
        key = outcome.key
        run = outcome.run
        isDryRun = file.options.isDryRun
        read = outcome.read
        inserted = outcome.inserted
        updated = outcome.updated
        unchanged = outcome.unchanged
        rejected = outcome.rejects.rows
        rejects = outcome.rejects.kinds
        rejectsFile = outcome.rejectsPath
        statements = isDryRun ? outcome.statements : []
        again = outcome.rejectsPath.map { path in
            // The number, not the word: `latest` may be another report by then.
            "rssctl bulk import \(file.table.object) \(Self.quoted(path))"
                + (outcome.visit.map { " --visit \(Self.quoted($0))" } ?? "")
        }
    }

    public var exitStatus: ExitStatus { rejected > 0 ? .findings : .done }

    public var counts: [String: Int64] {
        let all = [
            "read": read, "inserted": inserted, "updated": updated, "unchanged": unchanged, "rejected": rejected,
        ]
        return all.mapValues(Int64.init)
    }

    public var tables: [Table] {
        let summary = Table(
            columns: ["read", "inserted", "updated", "unchanged", "rejected"].map { .number($0) },
            rows: [[read, inserted, updated, unchanged, rejected].map { .count($0) }], notes: notes)
        var tables = [summary]
        if !rejects.isEmpty { tables.append(Table(rejects: rejects)) }
        if !statements.isEmpty { tables.append(Table(sql: statements)) }
        return tables
    }

    private var notes: [String] {
        var notes: [String] = []
        if isDryRun { notes.append("Dry run: nothing was changed.") }
        if inserted + updated > 0, let run { notes.append("To take it back: rssctl bulk undo \(run.suffix(12))") }
        if let rejectsFile { notes.append("Rejected rows, with the reasons: \(rejectsFile)") }
        if let again { notes.append("When they are mended: \(again)") }
        return notes
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
