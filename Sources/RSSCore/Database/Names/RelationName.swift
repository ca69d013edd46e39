import PostgresClient
import SQLScript

/// The name of a table, index or view as a statement writes it.
package struct RelationName: Sendable, Hashable, Codable {
    /// The schema; nil where `search_path` decides.
    package let schema: String?
    /// The name, as the catalog has it.
    package let name: String

    /// Makes a name.
    package init(schema: String? = nil, name: String) {
        self.schema = schema
        self.name = name
    }

    /// Reads a `RangeVar`, wrapped or not; nil for anything else.
    package init?(_ node: ParseNode?) {
        let range = node?["RangeVar"] ?? node
        guard let name = range?.string("relname") else { return nil }
        self.init(schema: range?.string("schemaname"), name: name)
    }

    /// Reads a qualified name given as a list of its parts, as DROP has it.
    package init?(parts: [String]) {
        guard let name = parts.last else { return nil }
        self.init(schema: parts.count > 1 ? parts[parts.count - 2] : nil, name: name)
    }

    /// Quoted as far as needed, for messages and for `to_regclass`; statements are quoted by the server or libpq.
    package var quoted: String { [schema, name].compactMap { $0.map(Self.quote) }.joined(separator: ".") }

    package static func quote(_ name: String) -> String {
        isPlain(name.utf8) && !reserved.contains(name) ? name : "\"\(name.replacing("\"", with: "\"\""))\""
    }

    /// `[a-z_][a-z0-9_$]*`
    private static func isPlain(_ name: String.UTF8View) -> Bool {
        guard let first = name.first, !(48...57).contains(first), first != UInt8(ascii: "$") else { return false }
        return name.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$")
        }
    }

    /// Key words that are not valid names without quotes; "PostgreSQL 15 docs, appendix C", and those that no function or type
    /// may be named.
    private static let reserved: Set<String> = [
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "binary",
        "both",
        "case", "cast", "check", "collate", "collation", "column", "concurrently", "constraint", "create", "cross",
        "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
        "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "false", "fetch",
        "for",
        "foreign", "freeze", "from", "full", "grant", "group", "having", "ilike", "in", "initially", "inner",
        "intersect",
        "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp",
        "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing",
        "primary", "references", "returning", "right", "select", "session_user", "similar", "some", "symmetric",
        "table",
        "tablesample", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose",
        "when",
        "where", "window", "with",
    ]
}

extension PostgresConnection {
    /// A table's name as libpq quotes it, for statements.
    package func quote(_ name: RelationName) throws -> String {
        try [name.schema, name.name].compactMap { try $0.map(quoteIdentifier) }.joined(separator: ".")
    }
}
