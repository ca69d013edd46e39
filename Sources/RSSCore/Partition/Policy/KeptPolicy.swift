import PostgresClient

/// What the database keeps of the policy of one table, be it readable or not.
public struct KeptPolicy: Sendable {
    /// The table.
    public var table: RelationName
    /// Its policy, or what keeps that from being read.
    public var reading: Result<PartitionPolicy, PartitionError>

    /// The policy; nil for one that cannot be read.
    public var policy: PartitionPolicy? { try? reading.get() }
}
