/// Why a workbook could not be written. The first value of each case is the file.
package enum SpreadsheetError: Error, Equatable {
    /// The file cannot be written.
    case unwritable(String, reason: String)
    /// A sheet has no more rows.
    case tooManyRows(String, limit: Int)
    /// A cell has no room for a text.
    case textTooLong(String, cell: String, limit: Int)
}
