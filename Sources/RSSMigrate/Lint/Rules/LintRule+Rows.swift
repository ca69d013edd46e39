import RSSCore
import SQLScript

extension LintRule {
    /// Changes of rows.
    static let rows: [LintRule] = [
        LintRule(
            "unbatched-change", .warning, "All rows of a table are changed at once",
            why:
                "Each row stays locked to the end and leaves a dead row version, and replicas fall behind. In batches along a key, "
                + "each with its own transaction, other sessions are hardly affected."
        ) { context in
            guard !context.statement.isBackfill else { return [] }
            return changes(context.tree).compactMap { isUpdate, node, isWhole in
                guard isEveryRow(node), let table = context.existing(node), !context.isSmall(table) else { return nil }
                let key =
                    context.catalog.relation(table)?.constraints
                    .first { $0.kind == .primaryKey && $0.columns.count == 1 }?.columns.first ?? "id"
                let head = "-- rssctl:backfill batch=1000 key=\(RelationName(name: key).quoted)"
                return LintHit(
                    "every row of \(table.quoted)\(context.size(table)) is \(isUpdate ? "updated" : "deleted") in one transaction",
                    rewrite: isWhole && node.list("returningList").isEmpty ? "\(head)\n\(context.text);" : nil)
            }
        },
        LintRule(
            "large-change", .info, "A large table is changed in one transaction",
            why: "How many rows WHERE leaves is not known here; above about ten thousand, use batches.",
            needsCatalog: true
        ) { context in
            let node = context.node("UpdateStmt") ?? context.node("DeleteStmt")
            guard let node, node["whereClause"] != nil, !context.statement.isBackfill,
                let table = context.existing(node),
                let rows = context.catalog.rows(of: table), rows > 100_000
            else { return [] }
            return [
                LintHit(
                    "\(table.quoted)\(context.size(table)) is changed in one transaction; rssctl:backfill would change it in batches"
                )
            ]
        },
        LintRule(
            "truncate", .warning, "TRUNCATE empties a table under ACCESS EXCLUSIVE",
            why:
                "Readers and writers wait, the rows are removed without firing row triggers, and older snapshots find the table empty."
        ) { context in
            guard context.file.kind != .down, let truncate = context.node("TruncateStmt") else { return [] }
            let tables = truncate.list("relations").compactMap { RelationName($0) }.filter(context.exists)
            guard let first = tables.first else { return [] }
            let names = tables.map(\.quoted).joined(separator: ", ")
            if truncate.string("behavior") == "DROP_CASCADE" {
                return [
                    LintHit("TRUNCATE … CASCADE empties every table that refers to \(names) as well; name them instead")
                ]
            }
            return [
                LintHit(
                    "\(names) is emptied under ACCESS EXCLUSIVE",
                    rewrite: "-- rssctl:backfill batch=1000 key=id\nDELETE FROM \(first.quoted);")
            ]
        },
        LintRule(
            "duplicate-assignment", .error, "A column is assigned twice in one UPDATE",
            why: "PostgreSQL refuses it (42601)."
        ) { context in
            guard let update = context.node("UpdateStmt") else { return [] }
            let names = update.list("targetList").compactMap { $0.as("ResTarget") }.filter {
                $0.list("indirection").isEmpty
            }.compactMap { $0.string("name") }
            let twice = Set(names.filter { name in names.count { $0 == name } > 1 })
            return twice.sorted().map { LintHit("\(RelationName(name: $0).quoted) is assigned more than once") }
        },
        LintRule(
            "unseen-work", .info, "What a block does is not known",
            why: "DO and CALL cannot be checked before they run: locks, rows and time are unknown."
        ) { context in
            guard context.node("DoStmt") != nil || context.node("CallStmt") != nil else { return [] }
            return [LintHit("the locks and the work of \(context.effect.command) are not known in advance")]
        },
    ]

    /// The UPDATEs and DELETEs of a statement: itself, and those in its WITH.
    private static func changes(_ tree: ParseNode) -> [(isUpdate: Bool, node: ParseNode, isWhole: Bool)] {
        guard let (type, node) = tree.tagged else { return [] }
        let parts = (node["withClause"]?.list("ctes") ?? []).compactMap { $0.as("CommonTableExpr")?["ctequery"] }
        let own = ["UpdateStmt", "DeleteStmt"].contains(type) ? [(type == "UpdateStmt", node, parts.isEmpty)] : []
        return own + parts.flatMap(changes).map { ($0.isUpdate, $0.node, false) }
    }

    /// Whether no condition leaves a row out.
    private static func isEveryRow(_ node: ParseNode) -> Bool {
        guard node.list("fromClause").isEmpty, node.list("usingClause").isEmpty else { return false }
        guard let condition = node["whereClause"] else { return true }
        return condition.as("A_Const")?["boolval"]?.flag("boolval") == true
    }
}
