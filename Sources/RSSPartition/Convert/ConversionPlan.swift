import RSSCore
import RSSModel

/// What a conversion does, in order.
package struct ConversionPlan: Sendable {
    /// A step.
    package struct Step: Sendable, Equatable, Encodable {
        /// What it does.
        package var what: String
        /// What it locks that is in use, strongest first.
        package var locks: [PartitionOperation.Lock]
        /// The statements, in order.
        package var statements: [String]

        init(_ what: String, _ locks: [RelationLock] = [], _ statements: [String]) {
            self.what = what
            self.locks = locks.map(PartitionOperation.Lock.init)
            self.statements = statements
        }
    }

    /// The table.
    package var table: RelationName
    /// The name that the table has as a partition.
    package var legacy: RelationName
    /// The registry of keys that stay unique over all partitions; nil for none.
    package var registry: RelationName?
    /// Where the former table ends as a partition.
    package var upper: String
    /// Estimated rows.
    package var rows: Double
    /// Bytes.
    package var bytes: Int64
    /// The steps.
    package var steps: [Step]
    /// What is carried over.
    package var carried: [String]
    /// What changes.
    package var changes: [String]
    /// Which changes the user has to confirm: the primary key becomes another, rows cannot be distinguished.
    package var asked: [String]
}

/// What a conversion, or undoing one, has done.
package struct ConversionOutcome: Sendable {
    /// A step that was done in this run.
    package struct Step: Sendable, Equatable, Encodable {
        /// What.
        package var what: String
        /// How long it took.
        package var milliseconds: Int64
    }

    /// The table.
    package var table: RelationName
    /// The steps of this run; empty when there was nothing left to do.
    package var steps: [Step] = []
    /// How long the locks of the cutover were held, from the first one up to the end of its COMMIT; nil when it was done before.
    package var cutoverMilliseconds: Double?
    /// How often the cutover was tried.
    package var cutoverTries = 0
    /// The name of the former table as a partition, whether or not it was divided since.
    package var former: RelationName?
    /// The former table, now a partition; nil when there is none.
    package var legacy: RelationName?
    /// Where it ends.
    package var upper: String?
    /// The interval of the partitions after it.
    package var interval: PartitionInterval?
    /// The partitions after it.
    package var partitions: [RelationName] = []
    /// What has changed; empty where the cutover was done before.
    package var changes: [String] = []
}
