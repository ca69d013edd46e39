import Foundation
import PostgresClient
import RSSCore

/// A change of partitions, in progress or ended: a row of `rssctl.partition_work`.
struct ReshapeWork: Sendable {
    /// What is asked for.
    enum Kind: String, Sendable { case drain, split, merge }

    /// Its phase. Each is written by the transaction that completes the one before.
    enum Phase: String, Sendable {
        /// Nothing is created yet, or only the records.
        case prepare
        /// Changes are captured, the targets exist but are not attached, and rows are copied.
        case copy
        /// The rows are copied; indexes and keys are made.
        case build
        /// The targets are complete except for captured changes.
        case catchUp = "catch up"
        /// The targets are the table's partitions; the helper objects still exist.
        case swapped
        /// Nothing is left to do.
        case done
    }

    let id: Int64
    let kind: Kind
    let table: RelationName
    var spec: ReshapeSpec
    var phase: Phase
    var isActive: Bool
    /// How long the swap of this run held its locks.
    var swapTime: Duration?

    /// What the names of its objects begin with.
    var prefix: String { Self.prefix(id) }
    /// The comment on the tables that it made.
    var marker: String { "rssctl: \(prefix)" }

    /// What the row names.
    var objects: RecordedObjects { spec.objects(in: table.schema ?? "public") }

    static func prefix(_ id: Int64) -> String { "reshape_\(id)" }
}

/// Keeps the rows of `rssctl.partition_work`.
struct ReshapeLedger: Sendable {
    let connection: PostgresConnection

    /// The work in progress on a table; nil for none.
    ///
    /// - Throws: ``ReshapeError`` for one of another kind of command.
    func active(on table: RelationName) async throws -> ReshapeWork? {
        try await first("state = 'active' AND schema_name = $1 AND table_name = $2", [table.schema, table.name])
    }

    /// The latest work of a kind that moves, or moved, the rows of a partition.
    func latest(_ kind: ReshapeWork.Kind, of partition: RelationName) async throws -> ReshapeWork? {
        try await first(
            """
            state IN ('active', 'done') AND kind = $1
            AND spec->'sources' @> jsonb_build_array(jsonb_build_object('schema', $2::text, 'name', $3::text))
            """, [kind.rawValue, partition.schema, partition.name])
    }

    /// Number that the next work will have.
    func nextID() async throws -> Int64 {
        guard try await BookkeepingSchema.exists("rssctl.partition_work", connection) else { return 1 }
        return try await connection.query("SELECT coalesce(max(id), 0) + 1 FROM rssctl.partition_work").first?
            .decode(Int64.self, at: 0) ?? 1
    }

    /// Enters new work, in the transaction that is open.
    func begin(
        _ kind: ReshapeWork.Kind, _ table: RelationName, _ spec: ReshapeSpec, runID: String
    ) async throws -> ReshapeWork {
        let row = try await connection.query(
            """
            INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id)
            VALUES ($1, $2, $3, $4::text::jsonb, 'prepare', 'active', $5::text::uuid) RETURNING id
            """, [kind.rawValue, table.schema, table.name, try Self.json(spec), runID]
        ).first
        return ReshapeWork(
            id: try row?.decode(Int64.self, at: 0) ?? 0, kind: kind, table: table, spec: spec, phase: .prepare,
            isActive: true)
    }

    /// Writes the phase of the work, in the transaction that is open.
    func update(_ work: ReshapeWork, state: String = "active") async throws {
        try await connection.execute(
            """
            UPDATE rssctl.partition_work SET spec = $2::text::jsonb, phase = $3, state = $4,
                changed_at = clock_timestamp() WHERE id = $1
            """, [work.id, try Self.json(work.spec), work.phase.rawValue, state])
    }

    private func first(_ condition: String, _ values: [any PostgresEncodable]) async throws -> ReshapeWork? {
        guard try await BookkeepingSchema.exists("rssctl.partition_work", connection) else { return nil }
        let row = try await connection.query(
            """
            SELECT id, kind, schema_name, table_name, spec::text, phase, state = 'active' FROM rssctl.partition_work
            WHERE \(condition) ORDER BY id DESC LIMIT 1
            """, values
        ).first
        guard let row else { return nil }
        let (id, kind, schema, name, spec, phase, isActive) = try row.decode(
            Int64.self, String.self, String.self, String.self, String.self, String.self, Bool.self)
        let table = RelationName(schema: schema, name: name)
        guard let kind = ReshapeWork.Kind(rawValue: kind) else {
            throw ReshapeError.otherWork(table: table.quoted, kind: kind)
        }
        func foreign(_ problem: String) -> BookkeepingRowError {
            BookkeepingRowError("rssctl.partition_work", row: "id \(id)", problem: problem)
        }
        guard let phase = ReshapeWork.Phase(rawValue: phase) else { throw foreign("'\(phase)' is not a phase") }
        let decoded: ReshapeSpec
        do {
            decoded = try JSONDecoder().decode(ReshapeSpec.self, from: Data(spec.utf8))
        } catch is DecodingError {
            throw foreign("'spec' is not that of a \(kind.rawValue)")
        }
        if let flaw = decoded.flaw { throw foreign(flaw) }
        if phase == .copy, decoded.copy.blocks.isEmpty {
            throw foreign("its rows are being copied, and it has no checkpoint")
        }
        return ReshapeWork(id: id, kind: kind, table: table, spec: decoded, phase: phase, isActive: isActive)
    }

    private static func json(_ spec: ReshapeSpec) throws -> String {
        String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
    }
}
