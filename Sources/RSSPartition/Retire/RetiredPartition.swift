import Foundation
import PostgresClient
import RSSCore

/// A partition that was taken out of its table, or is being taken out, and not dropped or attached again.
struct RetiredPartition: Sendable, Equatable {
    /// The state of its retirement, by the record; the catalog shows whether that is so.
    enum State: String, Sendable {
        case detaching, quarantined, dropping
    }

    let id: Int64
    let oid: Int64
    let relation: RelationName
    let definition: String
    let bound: Partition.Bound
    let state: State
    let archive: String?
    let archiveDigest: String?
    /// Count and digest, by table, of rows that went with the partition's keys.
    let removed: [String: ContentDigest]
    let dropAfter: Date
    /// Whether that is past, by the server's clock.
    let isDue: Bool
    let isThere: Bool
    let isAttached: Bool
    let isPending: Bool

    /// What the record names.
    var objects: RecordedObjects { RecordedObjects(relations: [relation]) }

    /// Whether it is detached, and its range is kept free for it.
    var isInQuarantine: Bool { isThere && !isAttached }

    /// Those of a table.
    ///
    /// - Parameter date: the time that counts as now; nil for the server's own.
    static func all(
        of table: PartitionedTable, _ connection: PostgresConnection, at date: Date? = nil
    ) async throws -> [RetiredPartition] {
        guard try await BookkeepingSchema.exists("rssctl.partition_retired", connection) else { return [] }
        return try await connection.query(
            SQLResource(PackageResources.retire_open_sql).text,
            [table.schema, table.name, table.key.kind.rawValue, date]
        ).map(RetiredPartition.init)
    }

    /// Closes the records of partitions that were dropped outside rssctl: nothing is left to be done with them.
    static func closeDropped(of table: RelationName, _ connection: PostgresConnection) async throws {
        guard try await BookkeepingSchema.exists("rssctl.partition_retired", connection) else { return }
        try await connection.execute(
            SQLResource(PackageResources.retire_close_sql).text, [table.schema ?? "public", table.name])
    }

    private init(_ row: Row) throws {
        id = try row.decode(Int64.self, "id")
        oid = try row.decode(Int64.self, "partition_oid")
        relation = RelationName(
            schema: try row.decode(String.self, "partition_schema"),
            name: try row.decode(String.self, "partition_name"))
        definition = try row.decode(String.self, "definition")
        bound = Partition.Bound(
            lower: try row.decode(Int64?.self, "lower_point"), upper: try row.decode(Int64?.self, "upper_point"))
        let number = id
        func foreign(_ problem: String) -> BookkeepingRowError {
            BookkeepingRowError("rssctl.partition_retired", row: "id \(number)", problem: problem)
        }
        let recorded = try row.decode(String.self, "state")
        guard let known = State(rawValue: recorded) else { throw foreign("'\(recorded)' is not a state") }
        state = known
        archive = try row.decode(String?.self, "archive")
        if let archive, !archive.hasPrefix("/") { throw foreign("'\(archive)' is not a folder of an archive") }
        if let lower = bound.lower, let upper = bound.upper, lower >= upper { throw foreign("its bound is empty") }
        archiveDigest = try row.decode(String?.self, "archive_digest")
        do {
            removed =
                try row.decode(String?.self, "removed").map {
                    try JSONDecoder().decode([String: ContentDigest].self, from: Data($0.utf8))
                } ?? [:]
        } catch is DecodingError {
            throw foreign("'removed' is not a list of digests")
        }
        dropAfter = try row.decode(Date.self, "drop_after")
        isDue = try row.decode(Bool.self, "is_due")
        isThere = try row.decode(Bool.self, "is_there")
        isAttached = try row.decode(Bool.self, "is_attached")
        isPending = try row.decode(Bool.self, "is_pending")
    }
}

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
        if parent == nil, try await BookkeepingSchema.exists("rssctl.partition_retired", connection) {
            parent = try await connection.query(
                """
                SELECT schema_name, table_name FROM rssctl.partition_retired
                WHERE partition_schema = $1 AND partition_name = $2 AND state IN ('detaching', 'quarantined', 'dropping')
                ORDER BY id DESC LIMIT 1
                """, [name.schema ?? "public", name.name]
            ).first.map { row in
                let (schema, name) = try row.decode(String.self, String.self)
                return RelationName(schema: schema, name: name)
            }
        }
        guard let parent else { throw ArchiveError.notPartition(name.quoted) }
        let table = try await catalog.table(parent)
        let retired = try await RetiredPartition.all(of: table, connection).last { $0.relation == name && $0.isThere }
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
