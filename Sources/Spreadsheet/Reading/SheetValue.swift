/// A cell of a sheet that is read.
package enum SheetValue: Sendable, Equatable {
    /// A value, as a CSV file would have it.
    case text(String)
    /// A formula that failed, with what the sheet shows, such as `#N/A`.
    case error(String)
    /// A formula whose result the program that wrote the workbook has left to the one that opens it.
    case notCalculated
    /// A cell that is merged with the one to its left, which alone holds the value.
    case merged
}
