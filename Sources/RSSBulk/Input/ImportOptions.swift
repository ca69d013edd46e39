import CSV
import Foundation

/// What is done with the rows of a file.
package enum BulkOperation: String, Sendable, CaseIterable {
    /// New ones are inserted, others updated.
    case `import`
    /// Those that the table has are updated, in the columns of the file.
    case update
    /// Those that the table has are deleted.
    case delete
}

/// What to import, and how.
package struct ImportOptions: Sendable, Equatable {
    /// The file; `-` for standard input.
    package var path: String
    /// What is done with its rows.
    package var operation = BulkOperation.import
    /// Number or id of the visit report for rows that name none, or `latest` for the newest.
    package var visit: String?
    /// Rows need not name their visit report: it is not imported, or given later.
    package var isWithoutVisit = false
    /// The sheet of a workbook; its first visible one unless given.
    package var sheet: String?
    /// What separates fields; detected unless given.
    package var delimiter: UInt8?
    /// What fields are quoted by; detected unless given.
    package var quote: QuoteChoice?
    /// Whether a backslash escapes what follows it, also where that was not detected.
    package var escapesWithBackslash = false
    /// The line that names the columns; detected unless given.
    package var headerLine: Int?
    /// The columns in the order of the fields, for a file that does not name them; `-` for one that is ignored.
    package var columns: [String]?
    /// A row with too few fields is accepted, as if the others were empty.
    package var padsShortRows = false
    /// The encoding; detected unless given.
    package var encoding: TextEncoding?
    /// What names in the header mean that are not understood by themselves.
    package var mapping = ColumnMapping()
    /// What values mean that are not understood by themselves.
    package var values = ValueMapping()
    /// Ignore columns that the table does not have, and that mean none of its own.
    package var ignoresUnknown = false
    /// Texts that are not identifiers, beside the built-in ones.
    package var placeholders: [String] = []
    /// Whether an existing row may be moved to a visit report of another organization.
    package var allowsMove = false
    /// The column, by its name in files, by which a row is matched; otherwise the first of the table's keys that the
    /// file has.
    package var key: String?
    /// Action for a row that the table has already.
    package var onConflict = OnConflict.update
    /// Which of several rows of the file with one key is taken.
    package var duplicates = DuplicateChoice.first
    /// Never overwrite a value with none.
    package var fillsOnly = false
    /// Load nothing when more rows than this are rejected.
    package var maxErrors: ErrorLimit?
    /// Load all rows in one transaction, and not batch by batch.
    package var isAtomic = false
    /// The number of days for which an import can be undone.
    package var undoDays = 30
    /// Where rejected rows go; nil for ``defaultRejectsPath(isWorkbook:)``.
    package var rejectsPath: String?
    /// Do everything, and undo it.
    package var isDryRun = false

    /// Makes options with their defaults.
    package init(path: String) { self.path = path }

    /// Whether standard input is imported.
    package var isStandardInput: Bool { path == "-" }

    /// `<file>.rejects.csv` beside the file, `.xlsx` for a workbook; `stdin.rejects.csv` in the current folder for standard input.
    package func defaultRejectsPath(isWorkbook: Bool) -> String {
        "\(isStandardInput ? "stdin" : path).rejects.\(isWorkbook ? "xlsx" : "csv")"
    }
}

/// Action for a row that the table has already, and that differs.
package enum OnConflict: String, Sendable, CaseIterable {
    /// It is changed.
    case update
    /// It is left as it is.
    case skip
    /// The row of the file is rejected.
    case error
}

/// What fields are quoted by.
package enum QuoteChoice: String, Sendable, CaseIterable {
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
package enum DuplicateChoice: String, Sendable, CaseIterable {
    case first, last
}

/// How many rows may be rejected.
package enum ErrorLimit: Sendable, Equatable {
    case rows(Int)
    /// Of the rows of the file, in percent.
    case percent(Double)

    /// Whether that many exceed the limit.
    func isExceeded(_ rejected: Int, of read: Int) -> Bool {
        switch self {
        case .rows(let limit): rejected > limit
        case .percent(let limit): Double(rejected) * 100 > Double(read) * limit
        }
    }

    /// As it is written.
    package var text: String {
        switch self {
        case .rows(let limit): "\(limit) row\(limit == 1 ? "" : "s")"
        case .percent(let limit):
            "\(limit.formatted(.number.grouping(.never).locale(Locale(identifier: "en_US_POSIX"))))% of the rows"
        }
    }
}
