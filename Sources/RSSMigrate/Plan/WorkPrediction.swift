import RSSCore
import SQLScript

/// Which work a statement makes, derived from its parse tree and what the catalog holds before it.
package enum WorkPrediction {
    /// The work, each kind and table once.
    package static func work(of tree: ParseNode, in catalog: CatalogSnapshot) -> [StatementWork] {
        guard let (type, node) = tree.tagged else { return [] }
        var found: [StatementWork] = []
        for work in statement(type, node, catalog) where !found.contains(work) { found.append(work) }
        return found
    }

    private static func statement(_ type: String, _ node: ParseNode, _ catalog: CatalogSnapshot) -> [StatementWork] {
        let table = RelationName(node["relation"]).map(catalog.resolve)
        switch type {
        case "AlterTableStmt":
            guard let table else { return [] }
            return node.list("cmds").compactMap { $0.as("AlterTableCmd") }.flatMap { alter($0, table, catalog) }
        case "IndexStmt":
            return (table.map { [.build($0)] } ?? []) + (node.flag("concurrent") ? [.waits] : [])
        case "DropStmt": return node.flag("concurrent") ? [.waits] : []
        case "ReindexStmt":
            let named = table.map { catalog.index($0)?.table ?? $0 }
            let isConcurrent = TransactionMode.option("concurrently", in: node.list("params"))
            return (named.map { [.build($0)] } ?? [.unseen]) + (isConcurrent ? [.waits] : [])
        case "ClusterStmt": return table.map { [.rewrite($0)] } ?? [.unseen]
        case "VacuumStmt":
            let isFull = TransactionMode.option("full", in: node.list("options"))
            let names = node.list("rels").compactMap { RelationName($0.as("VacuumRelation")?["relation"]) }
                .map(catalog.resolve)
            return names.isEmpty ? [.unseen] : names.map { isFull ? .rewrite($0) : .scan($0) }
        case "RefreshMatViewStmt":
            guard !node.flag("skipData") || !node.flag("concurrent") else { return [] }
            // With its rows it is rewritten, or compared row by row; WITH NO DATA it gets an empty file.
            return table.map { [node.flag("concurrent") ? .change($0) : .rewrite($0)] } ?? []
        case "CreateTableAsStmt":
            guard !(node["into"]?.flag("skipData") ?? false) else { return [] }
            return reads(node["query"], catalog)
        case "AlterDomainStmt":
            return LockPrediction.locks(of: .object([type: node]), in: catalog).map { .scan($0.relation) }
        case "UpdateStmt", "DeleteStmt", "MergeStmt": return (table.map { [.change($0)] } ?? []) + calls(node)
        case "InsertStmt":
            let isValues = node["selectStmt"]?.as("SelectStmt")?.list("valuesLists").isEmpty == false
            return isValues || node["selectStmt"] == nil ? [] : table.map { [.change($0)] } ?? []
        case "CopyStmt": return table.map { [node.flag("is_from") ? .change($0) : .scan($0)] } ?? []
        case "SelectStmt": return reads(.object([type: node]), catalog) + calls(node)
        case "DoStmt", "CallStmt", "CreateExtensionStmt", "ExecuteStmt": return [.unseen]
        default: return []
        }
    }

    private static func reads(_ query: ParseNode?, _ catalog: CatalogSnapshot) -> [StatementWork] {
        LockPrediction.locks(of: query ?? .null, in: catalog).map { .scan($0.relation) }
    }

    /// A query that calls a function may do anything.
    private static func calls(_ node: ParseNode) -> [StatementWork] {
        var isCalling = false
        node.walk { type, call in
            let known: Set<String> = [
                "count", "max", "min", "sum", "avg", "now", "coalesce", "lower", "upper", "set_config", "setval",
                "pg_get_serial_sequence",
            ]
            if type == "FuncCall", let name = call.names("funcname").last, !known.contains(name) { isCalling = true }
        }
        return isCalling ? [.unseen] : []
    }
}
