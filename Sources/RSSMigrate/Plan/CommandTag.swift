import SQLScript

/// What a statement is called: `ALTER TABLE`, `CREATE INDEX CONCURRENTLY`.
package enum CommandTag {
    /// The name of a statement that cannot be parsed, by its words in upper case: `ALTER TABLE`, `MERGE`.
    package static func of(words: [String]) -> String {
        guard let first = words.first else { return "?" }
        let hasObject: Set = ["ALTER", "CREATE", "DROP", "COMMENT"]
        return hasObject.contains(first) ? words.prefix(2).joined(separator: " ") : first
    }

    /// The name, as PostgreSQL reports it where it has one.
    package static func of(_ tree: ParseNode) -> String {
        guard let (type, node) = tree.tagged else { return "?" }
        let concurrently = node.flag("concurrent") ? " CONCURRENTLY" : ""
        switch type {
        case "AlterTableStmt": return "ALTER " + object(node.string("objtype"))
        case "RenameStmt":
            let isOfTable = ["OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"].contains(node.string("renameType") ?? "")
            return "ALTER " + (isOfTable ? "TABLE" : object(node.string("renameType")))
        case "AlterObjectSchemaStmt", "AlterOwnerStmt": return "ALTER " + object(node.string("objectType"))
        case "DropStmt": return "DROP " + object(node.string("removeType")) + concurrently
        case "IndexStmt": return "CREATE INDEX" + concurrently
        case "ReindexStmt":
            return "REINDEX" + (TransactionMode.option("concurrently", in: node.list("params")) ? " CONCURRENTLY" : "")
        case "RefreshMatViewStmt": return "REFRESH MATERIALIZED VIEW" + concurrently
        case "CreateTableAsStmt":
            return node.string("objtype") == "OBJECT_MATVIEW" ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS"
        case "VacuumStmt":
            if !node.flag("is_vacuumcmd") { return "ANALYZE" }
            return TransactionMode.option("full", in: node.list("options")) ? "VACUUM FULL" : "VACUUM"
        case "CreateFunctionStmt": return node.flag("is_procedure") ? "CREATE PROCEDURE" : "CREATE FUNCTION"
        case "GrantStmt": return node.flag("is_grant") ? "GRANT" : "REVOKE"
        case "TransactionStmt":
            return (node.string("kind") ?? "").replacing("TRANS_STMT_", with: "").replacing("_", with: " ")
        case "VariableSetStmt": return node.string("kind")?.hasPrefix("VAR_RESET") == true ? "RESET" : "SET"
        default: return names[type] ?? spelled(type)
        }
    }

    private static let names = [
        "CreateStmt": "CREATE TABLE", "ViewStmt": "CREATE VIEW", "RuleStmt": "CREATE RULE",
        "CreateTrigStmt": "CREATE TRIGGER",
        "CreateSeqStmt": "CREATE SEQUENCE", "AlterSeqStmt": "ALTER SEQUENCE", "CreateStatsStmt": "CREATE STATISTICS",
        "CreatedbStmt": "CREATE DATABASE", "DropdbStmt": "DROP DATABASE", "CompositeTypeStmt": "CREATE TYPE",
        "CreateEnumStmt": "CREATE TYPE", "CreateRangeStmt": "CREATE TYPE", "AlterEnumStmt": "ALTER TYPE",
        "DefineStmt": "CREATE", "SecLabelStmt": "SECURITY LABEL", "GrantRoleStmt": "GRANT",
    ]

    /// `OBJECT_FOREIGN_TABLE`: FOREIGN TABLE.
    private static func object(_ type: String?) -> String {
        let word = (type ?? "").replacing("OBJECT_", with: "")
        return ["MATVIEW": "MATERIALIZED VIEW", "STATISTIC_EXT": "STATISTICS"][word] ?? word.replacing("_", with: " ")
    }

    /// `CreateExtensionStmt`: CREATE EXTENSION.
    private static func spelled(_ type: String) -> String {
        let name = type.hasSuffix("Stmt") ? String(type.dropLast(4)) : type
        return name.reduce(into: "") { text, letter in
            if letter.isUppercase, !text.isEmpty { text += " " }
            text += letter.uppercased()
        }
    }
}
