import PostgresClient
import RSSCore

/// Deletes the keys of a partition's rows from the registry, batch by batch, so that what belongs to the rows is deleted,
/// or set to NULL or a default, as each foreign key declares.
struct KeyRemoval: Sendable {
    /// Keys deleted in one transaction.
    static let batch = 1000
    /// The table of this session that lists the keys.
    private static let list = "pg_temp.rssctl_keys"

    private let registry: KeyRegistry
    private let connection: PostgresConnection
    private let own: String
    private let key: [String]
    /// The statement that lists the remaining keys, in batches.
    let collecting: String
    /// The statement that deletes those of one batch.
    let deleting: String
    private let locking: String

    init(_ registry: KeyRegistry, of partition: RelationName, _ connection: PostgresConnection) async throws {
        self.registry = registry
        self.connection = connection
        own = try await connection.quote(registry.relation)
        var (columns, key): ([String], [String]) = ([], [])
        for column in registry.columns { columns.append(try await connection.quoteIdentifier(column)) }
        for column in registry.key { key.append(try await connection.quoteIdentifier(column)) }
        self.key = key
        // A key whose other columns differ belongs to a row elsewhere.
        let same = columns.map { "k.\($0) IS NOT DISTINCT FROM p.\($0)" }.joined(separator: " AND ")
        let equal = key.map { "k.\($0) = p.\($0)" }.joined(separator: " AND ")
        let keys = key.map { "k.\($0)" }.joined(separator: ", ")
        collecting = """
            CREATE TEMPORARY TABLE rssctl_keys AS SELECT \(keys), (row_number() OVER (ORDER BY \(keys)) - 1) / \(Self.batch) AS rssctl_batch \
            FROM \(own) AS k JOIN ONLY \(try await connection.quote(partition)) AS p ON \(equal) WHERE \(same)
            """
        let inBatch = key.map { "k.\($0) = b.\($0)" }.joined(separator: " AND ") + " AND b.rssctl_batch = $1"
        deleting = "DELETE FROM \(own) AS k USING \(Self.list) AS b WHERE \(inBatch)"
        locking =
            "SELECT count(*) FROM (SELECT 1 FROM \(own) AS k JOIN \(Self.list) AS b ON \(inBatch) FOR UPDATE OF k) AS s"
    }

    /// Lists the keys, and returns how many batches they are.
    func collect() async throws -> Int {
        try await forget()
        try await connection.execute(collecting, timeout: LongStatement.reading)
        try await connection.execute("CREATE INDEX ON \(Self.list) (rssctl_batch)", timeout: LongStatement.reading)
        try await connection.execute("ANALYZE \(Self.list)")
        return try await connection.query("SELECT coalesce(max(rssctl_batch) + 1, 0)::int FROM \(Self.list)").first?
            .decode(Int.self, at: 0) ?? 0
    }

    /// Drops the list.
    func forget() async throws { try await connection.execute("DROP TABLE IF EXISTS \(Self.list)") }

    /// The condition that a row of the partition, `r0`, is one of a batch.
    func condition() -> String {
        let columns = key.map { "r0.\($0)" }.joined(separator: ", ")
        return "(\(columns)) IN (SELECT \(key.joined(separator: ", ")) FROM \(Self.list) WHERE rssctl_batch = $1)"
    }

    /// Prevents others from referencing the keys of a batch until the transaction ends.
    func lock(_ batch: Int) async throws { try await connection.query(locking, [batch]) }

    /// Deletes the keys of a batch.
    func delete(_ batch: Int) async throws { try await connection.execute(deleting, [batch]) }
}
