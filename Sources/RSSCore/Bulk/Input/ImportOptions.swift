import CSV
import Foundation

/// What is done with the rows of a file.
public enum BulkOperation: String, Sendable {
    /// New ones are inserted, others updated.
    case `import`
    /// Those that the table has are updated, in the columns of the file.
    case update
    /// Those that the table has are deleted.
    case delete
}

/// What to import, and how.
public struct ImportOptions: Sendable, Equatable {
    /// The file; `-` for standard input.
    public var path: String
    /// What is done with its rows.
    public var operation = BulkOperation.import
    /// Number or id of the visit report for rows that name none, or `latest` for the newest.
    public var visit: String?
    /// Rows need not name their visit report: it is not imported, or given later.
    public var isWithoutVisit = false
    /// The sheet of a workbook; its first visible one unless given.
    public var sheet: String?
    /// What separates fields; found out unless given.
    public var delimiter: UInt8?
    /// What fields are quoted by; found out unless given.
    public var quote: QuoteChoice?
    /// Whether a backslash escapes what follows it, also where that was not found out.
    public var escapesWithBackslash = false
    /// The line that names the columns; found out unless given.
    public var headerLine: Int?
    /// The columns in the order of the fields, for a file that does not name them; `-` for one that is passed over.
    public var columns: [String]?
    /// A row with too few fields is taken, as if the others were empty.
    public var padsShortRows = false
    /// The encoding; detected unless given.
    public var encoding: TextEncoding?
    /// What names in the header mean that are not understood by themselves.
    public var mapping = ColumnMapping()
    /// Ignore columns that the table does not have, and that mean none of its own.
    public var ignoresUnknown = false
    /// Texts that are no identifiers, beside those that ship.
    public var placeholders: [String] = []
    /// Whether a row that is there may go to a visit report of another organization.
    public var allowsMove = false
    /// The column, by its name in files, by which a row is known again; otherwise the first of the table's keys that the
    /// file has.
    public var key: String?
    /// What becomes of a row that the table has already.
    public var onConflict = OnConflict.update
    /// Which of several rows of the file with one key is taken.
    public var duplicates = DuplicateChoice.first
    /// Never overwrite a value with none.
    public var fillsOnly = false
    /// Load nothing when more rows than this are rejected.
    public var maxErrors: ErrorLimit?
    /// Load all rows in one transaction, and not batch by batch.
    public var isAtomic = false
    /// For so many days an import can be taken back.
    public var undoDays = 30
    /// Where rejected rows go; nil for ``defaultRejectsPath``.
    public var rejectsPath: String?
    /// Do everything, and undo it.
    public var isDryRun = false

    /// Makes options with their defaults.
    public init(path: String) { self.path = path }

    /// Whether standard input is imported.
    public var isStandardInput: Bool { path == "-" }

    /// `<file>.rejects.csv` beside the file; `stdin.rejects.csv` in the current folder for standard input.
    public var defaultRejectsPath: String { isStandardInput ? "stdin.rejects.csv" : "\(path).rejects.csv" }

    /// Where rejected rows go. A dry run leaves no file unless one was asked for.
    public var effectiveRejectsPath: String? { rejectsPath ?? (isDryRun ? nil : defaultRejectsPath) }
}

/// What becomes of a row that the table has already, and that differs.
public enum OnConflict: String, Sendable, CaseIterable {
    /// It is changed.
    case update
    /// It is left as it is.
    case skip
    /// The row of the file is rejected.
    case error
}

/// What fields are quoted by.
public enum QuoteChoice: String, Sendable, CaseIterable {
    case double, single, none

    var byte: UInt8? {
        switch self {
        case .double: UInt8(ascii: "\"")
        case .single: UInt8(ascii: "'")
        case .none: nil
        }
    }
}

/// Which of several rows of a file with one key is taken.
public enum DuplicateChoice: String, Sendable, CaseIterable {
    case first, last
}

/// How many rows may be rejected.
public enum ErrorLimit: Sendable, Equatable {
    case rows(Int)
    /// Of the rows of the file, in percent.
    case percent(Double)

    /// Whether so many are too many.
    func isExceeded(_ rejected: Int, of read: Int) -> Bool {
        switch self {
        case .rows(let limit): rejected > limit
        case .percent(let limit): Double(rejected) * 100 > Double(read) * limit
        }
    }

    /// As it is written.
    public var text: String {
        switch self {
        case .rows(let limit): "\(limit) row\(limit == 1 ? "" : "s")"
        case .percent(let limit):
            "\(limit.formatted(.number.grouping(.never).locale(Locale(identifier: "en_US_POSIX"))))% of the rows"
        }
    }
}
