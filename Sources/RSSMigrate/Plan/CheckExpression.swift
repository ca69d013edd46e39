import RSSCore
import SQLScript

/// What is read from the expression of a CHECK.
enum CheckExpression {
    /// The columns in an expression, each once, in order.
    static func columns(of expression: ParseNode?) -> [String] {
        var found: [String] = []
        expression?.walk { type, node in
            guard type == "ColumnRef", let name = node.names("fields").last, !found.contains(name) else { return }
            found.append(name)
        }
        return found
    }

    /// The column of `column IS NOT NULL`; nil for any other expression.
    static func notNullColumn(_ expression: ParseNode?) -> String? {
        guard let test = expression?.as("NullTest"), test.string("nulltesttype") == "IS_NOT_NULL",
            let column = test["arg"]?.as("ColumnRef")
        else { return nil }
        return column.names("fields").last
    }
}

extension CatalogSnapshot {
    /// Whether a validated CHECK says that a column is not null, so that SET NOT NULL need not read the rows;
    /// "PostgreSQL 15 docs, ALTER TABLE".
    func isKnownNotNull(_ column: String, of table: RelationName) -> Bool {
        guard let relation = relation(table) else { return false }
        if relation.column(column)?.isNotNull == true { return true }
        let quoted = RelationName(name: column).quoted
        return relation.constraints.contains {
            $0.kind == .check && $0.isValidated
                && ($0.definition == "CHECK ((\(quoted) IS NOT NULL))"
                    || $0.definition == "CHECK ((\(column) IS NOT NULL))")
        }
    }
}
