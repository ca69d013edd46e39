import RSSModel

/// What a conversion does, in order.
public struct ConversionPlan: Sendable {
    /// A step.
    public struct Step: Sendable, Equatable, Encodable {
        /// What it does.
        public var what: String
        /// What it locks that is in use, strongest first.
        public var locks: [PartitionOperation.Lock]
        /// The statements, in order.
        public var statements: [String]

        init(_ what: String, _ locks: [RelationLock] = [], _ statements: [String]) {
            self.what = what
            self.locks = locks.map(PartitionOperation.Lock.init)
            self.statements = statements
        }
    }

    /// The table.
    public var table: RelationName
    /// The name that the table has as a partition.
    public var legacy: RelationName
    /// The registry of keys that stay unique over all partitions; nil for none.
    public var registry: RelationName?
    /// Where what the partition of old holds ends.
    public var upper: String
    /// Estimated rows.
    public var rows: Double
    /// Bytes.
    public var bytes: Int64
    /// The steps.
    public var steps: [Step]
    /// What is taken along.
    public var carried: [String]
    /// What will be otherwise than before.
    public var changes: [String]
    /// What of that somebody has to agree to: the primary key becomes another, rows cannot be told apart.
    public var asked: [String]
}

/// What a conversion, or taking one back, has done.
public struct ConversionOutcome: Sendable {
    /// A step that was done in this run.
    public struct Step: Sendable, Equatable, Encodable {
        /// What.
        public var what: String
        /// How long it took.
        public var milliseconds: Int64
    }

    /// The table.
    public var table: RelationName
    /// The steps of this run; empty when there was nothing left to do.
    public var steps: [Step] = []
    /// How long the locks of the cutover were held, from the first one up to the end of its COMMIT; nil when it was done before.
    public var cutoverMilliseconds: Double?
    /// How often the cutover was tried.
    public var cutoverTries = 0
    /// The name of the former table as a partition, whether or not it was divided since.
    public var former: RelationName?
    /// The former table, now a partition; nil when there is none.
    public var legacy: RelationName?
    /// Where it ends.
    public var upper: String?
    /// The interval of the partitions behind it.
    public var interval: PartitionInterval?
    /// The partitions behind it.
    public var partitions: [RelationName] = []
    /// What is otherwise than before; empty where the cutover was done before.
    public var changes: [String] = []
}
