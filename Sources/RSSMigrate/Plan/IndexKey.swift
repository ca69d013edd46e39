import SQLScript

/// The key of an index that is to be made.
enum IndexKey {
    /// Its columns; an expression appears as `(…)`.
    static func columns(of statement: ParseNode) -> [String] {
        statement.list("indexParams").compactMap { $0.as("IndexElem") }.map { $0.string("name") ?? "(…)" }
    }
}
