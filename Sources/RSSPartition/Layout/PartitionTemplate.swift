import PostgresClient
import RSSCore

/// How a new partition of a table is created: as a separate table like its parent, then attached.
///
/// Never `PARTITION OF`, which takes ACCESS EXCLUSIVE on the parent and so makes every reader wait behind the oldest one.
struct PartitionTemplate: Sendable {
    /// The parent's quoted name.
    let parent: String
    private let policy: PartitionPolicy
    private let carried: [String]
    private let quotedTablespace: String?
    private static let placeholder = "$partition$"

    /// Reads what partitions of a table inherit from it.
    ///
    /// - Throws: ``PolicyError/storageParameter(_:problem:)`` for one that must not be part of a statement,
    ///   ``PolicyError/tablespaceOfOthers(_:owner:)``, `PostgresError`.
    init(_ table: PartitionedTable, policy: PartitionPolicy, connection: PostgresConnection) async throws {
        parent = try await connection.quote(table.relation)
        self.policy = policy
        if let parameter = policy.storageParameters.first(where: { !PartitionPolicy.isStorageParameter($0) }) {
            throw PolicyError.storageParameter(parameter, problem: "It is not of the form name=value.")
        }
        quotedTablespace = try await policy.quotedTablespace(of: table.oid, connection)
        carried = try await connection.query(
            SQLResource(PackageResources.partition_template_sql).text, [table.oid, Self.placeholder]
        ).map { try $0.decode(String.self, at: 0) }
    }

    /// The statements that make a table which can be attached; the name is quoted already.
    func create(_ partition: String, withIndexes: Bool = true) -> [String] {
        // Checked above: names of parameters and plain values only.
        let parameters =
            policy.storageParameters.isEmpty ? "" : " WITH (\(policy.storageParameters.joined(separator: ", ")))"
        let tablespace = quotedTablespace.map { " TABLESPACE \($0)" } ?? ""
        return [
            "CREATE TABLE \(partition) (LIKE \(parent) INCLUDING ALL EXCLUDING IDENTITY\(withIndexes ? "" : " EXCLUDING INDEXES"))\(parameters)\(tablespace)"
        ]
            + carried.map { $0.replacing(Self.placeholder, with: partition) }
    }

    /// The statement that attaches it.
    func attach(_ partition: String, _ bound: Partition.Bound, key: PartitionKey) -> String {
        "ALTER TABLE \(parent) ATTACH PARTITION \(partition) \(key.definition(bound))"
    }
}

extension PartitionPolicy {
    /// The tablespace for partitions of a table, quoted; nil for none.
    ///
    /// The owner of the table writes its policy: what a superuser makes by it goes where the owner may make tables as well.
    ///
    /// - Throws: ``PolicyError/tablespaceOfOthers(_:owner:)``, `PostgresError`.
    func quotedTablespace(of table: Int64, _ connection: PostgresConnection) async throws -> String? {
        guard let tablespace else { return nil }
        let owner = try await connection.query(
            """
            SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c, pg_tablespace s
            WHERE c.oid = $1::bigint::oid AND s.spcname = $2::text::name
                AND NOT has_tablespace_privilege(c.relowner, s.oid, 'CREATE')
                AND s.oid <> (SELECT d.dattablespace FROM pg_database d WHERE d.datname = current_database())
            """, [table, tablespace]
        ).first?.decode(String.self, at: 0)
        if let owner { throw PolicyError.tablespaceOfOthers(tablespace, owner: owner) }
        return try await connection.quoteIdentifier(tablespace)
    }
}

extension PartitionKey {
    /// A bound as SQL writes it: `FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`. The texts of points contain no quote.
    func definition(_ bound: Partition.Bound) -> String {
        let lower = bound.lower.map { "'\(text($0))'" } ?? "MINVALUE"
        let upper = bound.upper.map { "'\(text($0))'" } ?? "MAXVALUE"
        return "FOR VALUES FROM (\(lower)) TO (\(upper))"
    }

    /// The condition that a row is within a bound, for a CHECK constraint that spares ATTACH its scan; the column's name
    /// is quoted already.
    func condition(_ bound: Partition.Bound, column: String) -> String {
        [bound.lower.map { "\(column) >= '\(text($0))'" }, bound.upper.map { "\(column) < '\(text($0))'" }]
            .compactMap { $0 }.joined(separator: " AND ")
    }
}
