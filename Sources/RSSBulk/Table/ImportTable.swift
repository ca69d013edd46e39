/// What can be imported into a table: its columns with their types, its key, and by which names a file may call them.
///
/// The import itself depends on no table; a new object is a new value of this type.
package struct ImportTable: Sendable {
    /// The object as the user names it: `hardware`.
    package let object: String
    /// The table.
    package let table: String
    /// The columns that a file may have, in the order of the table.
    package let columns: [ImportColumn]
    /// The columns by which a row is matched, by their names in the table: the first that it has a value for. Rows
    /// without any are matched by all their values.
    package let keys: [String]
    /// The column whose index finds the rows that may be the same as one without a key.
    package let scope: String
    /// What `metadata` of a new row says, as JSON.
    package let metadata: String

    /// All of them: the only tables that a bulk run changes.
    static let all: [ImportTable] = [.hardware, .recycling]

    /// Whether the ledger means this table by a name. The name is compared, and never run.
    func isRecorded(as name: String) -> Bool { name == table || table.hasSuffix(".\(name)") }

    /// The same with the column `id`, by which existing rows can be named.
    var withID: ImportTable {
        ImportTable(
            object: object, table: table,
            columns: [ImportColumn("id", .uuid, aliases: ["uuid", "row id", "\(object) id"])] + columns,
            keys: ["id"] + keys, scope: scope, metadata: metadata)
    }

    /// A column by the name it has in files.
    package func column(_ name: String) -> ImportColumn? { columns.first { $0.name == name } }
}

/// A column of a file, and the column of the table that it goes to.
package struct ImportColumn: Sendable {
    /// Its name in files.
    package let name: String
    /// Its name in the table.
    package let target: String
    /// What it holds.
    package let type: ImportType
    /// Whether every row must have a value.
    package let isRequired: Bool
    /// What a new row gets for no value; an existing row keeps what it has. Nil: no value is NULL.
    package let fallback: ImportValue?
    /// Whether it identifies a thing, so that it is a text even where it looks like a number.
    package let isIdentifier: Bool
    /// Other names that files have for it; case, blanks and punctuation do not matter.
    package let aliases: [String]

    /// Makes a column; in the table it has the same name unless given otherwise.
    package init(
        _ name: String, _ type: ImportType, target: String? = nil, isRequired: Bool = false,
        fallback: ImportValue? = nil, isIdentifier: Bool = false, aliases: [String] = []
    ) {
        self.isIdentifier = isIdentifier
        self.name = name
        self.target = target ?? name
        self.type = type
        self.isRequired = isRequired
        self.fallback = fallback
        self.aliases = aliases
    }
}

/// What a column holds, as the table defines it.
package enum ImportType: Sendable, Equatable {
    /// `varchar(n)`.
    case text(limit: Int)
    /// One of the words of a CHECK constraint.
    case word([String])
    /// A `text`, with line breaks where wanted.
    case freeText
    /// A `smallint` within bounds.
    case smallint(ClosedRange<Int16>)
    /// An `integer` within bounds.
    case integer(ClosedRange<Int32>)
    /// A `numeric(precision, scale)` that is not negative; with a decimal point or comma.
    case numeric(precision: Int, scale: Int)
    case inet
    case macaddr
    case date
    /// A `jsonb` that holds an object.
    case jsonObject
    case uuid
    /// The id of something few, named by its name or id; all of them are loaded before the import.
    case name(of: String)
    /// The id of something many, named by its number or id; asked for chunk by chunk.
    case reference(to: String)

    /// The type of the staging column.
    var sqlType: String {
        switch self {
        case .text, .freeText, .word: "text"
        case .smallint: "smallint"
        case .integer: "integer"
        case .numeric(let precision, let scale): "numeric(\(precision), \(scale))"
        case .inet: "inet"
        case .macaddr: "macaddr"
        case .date: "date"
        case .jsonObject: "jsonb"
        case .uuid, .name, .reference: "uuid"
        }
    }
}
