import PostgresClient
import RSSCore

/// How a partition can be taken out without other sessions waiting for long.
enum DetachWay: Sendable, Equatable {
    /// DETACH CONCURRENTLY: no other session waits. Not with a default partition, nor with foreign keys to the table.
    case concurrently
    /// DETACH in a short transaction.
    case plain
    /// The foreign keys are dropped, and added again NOT VALID, in the transaction that detaches: nothing is read under
    /// strong locks.
    case swappingKeys

    init(_ table: PartitionedTable, _ references: [TableReference]) {
        if references.isEmpty {
            self = table.defaultPartition == nil ? .concurrently : .plain
        } else {
            // NOT VALID is not available for a foreign key of a partitioned table.
            self = references.contains(where: \.isPartitioned) ? .plain : .swappingKeys
        }
    }
}

/// The statements that take a partition out.
struct DetachStatements: Sendable {
    /// The constraint with the condition of the bound, so that the partition can be reattached without being read.
    static let constraint = "rssctl_bound"

    let partition: Partition
    let table: PartitionedTable
    let connection: PostgresConnection
    private let name: String
    private let parent: String
    /// From now on nothing is written to it.
    let beginning: [String]
    /// Proves the constraint.
    let validation: String

    init(partition: Partition, table: PartitionedTable, connection: PostgresConnection) async throws {
        self.partition = partition
        self.table = table
        self.connection = connection
        name = try await connection.quote(partition.relation)
        parent = try await connection.quote(table.relation)
        let column = try await connection.quoteIdentifier(table.key.column)
        let condition = partition.bound.map { table.key.condition($0, column: column) } ?? ""
        beginning =
            try await WriteBlock(partition: partition.relation).raising(connection) + [
                "ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(Self.constraint)",
                "ALTER TABLE \(name) ADD CONSTRAINT \(Self.constraint) CHECK (\(([ "\(column) IS NOT NULL", condition]).filter { !$0.isEmpty }.joined(separator: " AND "))) NOT VALID",
            ]
        validation = "ALTER TABLE \(name) VALIDATE CONSTRAINT \(Self.constraint)"
    }

    /// What detaches, in one transaction unless concurrently.
    func detaching(_ way: DetachWay, _ references: [TableReference]) async throws -> [String] {
        let detach = "ALTER TABLE \(parent) DETACH PARTITION \(name)"
        switch way {
        case .concurrently: return [detach + " CONCURRENTLY"]
        case .plain: return [detach]
        case .swappingKeys:
            var (locks, drops, adds): ([String], [String], [String]) = ([parent], [], [])
            for reference in references {
                let other = try await connection.quote(reference.relation)
                let constraint = try await connection.quoteIdentifier(reference.constraint)
                if !locks.contains(other) { locks.append(other) }
                drops.append("ALTER TABLE \(other) DROP CONSTRAINT \(constraint)")
                let suffix = reference.definition.hasSuffix("NOT VALID") ? "" : " NOT VALID"
                adds.append("ALTER TABLE \(other) ADD CONSTRAINT \(constraint) \(reference.definition)\(suffix)")
            }
            return ["LOCK TABLE \(locks.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE"] + drops + [detach] + adds
        }
    }
}
