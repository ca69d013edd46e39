import RSSCore
import SQLScript

extension LockCollector {
    /// Statements that read and write rows.
    mutating func data(_ type: String, _ node: ParseNode) {
        switch type {
        case "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt": query(.object([type: node]))
        case "CopyStmt":
            query(node["query"])
            if let table = node["relation"] {
                read(table, node.flag("is_from") ? .rowExclusive : .accessShare, hidden: [])
            }
        case "ExplainStmt", "PrepareStmt", "DeclareCursorStmt": query(node["query"])
        default: break
        }
    }

    /// Each relation that a query, or an expression with queries within, reads or writes.
    mutating func query(_ tree: ParseNode?) { if let tree { visit(tree, hidden: []) } }

    /// Goes down into a tree; `hidden` are the names of WITH, which are not tables.
    private mutating func visit(_ tree: ParseNode, hidden: Set<String>) {
        switch tree {
        case .array(let items): for item in items { visit(item, hidden: hidden) }
        case .object(let fields):
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
                guard key.first?.isUppercase == true, case .object = value else {
                    // The target of a change is not read; a sampled table is.
                    if key != "relation" || value["RangeVar"] != nil { visit(value, hidden: hidden) }
                    continue
                }
                visit(key, value, hidden: hidden)
            }
        default: break
        }
    }

    private mutating func visit(_ type: String, _ node: ParseNode, hidden: Set<String>) {
        let names = (node["withClause"]?.list("ctes") ?? []).compactMap {
            $0.as("CommonTableExpr")?.string("ctename")
        }
        let hidden = hidden.union(names)
        switch type {
        case "RangeVar": read(node, .accessShare, hidden: hidden)
        case "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt":
            read(node["relation"] ?? .null, .rowExclusive, hidden: [], descends: type != "InsertStmt")
        case "SelectStmt" where !node.list("lockingClause").isEmpty: locked(node, hidden: hidden)
        default: break
        }
        visit(node, hidden: hidden)
    }

    /// The relations of `FOR UPDATE` and its like: those named after OF, or all of FROM.
    private mutating func locked(_ select: ParseNode, hidden: Set<String>) {
        let clauses = select.list("lockingClause").compactMap { $0.as("LockingClause") }
        let named = Set(clauses.flatMap { $0.list("lockedRels") }.compactMap { RelationName($0)?.name })
        var ranges: [ParseNode] = []
        for item in select.list("fromClause") { Self.ranges(item, into: &ranges) }
        for range in ranges {
            let alias = range["alias"]?.string("aliasname") ?? range.string("relname") ?? ""
            if named.isEmpty || named.contains(alias) { read(range, .rowShare, hidden: hidden) }
        }
    }

    private static func ranges(_ item: ParseNode, into found: inout [ParseNode]) {
        if let range = item.as("RangeVar") { found.append(range) }
        if let join = item.as("JoinExpr") {
            for side in [join["larg"], join["rarg"]] { if let side { ranges(side, into: &found) } }
        }
    }

    private mutating func read(_ range: ParseNode, _ mode: LockMode, hidden: Set<String>, descends: Bool = true) {
        guard let name = RelationName(range), name.schema != nil || !hidden.contains(name.name) else { return }
        add(range: range, mode, descends: descends)
        if catalog?.relation(name)?.kind == .view { sources(of: name, mode == .rowExclusive ? mode : .accessShare) }
    }
}
