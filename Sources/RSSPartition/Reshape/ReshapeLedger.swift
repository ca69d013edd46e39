import PostgresClient
import RSSCore

/// Drains, splits and merges among the rows of ``PartitionWorkLedger``.
struct ReshapeLedger: Sendable {
    let connection: PostgresConnection

    private var rows: PartitionWorkLedger { PartitionWorkLedger(connection) }

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
    func nextID() async throws -> Int64 { try await rows.nextID() }

    /// Enters new work, in the transaction that is open.
    func begin(
        _ kind: ReshapeWork.Kind, _ table: RelationName, _ spec: ReshapeSpec, runID: String
    ) async throws -> ReshapeWork {
        let phase = ReshapeWork.Phase.prepare
        let id = try await rows.begin(kind.rawValue, table, phase: phase.rawValue, spec: spec, runID: runID)
        return ReshapeWork(id: id, kind: kind, table: table, spec: spec, phase: phase, isActive: true)
    }

    /// Writes the phase of the work, in the transaction that is open.
    func update(_ work: ReshapeWork, state: String = "active") async throws {
        try await rows.update(work.id, phase: work.phase.rawValue, state: state, spec: work.spec)
    }

    private func first(_ condition: String, _ values: [any PostgresEncodable]) async throws -> ReshapeWork? {
        guard let entry = try await rows.newest(where: condition, values) else { return nil }
        guard let kind = ReshapeWork.Kind(rawValue: entry.kind) else {
            throw ReshapeError.otherWork(table: entry.table.quoted, kind: entry.kind)
        }
        guard let phase = ReshapeWork.Phase(rawValue: entry.phase) else {
            throw entry.flawed("'\(entry.phase)' is not a phase")
        }
        let spec: ReshapeSpec = try entry.decodeSpec(of: kind.rawValue)
        if let flaw = spec.flaw { throw entry.flawed(flaw) }
        if phase == .copy, spec.copy.blocks.isEmpty {
            throw entry.flawed("its rows are being copied, and it has no checkpoint")
        }
        return ReshapeWork(
            id: entry.id, kind: kind, table: entry.table, spec: spec, phase: phase, isActive: entry.state == "active")
    }
}
