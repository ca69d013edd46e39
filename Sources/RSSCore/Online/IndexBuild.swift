import SQLScript

/// A `CREATE INDEX` taken apart, so that it can be put together again for another table: a partition, or an empty copy.
package struct IndexBuild: Sendable, Hashable {
    /// `UNIQUE`
    package let isUnique: Bool
    /// The name; nil where PostgreSQL would choose one.
    package let name: String?
    /// The table.
    package let table: RelationName
    /// `ON ONLY`
    package let isOnly: Bool
    /// What follows the table's name: `USING gin (…) WHERE …`.
    package let definition: String
    /// Whether it names columns by the table: `WHERE t.is_open`.
    private let namesTable: Bool

    /// Takes a statement apart; nil for anything but a CREATE INDEX.
    package init?(_ statement: ScriptStatement, tree: ParseNode) {
        guard let node = tree.as("IndexStmt"), let relation = node["relation"], let table = RelationName(relation),
            let definition = Self.definition(statement, behind: relation["location"]?.integer ?? 0)
        else { return nil }
        isUnique = node.flag("unique")
        name = node.string("idxname")
        self.table = table
        isOnly = !relation.flag("inh")
        self.definition = definition
        var namesTable = false
        for part in ["indexParams", "indexIncludingParams", "whereClause"] {
            node[part]?.walk { type, reference in
                if type == "ColumnRef", reference.list("fields").count > 1 { namesTable = true }
            }
        }
        self.namesTable = namesTable
    }

    /// Takes the text of a statement apart; nil for anything but one CREATE INDEX.
    ///
    /// - Throws: ``ScriptError`` for a text that cannot be split.
    package init?(sql: String) throws {
        let statements = try Splitter(Array(sql.utf8)).statements()
        guard statements.count == 1, case .tree(let tree)? = Parser.parse([statements[0].text]).first else {
            return nil
        }
        self.init(statements[0], tree: tree)
    }

    private init(_ build: IndexBuild, definition: String, isOnly: Bool, namesTable: Bool) {
        (isUnique, name, table) = (build.isUnique, build.name, build.table)
        self.definition = definition
        self.isOnly = isOnly
        self.namesTable = namesTable
    }

    /// The same for the table with all its partitions: the server writes the definition of a partitioned one with ONLY.
    package func onWholeTable() -> IndexBuild {
        IndexBuild(self, definition: definition, isOnly: false, namesTable: namesTable)
    }

    /// The same for a table of another name; the definition as PostgreSQL writes it names no table.
    package func defined(by definition: String, unlessFor name: String) -> IndexBuild {
        namesTable && name != table.name
            ? IndexBuild(self, definition: definition, isOnly: isOnly, namesTable: false) : self
    }

    /// The text after the table's name, which begins at a byte of the statement: `a.b.c` is words and points in turn.
    private static func definition(_ statement: ScriptStatement, behind location: Int) -> String? {
        var isNameExpected = true
        for token in statement.tokens where token.range.lowerBound >= location && !token.isComment {
            let isName = token.kind == .word || token.kind == .quotedIdentifier
            let text = statement.text.utf8.dropFirst(token.range.lowerBound)
            if isNameExpected, isName {
                isNameExpected = false
            } else if !isNameExpected, text.first == UInt8(ascii: ".") {
                isNameExpected = true
            } else {
                return String(Substring(text))
            }
        }
        return nil
    }

    /// The statement for a table, by names that are quoted already.
    package func sql(name: String?, on table: String, concurrently: Bool, only: Bool = false) -> String {
        let words: [String?] = [
            "CREATE", isUnique ? "UNIQUE" : nil, "INDEX", concurrently ? "CONCURRENTLY" : nil, name, "ON",
            only ? "ONLY" : nil, table, definition,
        ]
        return words.compactMap { $0 }.joined(separator: " ")
    }
}
