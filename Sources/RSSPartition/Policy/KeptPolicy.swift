import PostgresClient
import RSSCore

/// The policy of one table in the database, readable or not.
package struct KeptPolicy: Sendable {
    /// The table.
    package var table: RelationName
    /// Its policy, or why that cannot be read.
    package var reading: Result<PartitionPolicy, PartitionError>

    /// The policy; nil for one that cannot be read: why is in ``reading``, and is reported from there.
    package var policy: PartitionPolicy? { try? reading.get() }
}
