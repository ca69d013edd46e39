import RSSCore
import RSSModel

/// The outcome of work on an index of a partitioned table.
package struct PartitionIndexOutcome: Sendable, Equatable {
    /// One thing done for one partition, or the whole table.
    package struct Step: Sendable, Equatable {
        /// The table or partition.
        package var table: RelationName
        /// Its index.
        package var index: RelationName
        /// Done, pending in a dry run, ok where it was there already, failed.
        package var state: Verdict
        /// The statements, in a dry run.
        package var statements: [String] = []
        /// Its size before.
        package var bytes: Int64?
        /// Its size after.
        package var bytesAfter: Int64?
        /// How long it took.
        package var duration: Duration?
        /// Why it was not done; nil when it was.
        package var error: ErrorReport?
    }

    /// The partitioned table.
    package var table: RelationName
    /// The index, or the table for all its indexes.
    package var target: RelationName
    /// What was done, in order.
    package var steps: [Step]
}
