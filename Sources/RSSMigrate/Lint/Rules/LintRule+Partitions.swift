import RSSCore
import SQLScript

extension LintRule {
    /// Partitions that come and go.
    static let partitions: [LintRule] = [
        LintRule(
            "create-partition-of", .warning, "CREATE TABLE … PARTITION OF blocks all readers of the parent",
            why:
                "It takes ACCESS EXCLUSIVE on the parent, and on the DEFAULT partition. Create it separately with a CHECK and attach it: "
                + "the parent is locked in SHARE UPDATE EXCLUSIVE, which blocks neither readers nor writers."
        ) { context in
            guard let create = context.node("CreateStmt"), let bound = create["partbound"],
                let table = RelationName(create["relation"]),
                let parent = create.list("inhRelations").first.flatMap({ RelationName($0) }), context.exists(parent)
            else { return [] }
            let clause =
                bound.flag("is_default")
                ? "DEFAULT"
                : SQLText(context.text).between(["FOR", "VALUES"], and: ["PARTITION", "WITH", "TABLESPACE", "USING"])
                    .map { "FOR VALUES \($0)" }
            let clauseText =
                bound.string("strategy") == "h"
                ? SQLText(context.text).between(["FOR", "VALUES"]).map { "FOR VALUES \($0)" } : clause
            let check = PartitionCheck(bound, key: context.catalog.relation(parent)?.partitionKey ?? []).map {
                "ALTER TABLE \(table.quoted) ADD CONSTRAINT \(RelationName(name: "\(table.name)_bound").quoted) CHECK (\($0.expression));"
            }
            let lines = [
                "CREATE TABLE \(table.quoted) (LIKE \(parent.quoted) INCLUDING ALL);",
                check ?? "-- a CHECK that says the same as the bound, so that no row need be read",
                "ALTER TABLE \(parent.quoted) ATTACH PARTITION \(table.quoted) \(clauseText ?? "FOR VALUES …");",
            ]
            return [
                LintHit(
                    "readers and writers of \(parent.quoted) wait for this lock, and so does every session behind it",
                    // What else the statement says of the partition is not in the rewrite.
                    rewrite: create["partspec"] == nil && create.list("tableElts").isEmpty
                        ? lines.joined(separator: "\n") : nil)
            ]
        },
        LintRule(
            "attach-without-check", .warning, "ATTACH PARTITION reads each row of the table that it attaches",
            why:
                "It holds ACCESS EXCLUSIVE on that table meanwhile. A validated CHECK that implies the bound makes it instant; "
                + "drop the CHECK afterwards.", needsCatalog: true
        ) { context in
            context.alterations("AT_AttachPartition", onNew: true).compactMap { alteration in
                guard alteration.object == "OBJECT_TABLE", let clause = alteration.command["def"]?.as("PartitionCmd"),
                    let child = RelationName(clause["name"]), let bound = clause["bound"], !bound.flag("is_default"),
                    bound.string("strategy") != "h",
                    context.catalog.relation(child) != nil,
                    !context.catalog.hasPartitionCheck(child, of: alteration.table), context.exists(child),
                    !context.isSmall(child)
                else { return nil }
                let name = RelationName(name: "\(child.name)_bound").quoted
                let key = context.catalog.relation(alteration.table)?.partitionKey ?? []
                let check = PartitionCheck(bound, key: key)?.expression
                return LintHit(
                    "\(child.quoted)\(context.size(child)) is read row by row under ACCESS EXCLUSIVE",
                    rewrite: check.map {
                        """
                        ALTER TABLE \(child.quoted) ADD CONSTRAINT \(name) CHECK (\($0)) NOT VALID;
                        -- in a file of its own:
                        ALTER TABLE \(child.quoted) VALIDATE CONSTRAINT \(name);
                        -- in the next one:
                        \(context.text);
                        ALTER TABLE \(child.quoted) DROP CONSTRAINT \(name);
                        """
                    })
            }
        },
        LintRule(
            "detach-not-concurrent", .warning, "DETACH PARTITION blocks all readers of the parent",
            why:
                "It takes ACCESS EXCLUSIVE on the parent. CONCURRENTLY (PostgreSQL 14 and later) waits for older transactions and "
                + "blocks neither readers nor writers; it is not possible with a DEFAULT partition."
        ) { context in
            guard context.file.kind != .down else { return [] }
            return context.alterations("AT_DetachPartition").compactMap { alteration in
                guard let clause = alteration.command["def"]?.as("PartitionCmd"), !clause.flag("concurrent"),
                    let child = RelationName(clause["name"]),
                    !(context.catalog.isComplete && context.catalog.serverVersion < 140_000),
                    !context.catalog.children(of: alteration.table).contains(where: \.isDefaultPartition)
                else { return nil }
                return LintHit(
                    "readers and writers of \(alteration.table.quoted) wait for this lock, and so does every session behind it",
                    rewrite: "\(alteration.head) DETACH PARTITION \(child.quoted) CONCURRENTLY;")
            }
        },
    ]
}

/// A CHECK that says the same as a partition's bound.
struct PartitionCheck {
    /// The expression.
    let expression: String

    /// Makes it of a bound over one column; nil where it cannot be derived.
    init?(_ bound: ParseNode, key: [String]) {
        guard key.count == 1, let name = key.first else { return nil }
        let column = RelationName(name: name).quoted
        switch bound.string("strategy") {
        case "r":
            guard let lower = bound.list("lowerdatums").first, let upper = bound.list("upperdatums").first,
                let low = Self.value(lower), let high = Self.value(upper)
            else { return nil }
            var parts = ["\(column) IS NOT NULL"]
            if low != "minvalue" { parts.append("\(column) >= \(low)") }
            if high != "maxvalue" { parts.append("\(column) < \(high)") }
            expression = parts.joined(separator: " AND ")
        case "l":
            let values = bound.list("listdatums").compactMap(Self.value)
            guard values.count == bound.list("listdatums").count, !values.contains("NULL") else { return nil }
            expression = "\(column) IS NOT NULL AND \(column) IN (\(values.joined(separator: ", ")))"
        default: return nil
        }
    }

    /// A constant as SQL writes it.
    private static func value(_ node: ParseNode) -> String? {
        if let name = node.as("ColumnRef")?.names("fields").first { return name }
        guard let constant = node.as("A_Const") else { return nil }
        if let text = constant["sval"]?.string("sval") { return "'\(text.replacing("'", with: "''"))'" }
        if let float = constant["fval"]?.string("fval") { return float }
        if let integer = constant["ival"] { return String(integer["ival"]?.integer ?? 0) }
        return constant.flag("isnull") ? "NULL" : nil
    }
}
