/// How long a statement takes once it has its locks.
package enum DurationClass: String, Sendable, Codable, CaseIterable {
    /// The catalog alone changes: milliseconds, whatever the table's size.
    case instant
    /// Work over few rows: less than a second.
    case short
    /// Work over each row of a table that is large, or of unknown size.
    case proportional
    /// It waits for other transactions, without bound.
    case unbounded
    /// What it does cannot be seen from the statement.
    case unknown

    /// At most this many rows count as few: read, checked or written in well below a second.
    package static let fewRows: Int64 = 10_000
}
