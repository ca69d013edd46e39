import RSSCore

/// What a statement does besides changing the catalog: the part that takes time.
package enum StatementWork: Sendable, Hashable {
    /// Each row is rewritten, and each index of the table rebuilt.
    case rewrite(RelationName)
    /// Each row is read.
    case scan(RelationName)
    /// An index is built over the table.
    case build(RelationName)
    /// Rows are changed, or written, by the statement itself.
    case change(RelationName)
    /// It waits for every transaction that is older.
    case waits
    /// What it does is written in a function or a block, and not seen.
    case unseen

    /// The table concerned.
    package var relation: RelationName? {
        switch self {
        case .rewrite(let name), .scan(let name), .build(let name), .change(let name): name
        case .waits, .unseen: nil
        }
    }
}
