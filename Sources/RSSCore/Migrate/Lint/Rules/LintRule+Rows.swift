import SQLScript

extension LintRule {
    /// Changes of rows.
    static let rows: [LintRule] = [
        LintRule(
            "unbatched-change", .warning, "All rows of a table are changed at once",
            why:
                "Each row stays locked to the end, every row gets a dead twin, replicas fall behind. In batches along a key, "
                + "each with its own transaction, nobody notices."
        ) { context in
            let node = context.node("UpdateStmt") ?? context.node("DeleteStmt")
            guard let node, node["whereClause"] == nil, !context.statement.isBackfill,
                let table = context.existing(node),
                node.list("fromClause").isEmpty, node.list("usingClause").isEmpty, !context.isSmall(table)
            else { return [] }
            let key =
                context.catalog.relation(table)?.constraints.first { $0.kind == .primaryKey && $0.columns.count == 1 }?
                .columns.first ?? "id"
            return [
                LintHit(
                    "every row of \(table.quoted)\(context.size(table)) is \(context.node("UpdateStmt") != nil ? "updated" : "deleted") in one transaction",
                    rewrite: "-- rssctl:backfill batch=1000 key=\(RelationName(name: key).quoted)\n\(context.text);")
            ]
        },
        LintRule(
            "large-change", .info, "A large table is changed in one transaction",
            why: "How many rows WHERE leaves is not known here; above some ten thousand, go in batches.",
            needsCatalog: true
        ) { context in
            let node = context.node("UpdateStmt") ?? context.node("DeleteStmt")
            guard let node, node["whereClause"] != nil, !context.statement.isBackfill,
                let table = context.existing(node),
                let rows = context.catalog.rows(of: table), rows > 100_000
            else { return [] }
            return [
                LintHit(
                    "\(table.quoted)\(context.size(table)) is changed in one transaction; rssctl:backfill would go in batches"
                )
            ]
        },
        LintRule(
            "truncate", .warning, "TRUNCATE empties a table under ACCESS EXCLUSIVE",
            why:
                "Readers and writers wait, the rows are gone without a trigger having seen them, and older snapshots find the table empty."
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
            "unseen-work", .info, "What a block does is not seen",
            why: "DO and CALL are judged by nobody before they run: locks, rows and time are unknown."
        ) { context in
            guard context.node("DoStmt") != nil || context.node("CallStmt") != nil else { return [] }
            return [LintHit("the locks and the work of \(context.effect.command) are not known beforehand")]
        },
    ]
}
