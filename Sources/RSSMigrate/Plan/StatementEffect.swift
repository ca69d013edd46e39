import RSSCore
import SQLScript

/// What a statement will do to a database: locks, work, size, time.
package struct StatementEffect: Sendable, Equatable {
    /// What the statement is called.
    package let command: String
    /// Whether it may run inside a transaction.
    package let runsInTransaction: Bool
    /// The locks that it takes.
    package let locks: [RelationLock]
    /// Those on relations that the script has not made itself: other sessions may use them.
    package let locksOnExisting: [RelationLock]
    /// The parents of the locked relations that are partitions.
    let partitionParents: [RelationName: RelationName]
    /// The work besides the catalog.
    package let work: [StatementWork]
    /// What it drops besides what it names.
    package let drops: DroppedObjects
    /// Rows that the work goes over; nil where they are not known.
    package let rows: Int64?
    /// Bytes that the work goes over; nil where they are not known.
    package let bytes: Int64?
    /// How long it takes once it has its locks.
    package let duration: DurationClass

    /// Whether locks and work are all known; if not, there may be more than those named.
    package var isKnown: Bool { !work.contains(.unseen) }
    /// Whether the statement was read; of one that was not, nothing is known but its words.
    package let isRead: Bool

    /// Judges a statement of a file by what there is before it.
    init(of statement: LintStatement, in catalog: CatalogSnapshot) {
        self.init(
            of: statement.tree, words: statement.tree.tagged == nil ? statement.source.words : [],
            isAlone: statement.isAlone, in: catalog)
    }

    /// Judges a statement by what there is before it.
    ///
    /// - Parameters:
    ///   - words: those of a statement that cannot be parsed.
    ///   - isAlone: whether its file says that no transaction spans its statements.
    package init(of tree: ParseNode, words: [String] = [], isAlone: Bool = false, in catalog: CatalogSnapshot) {
        isRead = tree.tagged != nil
        command = isRead ? CommandTag.of(tree) : CommandTag.of(words: words)
        runsInTransaction =
            !isAlone
            && (isRead
                ? TransactionMode.isAllowedInTransaction(tree) : TransactionMode.isAllowedInTransaction(words: words))
        locks = LockPrediction.locks(of: tree, in: catalog)
        partitionParents = Dictionary(
            locks.compactMap { lock in
                catalog.relation(lock.relation).flatMap { $0.isPartition ? $0.parents.first : nil }.map {
                    (lock.relation, $0)
                }
            }
        ) { first, _ in first }
        locksOnExisting = locks.filter { !catalog.isNew($0.relation) }
        work = isRead ? WorkPrediction.work(of: tree, in: catalog) : [.unseen]
        drops = DroppedObjects(of: tree, in: catalog)
        var tables: [RelationName] = []
        for name in work.compactMap(\.relation) where !tables.contains(name) { tables.append(name) }
        let counts = tables.map { catalog.rows(of: $0) }
        let sizes = tables.map { catalog.bytes(of: $0) }
        rows = tables.isEmpty || counts.contains(nil) ? nil : counts.compactMap { $0 }.reduce(0, +)
        bytes = tables.isEmpty || sizes.contains(nil) ? nil : sizes.compactMap { $0 }.reduce(0, +)
        duration =
            if work.contains(.waits) {
                .unbounded
            } else if work.contains(.unseen) {
                .unknown
            } else if work.isEmpty || tables.allSatisfy(catalog.isNew) {
                .instant
            } else {
                rows.map { $0 <= DurationClass.fewRows ? .short : .proportional } ?? .proportional
            }
    }

    /// Tables that are rewritten.
    package var rewrites: [RelationName] { work.compactMap { if case .rewrite(let name) = $0 { name } else { nil } } }
    /// Tables whose rows are all read.
    package var scans: [RelationName] { work.compactMap { if case .scan(let name) = $0 { name } else { nil } } }
    /// Tables over which an index is built.
    package var builds: [RelationName] { work.compactMap { if case .build(let name) = $0 { name } else { nil } } }

    /// Tables whose rows the statement itself changes.
    package var changes: [RelationName] { work.compactMap { if case .change(let name) = $0 { name } else { nil } } }

    /// The strongest lock on a relation that was there before.
    package var strongest: RelationLock? { locksOnExisting.max { $0.mode < $1.mode } }
}

/// Whose statements wait while a lock is held.
package enum Blocked: String, Sendable, Codable {
    /// None but those that want the same.
    case nothing
    /// Changes of the schema, VACUUM, index builds.
    case maintenance
    /// INSERT, UPDATE, DELETE as well.
    case writes
    /// Every statement, plain SELECT included.
    case readsAndWrites

    /// What a lock of a mode blocks.
    package init(_ mode: LockMode) {
        self =
            mode.stopsReaders
            ? .readsAndWrites : mode.stopsWriters ? .writes : mode >= .shareUpdateExclusive ? .maintenance : .nothing
    }
}
