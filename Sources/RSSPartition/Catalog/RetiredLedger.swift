import Foundation
import PostgresClient
import RSSCore

/// The rows of `rssctl.partition_retired`: the partitions that were taken out of their tables, each until it is dropped or
/// attached again. Writers run in the transaction that is open, that of the work recorded.
struct RetiredLedger: Sendable {
    static let table = "rssctl.partition_retired"

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Whether the table exists.
    func exists() async throws -> Bool { try await BookkeepingSchema.exists(Self.table, connection) }

    // MARK: - Reading

    /// The retired partitions of a table, none of them dropped or attached again.
    ///
    /// - Parameter date: the time that counts as now; nil for the server's own.
    func open(of table: PartitionedTable, at date: Date? = nil) async throws -> [RetiredPartition] {
        guard try await exists() else { return [] }
        return try await connection.query(
            SQLResource(PackageResources.retire_open_sql).text,
            [table.schema, table.name, table.key.kind.rawValue, date]
        ).map(RetiredPartition.init)
    }

    /// The table that a partition was taken out of; nil for one that is not retired.
    func parent(of partition: RelationName) async throws -> RelationName? {
        guard try await exists() else { return nil }
        return try await connection.query(
            """
            SELECT schema_name, table_name FROM rssctl.partition_retired
            WHERE partition_schema = $1 AND partition_name = $2 AND state IN ('detaching', 'quarantined', 'dropping')
            ORDER BY id DESC LIMIT 1
            """, [partition.schema ?? "public", partition.name]
        ).first.map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return RelationName(schema: schema, name: name)
        }
    }

    /// The tables that were taken out of a table and are still there.
    func relations(of table: RelationName) async throws -> [RelationName] {
        guard try await exists() else { return [] }
        return try await connection.query(
            """
            SELECT partition_schema, partition_name FROM rssctl.partition_retired
            WHERE schema_name = $1 AND table_name = $2 AND state IN ('quarantined', 'dropping')
                AND to_regclass(format('%I.%I', partition_schema, partition_name)) IS NOT NULL
            ORDER BY id
            """, [table.schema ?? "public", table.name]
        ).map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return RelationName(schema: schema, name: name)
        }
    }

    /// The folder of the archive of a partition that was dropped; nil within for one dropped without; nil for one that was not
    /// dropped.
    func archiveOfDropped(_ partition: RelationName) async throws -> String?? {
        guard try await exists() else { return nil }
        return try await connection.query(
            """
            SELECT archive FROM rssctl.partition_retired
            WHERE partition_schema = $1 AND partition_name = $2 AND state = 'dropped' ORDER BY id DESC LIMIT 1
            """, [partition.schema ?? "public", partition.name]
        ).first.map { try $0.decode(String?.self, at: 0) }
    }

    /// When a table that was taken out may be dropped; nil for one that was not.
    func dropDay(of table: RelationName) async throws -> String? {
        guard try await exists() else { return nil }
        return try await connection.query(
            SQLResource(PackageResources.retire_waiting_sql).text, [table.schema ?? "public", table.name]
        ).first?.decode(String.self, at: 0)
    }

    // MARK: - Writing

    /// Enters a partition that is about to be detached.
    func begin(
        _ partition: Partition, of table: PartitionedTable, quarantineDays: Int, runID: String
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                definition, lower_bound, upper_bound, state, drop_after, run_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'detaching', clock_timestamp() + least($9::int, 36500) * interval '1 day', $10::uuid)
            ON CONFLICT (partition_schema, partition_name) WHERE state IN ('detaching', 'quarantined', 'dropping')
            DO UPDATE SET schema_name = excluded.schema_name, table_name = excluded.table_name, state = 'detaching', partition_oid = excluded.partition_oid, definition = excluded.definition,
                lower_bound = excluded.lower_bound, upper_bound = excluded.upper_bound, archive = NULL, archive_digest = NULL,
                removed = NULL
            """,
            [
                table.schema, table.name, partition.schema, partition.name, partition.oid, partition.definition,
                partition.bound?.lower.map(table.key.text), partition.bound?.upper.map(table.key.text), quarantineDays,
                runID,
            ])
    }

    /// Enters a partition that was loaded from its archive and stands beside its table.
    func restore(
        _ partition: RelationName, within bound: Partition.Bound, of table: PartitionedTable, archive folder: String,
        quarantineDays: Int, runID: String
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                definition, lower_bound, upper_bound, state, archive, archive_digest, drop_after, run_id)
            VALUES ($1, $2, $3, $4, $5::regclass::oid::bigint, $6, $7, $8, 'quarantined', $9, $10,
                clock_timestamp() + least($11::int, 36500) * interval '1 day', $12::uuid)
            """,
            [
                table.schema, table.name, partition.schema ?? "public", partition.name, partition.quoted,
                table.key.definition(bound), bound.lower.map(table.key.text), bound.upper.map(table.key.text), folder,
                ArchiveManifest.seal(folder: folder), quarantineDays, runID,
            ])
    }

    /// Begins the quarantine of a partition that is detached now.
    func quarantine(_ record: RetiredPartition, days: Int) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.partition_retired SET state = 'quarantined', detached_at = clock_timestamp(),
                drop_after = clock_timestamp() + least($2::int, 36500) * interval '1 day', partition_oid = $3
            WHERE id = $1
            """, [record.id, days, record.oid])
    }

    /// Notes the verified archive of a partition.
    func note(archive folder: String, of record: RetiredPartition) async throws {
        try await connection.execute(
            "UPDATE rssctl.partition_retired SET archive = $2, archive_digest = $3 WHERE id = $1",
            [record.id, folder, ArchiveManifest.seal(folder: folder)])
    }

    /// Notes what was deleted of the rows that belong to a partition's, by table.
    func note(removed: [String: ContentDigest], of record: RetiredPartition) async throws {
        try await connection.execute(
            "UPDATE rssctl.partition_retired SET state = 'dropping', removed = $2::jsonb WHERE id = $1",
            [record.id, String(decoding: try JSONEncoder().encode(removed), as: UTF8.self)])
    }

    /// How a retirement ends.
    enum End: String { case dropped, attached }

    /// Closes the record of a partition.
    func close(_ record: RetiredPartition, _ end: End) async throws {
        try await connection.execute(
            "UPDATE rssctl.partition_retired SET state = $2, ended_at = clock_timestamp() WHERE id = $1",
            [record.id, end.rawValue])
    }

    /// Closes the records of partitions that were dropped outside rssctl: nothing is left to be done with them.
    func closeDropped(of table: RelationName) async throws {
        guard try await exists() else { return }
        try await connection.execute(
            SQLResource(PackageResources.retire_close_sql).text, [table.schema ?? "public", table.name])
    }
}
