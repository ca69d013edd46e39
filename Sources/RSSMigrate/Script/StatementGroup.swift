/// Statements of a file that are run together.
package enum StatementGroup: Sendable, Equatable {
    /// One transaction.
    case transaction(ArraySlice<MigrationStatement>)
    /// One statement by itself, outside any transaction.
    case alone(MigrationStatement)

    /// The statements.
    package var statements: ArraySlice<MigrationStatement> {
        switch self {
        case .transaction(let statements): statements
        case .alone(let statement): [statement]
        }
    }

    /// Divides a file: neighbours that may share a transaction do, the others are run alone.
    static func divide(_ statements: [MigrationStatement]) -> [StatementGroup] {
        var groups: [StatementGroup] = []
        var first = statements.startIndex
        func close(before end: Int) {
            if first < end { groups.append(.transaction(statements[first..<end])) }
            first = end
        }
        for (index, statement) in statements.enumerated() {
            guard statement.action.isTransactional else {
                close(before: index)
                groups.append(.alone(statement))
                first = index + 1
                continue
            }
            if statement.action == .ownTransaction { close(before: index) }
            if statement.action != .transactional { close(before: index + 1) }
        }
        close(before: statements.endIndex)
        return groups
    }
}
