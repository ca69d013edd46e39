import RSSCore
import SQLScript

extension LintRule {
    /// Making, dropping and rebuilding indexes.
    static let indexes: [LintRule] = [
        LintRule(
            "index-not-concurrent", .warning, "CREATE INDEX blocks all writes to the table while it builds",
            why:
                "It holds SHARE for the whole build. CONCURRENTLY takes longer and blocks no writes; rssctl builds it partition "
                + "by partition where the table is partitioned, and rebuilds it after an interruption."
        ) { context in
            guard let index = context.node("IndexStmt"), !index.flag("concurrent"),
                let table = context.existing(index), index["relation"]?.flag("inh") == true
            else { return [] }
            let name =
                index.string("idxname")
                ?? ([table.name] + IndexKey.columns(of: index).filter { $0 != "(…)" } + ["idx"]).joined(separator: "_")
            let named = RelationName(name: name).quoted
            let sql = SQLText(SQLText(context.text).removing(["IF", "NOT", "EXISTS"])).inserting(
                index.string("idxname") == nil ? "CONCURRENTLY \(named)" : "CONCURRENTLY", after: "INDEX")
            return [
                LintHit(
                    "writes to \(table.quoted)\(context.size(table)) wait until the index is built", rewrite: sql + ";",
                    severity: context.isSmall(table) ? .info : nil)
            ]
        },
        LintRule(
            "index-concurrent-on-partitioned", .info,
            "A concurrent index on a partitioned table is built piece by piece",
            why: "PostgreSQL refuses it (0A000). rssctl makes the index ON ONLY the parent, builds each partition's "
                + "concurrently, attaches them, and resumes where it was interrupted."
        ) { context in
            guard let index = context.node("IndexStmt"), index.flag("concurrent"),
                let table = RelationName(index["relation"]),
                context.catalog.relation(table)?.kind == .partitionedTable
            else { return [] }
            if index["relation"]?.flag("inh") != true {
                return [
                    LintHit(
                        "ON ONLY a partitioned table is not built concurrently; leave ONLY out",
                        rewrite: SQLText(context.text).removing(["ONLY"]) + ";", severity: .error)
                ]
            }
            let count = context.catalog.descendants(of: table).count
            return [
                LintHit(
                    "\(table.quoted) is partitioned: rssctl builds the index on each of its \(count) partitions and attaches them"
                )
            ]
        },
        LintRule(
            "index-concurrent-without-name", .error, "A concurrent index without a name cannot be found again",
            why: "An interrupted build leaves an invalid index; only its name identifies it."
        ) { context in
            guard let index = context.node("IndexStmt"), index.flag("concurrent"), index.string("idxname") == nil,
                let table = RelationName(index["relation"])
            else { return [] }
            let name = ([table.name] + IndexKey.columns(of: index).filter { $0 != "(…)" } + ["idx"]).joined(
                separator: "_")
            return [
                LintHit(
                    "give the index a name",
                    rewrite: SQLText(context.text).inserting(RelationName(name: name).quoted, after: "CONCURRENTLY")
                        + ";")
            ]
        },
        LintRule(
            "index-concurrent-if-not-exists", .warning, "IF NOT EXISTS hides an invalid index",
            why:
                "After an interrupted build the name exists, so the statement succeeds and the index stays invalid "
                + "indefinitely. rssctl checks the index itself, and rebuilds it."
        ) { context in
            guard let index = context.node("IndexStmt"), index.flag("concurrent"), index.flag("if_not_exists") else {
                return []
            }
            return [
                LintHit(
                    "remove IF NOT EXISTS: it skips an index that an interrupted build left invalid",
                    rewrite: SQLText(context.text).removing(["IF", "NOT", "EXISTS"]) + ";")
            ]
        },
        LintRule(
            "index-drop-not-concurrent", .warning, "DROP INDEX blocks readers and writers of the table while it waits",
            why: "It takes ACCESS EXCLUSIVE on the index and its table. CONCURRENTLY blocks neither; the index of a "
                + "partitioned table cannot be dropped that way."
        ) { context in
            guard let drop = context.node("DropStmt"), drop.string("removeType") == "OBJECT_INDEX",
                !drop.flag("concurrent"),
                context.file.kind != .down
            else { return [] }
            let names = drop.list("objects").compactMap { RelationName(parts: ($0.as("List") ?? .null).names("items")) }
                .filter {
                    context.exists($0)
                        && context.catalog.index($0).map {
                            context.catalog.relation($0.table)?.kind == .partitionedTable
                        } != true
                }
            return names.map {
                LintHit("dropping \($0.quoted) locks its table", rewrite: "DROP INDEX CONCURRENTLY \($0.quoted);")
            }
        },
        LintRule(
            "reindex-not-concurrent", .warning, "REINDEX blocks all writes while it builds",
            why: "It holds SHARE on the table and ACCESS EXCLUSIVE on each index. CONCURRENTLY builds a copy and swaps."
        ) { context in
            guard let reindex = context.node("ReindexStmt"),
                !TransactionMode.option("concurrently", in: reindex.list("params"))
            else {
                return []
            }
            let kind = (reindex.string("kind") ?? "").replacing("REINDEX_OBJECT_", with: "")
            let name =
                RelationName(reindex["relation"])?.quoted ?? reindex.string("name").map {
                    RelationName(name: $0).quoted
                } ?? ""
            guard kind != "SYSTEM" else {
                return [LintHit("REINDEX SYSTEM locks the system catalogs; it is not a migration")]
            }
            return [LintHit("writes wait while indexes are rebuilt", rewrite: "REINDEX \(kind) CONCURRENTLY \(name);")]
        },
        LintRule(
            "index-too-wide", .info, "An index of more than three columns that is not unique",
            why: "Each column makes it larger and its updates costlier; columns after the third seldom narrow a search."
        ) { context in
            guard let index = context.node("IndexStmt"), !index.flag("unique") else { return [] }
            let columns = IndexKey.columns(of: index)
            return columns.count > 3 ? [LintHit("the index has \(columns.count) columns in its key")] : []
        },
        duplicateIndex,
        LintRule(
            "index-corruption", .error, "Concurrent builds of PostgreSQL 14.0 to 14.3 can miss rows",
            why:
                "Rows that are updated during the build can be missing from the index; fixed in 14.4 (its release notes).",
            needsCatalog: true
        ) { context in
            guard (140_000...140_003).contains(context.catalog.serverVersion),
                context.effect.command.hasSuffix("CONCURRENTLY"),
                context.node("IndexStmt") != nil || context.node("ReindexStmt") != nil
            else { return [] }
            return [LintHit("update the server to 14.4 or later before an index is built concurrently")]
        },
    ]

    private static let duplicateIndex = LintRule(
        "index-duplicate", .warning, "An index repeats another one",
        why:
            "Each write maintains both, and one of them is used. An index over the first columns of another one is "
            + "reported as info."
    ) { context in
        guard let index = context.node("IndexStmt"), index["whereClause"] == nil,
            let table = RelationName(index["relation"])
        else { return [] }
        let columns = IndexKey.columns(of: index)
        let method = index.string("accessMethod") ?? "btree"
        guard !columns.isEmpty, !columns.contains("(…)"), isPlain(index) else { return [] }
        for other in context.catalog.indexes(of: table)
        where other.method == method && !other.isPartial && other.name.name != index.string("idxname") {
            let known = other.columns.map { $0.replacing("\"", with: "") }
            if known == columns, !index.flag("unique") || other.isUnique {
                return [LintHit("\(other.name.quoted) is an index over the same columns")]
            }
            if method == "btree", !index.flag("unique"), known.count > columns.count, known.starts(with: columns) {
                return [LintHit("\(other.name.quoted) begins with the same columns", severity: .info)]
            }
        }
        return []
    }

    /// Whether the key has neither order, operator class nor collation of its own.
    private static func isPlain(_ index: ParseNode) -> Bool {
        index.list("indexParams").compactMap { $0.as("IndexElem") }.allSatisfy {
            $0.list("opclass").isEmpty && $0.list("collation").isEmpty
        }
    }
}
