/// A node of PostgreSQL's raw parse tree, under PostgreSQL's own names (`AlterTableStmt`, `AT_AddColumn`, `relname`).
///
/// A field that is not set is not there: PostgreSQL leaves out zeros, empty lists and `false`.
package indirect enum ParseNode: Sendable, Equatable {
    case object([String: ParseNode])
    case array([ParseNode])
    case text(String)
    case integer(Int)
    case boolean(Bool)
    /// A null, and what lies so deep that it was not read.
    case null

    /// A field of an object; nil where there is none.
    package subscript(_ name: String) -> ParseNode? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    /// The items of an array; none for anything else.
    package var items: [ParseNode] { if case .array(let items) = self { items } else { [] } }
    /// The value of a text.
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The value of a number.
    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    /// Whether this is the value `true`.
    package var isTrue: Bool { self == .boolean(true) }

    /// The name and the fields of a node that is wrapped in its type: `{"IndexStmt": {…}}`.
    package var tagged: (name: String, node: ParseNode)? {
        guard case .object(let fields) = self, fields.count == 1, let field = fields.first else { return nil }
        return (field.key, field.value)
    }

    /// The node under its type's name, where this is one of that type.
    package func `as`(_ type: String) -> ParseNode? { self[type] }

    /// Whether a flag is set.
    package func flag(_ name: String) -> Bool { self[name]?.isTrue ?? false }

    /// A text field.
    package func string(_ name: String) -> String? { self[name]?.text }

    /// The items of a list field.
    package func list(_ name: String) -> [ParseNode] { self[name]?.items ?? [] }

    /// The texts of a list of `String` nodes: a qualified name.
    package func names(_ name: String) -> [String] { list(name).compactMap { $0["String"]?.string("sval") } }

    /// Calls a closure with each node that is wrapped in its type, this one and all below, outermost first.
    package func walk(_ visit: (String, ParseNode) throws -> Void) rethrows {
        switch self {
        case .object(let fields):
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                if case .object = value, name.first?.isUppercase == true { try visit(name, value) }
                try value.walk(visit)
            }
        case .array(let items): for item in items { try item.walk(visit) }
        default: break
        }
    }
}
