import RSSCore
import SQLScript

/// Which locks a statement takes on which relations, derived from its parse tree.
///
/// The source is PostgreSQL 15's own code (`AlterTableGetLockLevel` and the callers of `table_open`); the tests run each
/// kind of statement on a server and compare with `pg_locks`.
package enum LockPrediction {
    /// The locks on tables, views, sequences and named indexes that exist before the statement, the strongest for each,
    /// in the order in which the statement names them.
    ///
    /// Without a catalog only what the statement names is known. With one, so are the partitions and children that it
    /// descends to, the DEFAULT partition, the tables at the other end of a foreign key, the table of an index, and what
    /// a view reads. Locks that depend on rows, such as those of a foreign key's check, are not included.
    package static func locks(of tree: ParseNode, in catalog: CatalogSnapshot? = nil) -> [RelationLock] {
        var locks = LockCollector(catalog: catalog)
        locks.statement(tree)
        return locks.all
    }
}

/// Gathers the locks of one statement.
struct LockCollector {
    let catalog: CatalogSnapshot?
    private var modes: [RelationName: LockMode] = [:]
    private var order: [RelationName] = []

    init(catalog: CatalogSnapshot?) { self.catalog = catalog }

    /// The locks found so far.
    var all: [RelationLock] { order.compactMap { name in modes[name].map { RelationLock(name, $0) } } }

    /// Adds a lock; the strongest of a relation stays.
    mutating func add(_ name: RelationName?, _ mode: LockMode, descends: Bool = false) {
        guard let name else { return }
        let known = catalog?.resolve(name) ?? name
        if modes[known] == nil { order.append(known) }
        modes[known] = max(modes[known] ?? mode, mode)
        guard descends, let catalog else { return }
        for child in catalog.descendants(of: known) { add(child.name, mode) }
    }

    /// Adds a lock on a `RangeVar`; without ONLY it goes down to partitions and children where the statement does.
    mutating func add(range: ParseNode?, _ mode: LockMode, descends: Bool = false) {
        let node = range?["RangeVar"] ?? range
        add(RelationName(node), mode, descends: descends && node?.flag("inh") == true)
    }

    /// Adds a lock on each relation of a list.
    mutating func add(ranges: [ParseNode], _ mode: LockMode, descends: Bool = false) {
        for range in ranges { add(range: range, mode, descends: descends) }
    }

    mutating func statement(_ tree: ParseNode) {
        guard let (type, node) = tree.tagged else { return }
        // From PostgreSQL 18 on, the relations of a GRANT are locked while their rights change.
        if type == "GrantStmt", let catalog, catalog.serverVersion >= 180_000,
            ["OBJECT_TABLE", "OBJECT_SEQUENCE"].contains(node.string("objtype") ?? ""),
            node.string("targtype") == "ACL_TARGET_OBJECT"
        {
            return add(ranges: node.list("objects"), .accessShare)
        }
        if definition(type, node) || change(type, node) || maintenance(type, node) { return }
        data(type, node)
    }
}
