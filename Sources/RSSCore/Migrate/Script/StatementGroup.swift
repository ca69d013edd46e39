/// Statements of a file that are run together.
public enum StatementGroup: Sendable, Equatable {
    /// One transaction.
    case transaction([MigrationStatement])
    /// One statement by itself, outside any transaction.
    case alone(MigrationStatement)

    /// The statements.
    public var statements: [MigrationStatement] {
        switch self {
        case .transaction(let statements): statements
        case .alone(let statement): [statement]
        }
    }

    /// Divides a file: neighbours that may share a transaction do, the others stand alone.
    static func divide(_ statements: [MigrationStatement]) -> [StatementGroup] {
        var groups: [StatementGroup] = []
        var open: [MigrationStatement] = []
        func close() {
            if !open.isEmpty { groups.append(.transaction(open)) }
            open = []
        }
        for statement in statements {
            guard statement.action.isTransactional else {
                close()
                groups.append(.alone(statement))
                continue
            }
            if statement.action == .ownTransaction { close() }
            open.append(statement)
            if statement.action != .transactional { close() }
        }
        close()
        return groups
    }
}
