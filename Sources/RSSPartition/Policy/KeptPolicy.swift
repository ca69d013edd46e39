import PostgresClient
import RSSCore

/// What the database keeps of the policy of one table, be it readable or not.
package struct KeptPolicy: Sendable {
    /// The table.
    package var table: RelationName
    /// Its policy, or what keeps that from being read.
    package var reading: Result<PartitionPolicy, PartitionError>

    /// The policy; nil for one that cannot be read.
    package var policy: PartitionPolicy? { try? reading.get() }
}
