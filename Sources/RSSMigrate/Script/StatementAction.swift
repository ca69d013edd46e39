import RSSCore
import SQLScript

/// How a statement of a migration is run.
package indirect enum StatementAction: Sendable, Hashable {
    /// In a transaction, together with its record.
    case transactional
    /// In a transaction that must end with it: a label added to an enum cannot be used before the commit.
    case endsTransaction
    /// In a transaction of its own, with its record: its file says that none spans its statements.
    case ownTransaction
    /// `CREATE INDEX CONCURRENTLY`
    case createIndex(IndexBuild)
    /// `DROP INDEX CONCURRENTLY`
    case dropIndex(RelationName)
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`
    case detach(table: RelationName, partition: RelationName)
    /// A change of data cut into batches.
    case backfill(Backfill)
    /// Outside any transaction, and harmless when it is run once more: VACUUM, REINDEX CONCURRENTLY, ALTER SYSTEM.
    case repeatable
    /// Outside any transaction, as its file says, and run once more from its beginning when it was interrupted: what may
    /// commit by itself (DO, CALL), and what the grammar does not know.
    case outside
    /// Outside any transaction, and done when the object is there, or gone.
    case makesObject(SharedObject)

    /// Whether it shares a transaction with its neighbours.
    var isTransactional: Bool { [.transactional, .endsTransaction, .ownTransaction].contains(self) }

    /// As the history and the plan show it.
    package var name: String {
        switch self {
        case .transactional, .endsTransaction, .ownTransaction: "transactional"
        case .createIndex, .dropIndex, .detach: "concurrent"
        case .backfill: "backfill"
        case .repeatable, .makesObject, .outside: "no transaction"
        }
    }
}

/// An object whose making or removal cannot be part of a transaction, so that only the catalog shows whether it was done.
package struct SharedObject: Sendable, Hashable {
    /// The catalogs in which such objects are listed.
    package enum Kind: String, Sendable { case database, tablespace, subscription }

    /// Which kind.
    package let kind: Kind
    /// Its name.
    package let name: String
    /// Whether the statement makes it; if not, it removes it.
    package let isMade: Bool
}

extension StatementAction {
    /// Decides how a statement is to be run; of one that cannot be parsed, its words decide.
    ///
    /// - Parameter mode: what the file says of its transactions.
    init(
        _ statement: ScriptStatement, tree: ParseNode?, backfill: Directive.Backfill?, mode: Directive.Transaction?
    ) throws(BackfillError) {
        if let backfill {
            self = .backfill(try Backfill(statement, tree: tree, backfill))
            return
        }
        guard let tree, let (type, node) = tree.tagged else {
            self =
                mode == Directive.Transaction.none || !TransactionMode.isAllowedInTransaction(statement, nil)
                ? .outside : .transactional
            return
        }
        if TransactionMode.isAllowedInTransaction(tree) {
            if mode == Directive.Transaction.none {
                self = ["DoStmt", "CallStmt"].contains(type) ? .outside : .ownTransaction
                return
            }
            // A label that exists already, or one that is renamed, can be used at once.
            let addsLabel = type == "AlterEnumStmt" && node.string("oldVal") == nil
            self = addsLabel ? .endsTransaction : .transactional
            return
        }
        switch type {
        case "IndexStmt": self = IndexBuild(statement, tree: tree).map(Self.createIndex) ?? .repeatable
        case "DropStmt":
            let names = node.list("objects").first?.as("List")?.names("items") ?? []
            self = RelationName(parts: names).map(Self.dropIndex) ?? .repeatable
        case "AlterTableStmt":
            let command = node.list("cmds").first?.as("AlterTableCmd")?["def"]?.as("PartitionCmd")
            if let table = RelationName(node["relation"]), let partition = RelationName(command?["name"]) {
                self = .detach(table: table, partition: partition)
            } else {
                self = .repeatable
            }
        case "CreatedbStmt": self = Self.shared(.database, node.string("dbname"), isMade: true)
        case "DropdbStmt": self = Self.shared(.database, node.string("dbname"), isMade: false)
        case "CreateTableSpaceStmt": self = Self.shared(.tablespace, node.string("tablespacename"), isMade: true)
        case "DropTableSpaceStmt": self = Self.shared(.tablespace, node.string("tablespacename"), isMade: false)
        case "CreateSubscriptionStmt": self = Self.shared(.subscription, node.string("subname"), isMade: true)
        case "DropSubscriptionStmt": self = Self.shared(.subscription, node.string("subname"), isMade: false)
        default: self = .repeatable
        }
    }

    private static func shared(_ kind: SharedObject.Kind, _ name: String?, isMade: Bool) -> StatementAction {
        name.map { .makesObject(SharedObject(kind: kind, name: $0, isMade: isMade)) } ?? .repeatable
    }
}
