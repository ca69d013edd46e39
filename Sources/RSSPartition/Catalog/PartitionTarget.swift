import PostgresClient
import RSSCore

/// A partition by its name, attached or retired, with its table.
struct PartitionTarget: Sendable {
    let table: PartitionedTable
    let oid: Int64
    let relation: RelationName
    let bound: Partition.Bound?
    let definition: String
    /// The record of its retirement; nil for one that is attached and is to stay.
    let retired: RetiredPartition?
    /// The partition as the catalog has it; nil for one that is detached.
    let attached: Partition?

    /// Refuses a partition whose rows are stored in other tables: read alone, it would be empty.
    ///
    /// - Throws: ``ArchiveError/unaccountable(_:reason:)``.
    func refuseUnaccountable() throws {
        guard let attached else { return }
        let name = relation.quoted
        if attached.isPartitioned { throw ArchiveError.unaccountable(name, reason: "it is partitioned itself") }
        if attached.isForeign { throw ArchiveError.unaccountable(name, reason: "it is a foreign table") }
    }

    /// Finds it.
    ///
    /// - Throws: ``ArchiveError/notPartition(_:)``, ``ForeignOwner`` for one that a record alone says is a partition,
    ///   ``PartitionError``.
    static func find(_ name: RelationName, _ connection: PostgresConnection) async throws -> PartitionTarget {
        let catalog = PartitionCatalog(connection)
        var parent = try await catalog.parent(of: name)
        if parent == nil { parent = try await RetiredLedger(connection).parent(of: name) }
        guard let parent else { throw ArchiveError.notPartition(name.quoted) }
        let table = try await catalog.table(parent)
        let retired = try await RetiredLedger(connection).open(of: table).last { $0.relation == name && $0.isThere }
        if let partition = table.partitions.first(where: { $0.relation == name }) {
            return PartitionTarget(
                table: table, oid: partition.oid, relation: name, bound: partition.bound,
                definition: partition.definition, retired: retired, attached: partition)
        }
        guard let retired else { throw ArchiveError.notPartition(name.quoted) }
        try await connection.require(retired.objects, ofOwnerOf: table.relation)
        return PartitionTarget(
            table: table, oid: retired.oid, relation: name, bound: retired.bound, definition: retired.definition,
            retired: retired, attached: nil)
    }
}
