import PostgresClient
import RSSCore
import RSSModel

/// One operation of maintaining a table's partitions, with what it locks.
package struct PartitionOperation: Sendable, Equatable, Codable {
    /// What is done.
    package enum Kind: String, Sendable, Codable {
        /// Finish an interrupted DETACH CONCURRENTLY: its rows are invisible until then.
        case finishDetach = "finish detach"
        /// Let a partition be written to again whose writes are refused for a run that no longer exists.
        case liftBlock = "lift write block"
        /// Make a partition.
        case create
        /// Move the rows of a cell out of the default partition into one of their own.
        case drain
        /// Build an index where leaves lack it.
        case buildIndex = "build index"
        /// Collect statistics on the whole table.
        case analyze
        /// Take a partition out of its table, for quarantine.
        case detach
        /// Drop a partition whose quarantine is over.
        case drop
    }

    /// A lock that it takes.
    package struct Lock: Sendable, Equatable, Codable {
        /// The relation.
        package var relation: String
        /// The mode, as LOCK TABLE takes it.
        package var mode: String

        init(_ lock: RelationLock) {
            relation = lock.relation.quoted
            mode = lock.mode.name
        }
    }

    /// What is done.
    package var kind: Kind
    /// The partition, index or table.
    package var object: RelationName
    /// What the partition holds.
    package var bound: Partition.Bound?
    /// The bound as people read it.
    package var range: String?
    /// Why.
    package var reason: String
    /// The locks on tables that are in use, strongest first.
    package var locks: [Lock]
    /// Estimated rows concerned; nil where not known.
    package var rows: Double?
    /// Bytes concerned; nil where not known.
    package var bytes: Int64?
    /// The statements, in order.
    package var statements: [String]

    init(
        _ kind: Kind, _ object: RelationName, bound: Partition.Bound? = nil, range: String? = nil, reason: String,
        locks: [RelationLock] = [], rows: Double? = nil, bytes: Int64? = nil, statements: [String] = []
    ) {
        self.kind = kind
        self.object = object
        self.bound = bound
        self.range = range
        self.reason = reason
        self.locks = locks.sorted { $0.mode > $1.mode }.map(Lock.init)
        self.rows = rows
        self.bytes = bytes
        self.statements = statements
    }
}
