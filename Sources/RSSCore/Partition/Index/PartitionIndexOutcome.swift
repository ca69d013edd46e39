import RSSModel

/// What became of an index of a partitioned table.
public struct PartitionIndexOutcome: Sendable, Equatable {
    /// One thing done for one partition, or the whole table.
    public struct Step: Sendable, Equatable {
        /// The table or partition.
        public var table: RelationName
        /// Its index.
        public var index: RelationName
        /// Done, pending in a dry run, ok where it was there already, failed.
        public var state: Verdict
        /// The statements, in a dry run.
        public var statements: [String] = []
        /// Its size before.
        public var bytes: Int64?
        /// Its size after.
        public var bytesAfter: Int64?
        /// How long it took.
        public var duration: Duration?
        /// What kept it from being done.
        public var error: ErrorReport?
    }

    /// The partitioned table.
    public var table: RelationName
    /// The index, or the table for all its indexes.
    public var target: RelationName
    /// What was done, in order.
    public var steps: [Step]
}
