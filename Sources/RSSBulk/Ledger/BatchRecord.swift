import Foundation

/// What is recorded of a batch that was written: a row of `rssctl.bulk_batch`.
struct BatchRecord: Sendable {
    let number: Int32
    /// Its first and last record in the file.
    let records: ClosedRange<Int>
    /// Its first and last id; all between them are its own.
    let ids: (first: UUID, last: UUID)
    let counts: LoadCounts
    /// Records that the server refused, with the reason.
    let refused: [Int: RowProblem]
}
