import RSSCore
import SQLScript

/// What a rule checks: a statement with its surroundings.
struct LintContext: Sendable {
    /// The file.
    let file: LintFile
    /// Which statement of the file, from 0.
    let index: Int
    /// What there is in the database before the statement.
    let catalog: CatalogSnapshot
    /// What the statement does.
    let effect: StatementEffect
    /// The statements before it in the same transaction that a rule can ask for: those that block writers of a relation that
    /// was there, and those that make a value of an enum.
    let before: [Earlier]

    /// A statement that went before, and the strongest lock that it holds on a relation that was there.
    typealias Earlier = (statement: LintStatement, effect: StatementEffect, lock: RelationLock?)

    /// The statement.
    var statement: LintStatement { file.statements[index] }
    var tree: ParseNode { statement.tree }
    /// The statement as written.
    var text: String { statement.source.text }

    /// The node, where the statement is of a type.
    func node(_ type: String) -> ParseNode? { tree.as(type) }

    /// Whether a relation was there before the script: locks on it block other sessions.
    func exists(_ name: RelationName) -> Bool { !catalog.isNew(name) }

    /// The table of a node that names one as `relation`, where it was there before the script.
    func existing(_ node: ParseNode?) -> RelationName? {
        RelationName(node?["relation"]).flatMap { exists($0) ? $0 : nil }
    }

    /// Whether a table is known to be so small that work over its rows is done at once.
    func isSmall(_ table: RelationName) -> Bool {
        catalog.isComplete && (catalog.rows(of: table).map { $0 <= DurationClass.fewRows } ?? false)
    }

    /// The table's size for a message, as an apposition: ` (about 1,200,000 rows)`.
    func size(_ table: RelationName) -> String {
        guard catalog.isComplete, let rows = catalog.rows(of: table) else { return "" }
        return " (about \(Self.grouped(rows)) rows)"
    }

    private static func grouped(_ number: Int64) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }

    /// The subcommands of an ALTER TABLE with their texts, of a table; `onNew` also where the script has made it.
    func alterations(_ subtype: String, onNew: Bool = false) -> [Alteration] {
        guard let node = node("AlterTableStmt"), let table = RelationName(node["relation"]), onNew || exists(table)
        else {
            return []
        }
        let commands = node.list("cmds").compactMap { $0.as("AlterTableCmd") }
        guard commands.contains(where: { $0.string("subtype") == subtype }) else { return [] }
        let texts = AlterTableText.commands(statement.source)
        return commands.enumerated().filter { $1.string("subtype") == subtype }.map { index, command in
            Alteration(
                table: table, command: command, text: texts.count == commands.count ? texts[index] : nil,
                isOnly: node["relation"]?.flag("inh") != true, object: node.string("objtype") ?? "OBJECT_TABLE")
        }
    }

    /// The statements that come later in the file.
    var later: ArraySlice<LintStatement> { file.statements[(index + 1)...] }
}

/// One subcommand of ALTER TABLE.
struct Alteration: Sendable {
    let table: RelationName
    let command: ParseNode
    /// As written, where it could be separated from its neighbours.
    let text: String?
    let isOnly: Bool
    let object: String

    /// `ALTER TABLE name`
    var head: String { "ALTER TABLE \(isOnly ? "ONLY " : "")\(table.quoted)" }
    /// The column or constraint it is about.
    var name: String { command.string("name") ?? "" }
    var column: ParseNode { command["def"]?.as("ColumnDef") ?? .null }
    var constraint: ParseNode { command["def"]?.as("Constraint") ?? .null }
    /// The name of the constraint, or the one that PostgreSQL would choose, near enough.
    func constraintName(_ suffix: String) -> String {
        constraint.string("conname") ?? "\(table.name)_\(suffix)"
    }
}
