import RSSCore
import SQLScript

extension LintRule {
    /// Names that change, or are not what they seem.
    static let names: [LintRule] = [
        LintRule(
            "rename-column", .warning, "A renamed column breaks running programs",
            why:
                "The old name is gone at once. Add a new column, keep both equal with a trigger, switch the "
                + "readers, drop the old one; or create a view with the old name over the table."
        ) { context in
            guard let rename = context.node("RenameStmt"), rename.string("renameType") == "OBJECT_COLUMN",
                let table = context.existing(rename)
            else { return [] }
            return [
                LintHit("programs that name \(quoted(rename, "subname")) of \(table.quoted) fail from now on")
            ]
        },
        LintRule(
            "rename-table", .warning, "A renamed table breaks running programs",
            why:
                "The old name is gone at once. A view with the old name, created in the same transaction, keeps "
                + "them running until they know the new one."
        ) { context in
            guard let rename = context.node("RenameStmt"), let table = context.existing(rename),
                ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"].contains(rename.string("renameType") ?? "")
            else { return [] }
            let kept = context.later.contains { RelationName($0.tree.as("ViewStmt")?["view"])?.name == table.name }
            guard !kept else { return [] }
            let new = RelationName(schema: table.schema, name: rename.string("newname") ?? "").quoted
            return [
                LintHit(
                    "programs that name \(table.quoted) fail from now on",
                    rewrite: "\(context.text);\nCREATE VIEW \(table.quoted) AS SELECT * FROM \(new);")
            ]
        },
        LintRule(
            "rename-object", .warning, "A renamed schema, type or value breaks running programs",
            why: "The old name is gone at once."
        ) { context in
            if let value = context.node("AlterEnumStmt"), let old = value.string("oldVal") {
                return [LintHit("programs that write '\(old)' fail from now on")]
            }
            if let move = context.node("AlterObjectSchemaStmt"), let table = context.existing(move) {
                return [LintHit("programs that name \(table.quoted) with its schema fail from now on")]
            }
            guard let rename = context.node("RenameStmt"),
                [
                    "OBJECT_SCHEMA", "OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_FUNCTION", "OBJECT_PROCEDURE",
                    "OBJECT_SEQUENCE", "OBJECT_ATTRIBUTE",
                ]
                .contains(rename.string("renameType") ?? "")
            else { return [] }
            return [LintHit("programs that use the old name fail from now on")]
        },
        LintRule(
            "identifier-too-long", .warning, "PostgreSQL cuts names after 63 bytes",
            why: "The rest is dropped with only a NOTICE; two long names can become one."
        ) { context in
            SQLText(context.text).namesTooLong.map {
                LintHit("\($0.name) is longer than 63 bytes and is cut", character: $0.character)
            }
        },
        LintRule(
            "enum-value-order", .info, "A new enum value goes to the end",
            why: "Its place decides how values sort, and cannot be changed later. BEFORE or AFTER sets it."
        ) { context in
            guard let change = context.node("AlterEnumStmt"), let value = change.string("newVal"),
                change.string("newValNeighbor") == nil,
                change.string("oldVal") == nil
            else { return [] }
            return [LintHit("'\(value)' sorts after all others; give its place with BEFORE or AFTER")]
        },
        LintRule(
            "enum-value-used", .error, "A new enum value is used in the transaction that makes it",
            why: "PostgreSQL refuses it (55P04) until the transaction has ended. Put the use into the next file."
        ) { context in
            guard context.effect.runsInTransaction, context.node("AlterEnumStmt") == nil else { return [] }
            let values = context.before.compactMap { earlier -> String? in
                guard let change = earlier.statement.tree.as("AlterEnumStmt"), change.string("oldVal") == nil else {
                    return nil
                }
                return change.string("newVal")
            }
            var used: [String] = []
            context.tree.walk { type, node in
                if type == "A_Const", let text = node["sval"]?.string("sval"), values.contains(text),
                    !used.contains(text)
                {
                    used.append(text)
                }
            }
            return used.map {
                LintHit("'\($0)' was added in this file and cannot be used before its transaction has ended")
            }
        },
    ]

    static func quoted(_ node: ParseNode, _ field: String) -> String {
        RelationName(name: node.string(field) ?? "").quoted
    }
}
