import Foundation
import PostgresClient
import RSSCore

/// The row of a conversion in `rssctl.partition_work`.
package struct ConversionRecord: Sendable {
    /// Its phase, where the catalog alone does not show it.
    package enum Phase: String, Sendable {
        /// Before the cutover.
        case convert
        /// After the cutover to the partitioned table.
        case converted
        /// The plain table has its name back; foreign keys are still to be validated.
        case restored
    }

    package let id: Int64
    package let state: String
    package let phase: Phase
    package var spec: ConversionSpec

    /// The newest conversion of a table; nil for none.
    package static func newest(of table: RelationName, _ connection: PostgresConnection) async throws
        -> ConversionRecord?
    {
        guard try await BookkeepingSchema.exists("rssctl.partition_work", connection) else { return nil }
        let row = try await connection.query(
            """
            SELECT id, state, phase, spec::text FROM rssctl.partition_work
            WHERE kind = 'convert' AND schema_name = $1 AND table_name = $2 ORDER BY id DESC LIMIT 1
            """, [table.schema ?? "public", table.name]
        ).first
        guard let row else { return nil }
        let (id, state, phase, spec) = try row.decode(Int64.self, String.self, String.self, String.self)
        func foreign(_ problem: String) -> BookkeepingRowError {
            BookkeepingRowError("rssctl.partition_work", row: "id \(id)", problem: problem)
        }
        guard let phase = Phase(rawValue: phase) else { throw foreign("'\(phase)' is not a phase") }
        let decoded: ConversionSpec
        do {
            decoded = try JSONDecoder().decode(ConversionSpec.self, from: Data(spec.utf8))
        } catch is DecodingError {
            throw foreign("'spec' is not that of a conversion")
        }
        if let flaw = decoded.flaw(of: table) { throw foreign(flaw) }
        return ConversionRecord(id: id, state: state, phase: phase, spec: decoded)
    }

    /// Records a conversion that begins.
    package static func begin(
        _ spec: ConversionSpec, runID: String, _ connection: PostgresConnection
    ) async throws -> ConversionRecord {
        let id = try await connection.query(
            """
            INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id)
            VALUES ('convert', $1, $2, $3::jsonb, $4, 'active', $5::uuid) RETURNING id
            """, [spec.schema, spec.table.name, try json(spec), Phase.convert.rawValue, runID]
        ).first?.decode(Int64.self, at: 0)
        return ConversionRecord(id: id ?? 0, state: "active", phase: .convert, spec: spec)
    }

    /// Writes its phase and state, in the transaction that is open.
    package func save(_ phase: Phase, state: String = "active", _ connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.partition_work
            SET phase = $2, state = $3, spec = $4::jsonb, changed_at = clock_timestamp() WHERE id = $1
            """, [id, phase.rawValue, state, try Self.json(spec)])
    }

    private static func json(_ spec: ConversionSpec) throws -> String {
        String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
    }
}
