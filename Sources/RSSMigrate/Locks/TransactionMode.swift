import SQLScript

/// Which statements PostgreSQL refuses inside a transaction; known from the parse tree alone, or from the words of a
/// statement that the grammar does not know.
///
/// The source is `PreventInTransactionBlock` of PostgreSQL 15. What depends on the catalog is not seen here: REINDEX and
/// CLUSTER of a partitioned table are refused as well, and so is a procedure that commits.
package enum TransactionMode {
    /// Whether a statement may run inside a transaction.
    package static func isAllowedInTransaction(_ tree: ParseNode) -> Bool {
        guard let (type, node) = tree.tagged else { return true }
        switch type {
        case "CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterSystemStmt":
            return false
        case "IndexStmt": return !node.flag("concurrent")
        case "DropStmt": return !(node.flag("concurrent") && node.string("removeType") == "OBJECT_INDEX")
        case "ReindexStmt":
            let whole = ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE"]
            return !whole.contains(node.string("kind") ?? "") && !option("concurrently", in: node.list("params"))
        case "VacuumStmt": return !node.flag("is_vacuumcmd")
        case "ClusterStmt": return node["relation"] != nil
        case "DiscardStmt": return node.string("target") != "DISCARD_ALL"
        case "AlterDatabaseStmt": return !node.list("options").contains { definition($0)?.name == "tablespace" }
        case "AlterTableStmt": return !node.list("cmds").contains(where: detachesConcurrently)
        case "CreateSubscriptionStmt": return !makesSlot(node.list("options"))
        // DROP SUBSCRIPTION is allowed where no slot is associated, which only the catalog knows.
        case "DropSubscriptionStmt": return false
        case "AlterSubscriptionStmt": return !refreshes(node)
        case "TransactionStmt":
            return !["TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED"].contains(node.string("kind") ?? "")
        default: return true
        }
    }

    /// Whether a statement that cannot be parsed, by its words in upper case, may run inside a transaction: the commands
    /// that PostgreSQL 15 refuses there, in forms that it does not know, and those that came after it.
    package static func isAllowedInTransaction(words: [String]) -> Bool {
        let second = words.dropFirst().first ?? ""
        let isConcurrent = words.contains("CONCURRENTLY")
        return switch words.first {
        case "VACUUM", "REPACK": false
        case "CREATE", "DROP": !["DATABASE", "TABLESPACE", "SUBSCRIPTION"].contains(second) && !isConcurrent
        case "REINDEX": !["SCHEMA", "SYSTEM", "DATABASE"].contains(where: words.contains) && !isConcurrent
        case "ALTER": second != "SYSTEM" && !(words.contains("DETACH") && isConcurrent)
        default: true
        }
    }

    /// The same of a statement, however far it could be read.
    static func isAllowedInTransaction(_ statement: ScriptStatement, _ tree: ParseNode?) -> Bool {
        guard let tree, tree.tagged != nil else { return isAllowedInTransaction(words: statement.words) }
        return isAllowedInTransaction(tree)
    }

    /// Whether a statement begins, ends or divides a transaction: BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like.
    package static func isTransactionControl(_ tree: ParseNode) -> Bool { tree.as("TransactionStmt") != nil }

    private static func detachesConcurrently(_ command: ParseNode) -> Bool {
        guard let command = command.as("AlterTableCmd"), command.string("subtype") == "AT_DetachPartition" else {
            return false
        }
        return command["def"]?.as("PartitionCmd")?.flag("concurrent") ?? false
    }

    /// CREATE SUBSCRIPTION makes a slot on the publisher unless an option says not to.
    private static func makesSlot(_ options: [ParseNode]) -> Bool {
        let isConnecting = definition("connect", in: options).map(isOn) ?? true
        return definition("create_slot", in: options).map(isOn) ?? isConnecting
    }

    private static func refreshes(_ node: ParseNode) -> Bool {
        switch node.string("kind") {
        case "ALTER_SUBSCRIPTION_REFRESH": true
        case "ALTER_SUBSCRIPTION_SET_PUBLICATION", "ALTER_SUBSCRIPTION_ADD_PUBLICATION",
            "ALTER_SUBSCRIPTION_DROP_PUBLICATION":
            definition("refresh", in: node.list("options")).map(isOn) ?? true
        default: false
        }
    }

    /// Whether a list of options has one of a name that is on: `(VERBOSE, CONCURRENTLY)`.
    static func option(_ name: String, in options: [ParseNode]) -> Bool {
        definition(name, in: options).map(isOn) ?? false
    }

    private static func definition(_ name: String, in options: [ParseNode]) -> ParseNode? {
        options.last { definition($0)?.name == name }.flatMap { definition($0)?.value ?? .null }
    }

    private static func definition(_ option: ParseNode) -> (name: String, value: ParseNode?)? {
        guard let element = option.as("DefElem"), let name = element.string("defname") else { return nil }
        return (name, element["arg"])
    }

    /// An option without a value is on; `off`, `false`, `no` and `0` are off.
    private static func isOn(_ value: ParseNode) -> Bool {
        if let boolean = value.as("Boolean") { return boolean.flag("boolval") }
        if let number = value.as("Integer") { return (number["ival"]?.integer ?? 0) != 0 }
        guard let word = value.as("String")?.string("sval") else { return true }
        return !["off", "false", "no", "0"].contains(word.lowercased())
    }
}
