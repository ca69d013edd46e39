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
        let entry = try await PartitionWorkLedger(connection).newest(
            where: "kind = 'convert' AND schema_name = $1 AND table_name = $2", [table.schema ?? "public", table.name])
        guard let entry else { return nil }
        guard let phase = Phase(rawValue: entry.phase) else { throw entry.flawed("'\(entry.phase)' is not a phase") }
        let spec: ConversionSpec = try entry.decodeSpec(of: "conversion")
        if let flaw = spec.flaw(of: table) { throw entry.flawed(flaw) }
        return ConversionRecord(id: entry.id, state: entry.state, phase: phase, spec: spec)
    }

    /// Records a conversion that begins.
    package static func begin(
        _ spec: ConversionSpec, runID: String, _ connection: PostgresConnection
    ) async throws -> ConversionRecord {
        let id = try await PartitionWorkLedger(connection).begin(
            "convert", RelationName(schema: spec.schema, name: spec.table.name), phase: Phase.convert.rawValue,
            spec: spec, runID: runID)
        return ConversionRecord(id: id, state: "active", phase: .convert, spec: spec)
    }

    /// Writes its phase and state, in the transaction that is open.
    package func save(_ phase: Phase, state: String = "active", _ connection: PostgresConnection) async throws {
        try await PartitionWorkLedger(connection).update(id, phase: phase.rawValue, state: state, spec: spec)
    }
}
