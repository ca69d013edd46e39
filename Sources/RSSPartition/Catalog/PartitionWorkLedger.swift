import Foundation
import PostgresClient
import RSSCore

/// The rows of `rssctl.partition_work`: conversions and reshapes, in progress or ended. What a row's spec and phase mean, the
/// kind of work knows. Writers run in the transaction that is open, that of the work recorded.
struct PartitionWorkLedger: Sendable {
    static let table = "rssctl.partition_work"

    /// A row as it was read, its texts unchecked.
    struct Entry: Sendable {
        let id: Int64
        let kind: String
        let table: RelationName
        let phase: String
        let state: String
        let spec: String

        /// An error of what the row says.
        func flawed(_ problem: String) -> BookkeepingRowError {
            BookkeepingRowError(PartitionWorkLedger.table, row: "id \(id)", problem: problem)
        }

        /// The spec of the row.
        ///
        /// - Throws: `BookkeepingRowError` for one of another form.
        func decodeSpec<Spec: Decodable>(of work: String) throws -> Spec {
            do {
                return try JSONDecoder().decode(Spec.self, from: Data(spec.utf8))
            } catch is DecodingError {
                throw flawed("'spec' is not that of a \(work)")
            }
        }
    }

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Whether the table exists.
    func exists() async throws -> Bool { try await BookkeepingSchema.exists(Self.table, connection) }

    /// The newest row for which a condition holds; nil for none.
    ///
    /// - Parameter condition: SQL over the columns of the table, with parameters from `$1` on.
    func newest(where condition: String, _ values: [any PostgresEncodable]) async throws -> Entry? {
        guard try await exists() else { return nil }
        return try await connection.query(
            """
            SELECT id, kind, schema_name, table_name, phase, state, spec::text FROM rssctl.partition_work
            WHERE \(condition) ORDER BY id DESC LIMIT 1
            """, values
        ).first.map { row in
            let (id, kind, schema, name, phase, state, spec) = try row.decode(
                Int64.self, String.self, String.self, String.self, String.self, String.self, String.self)
            return Entry(
                id: id, kind: kind, table: RelationName(schema: schema, name: name), phase: phase, state: state,
                spec: spec)
        }
    }

    /// Number that the next work will have.
    func nextID() async throws -> Int64 {
        guard try await exists() else { return 1 }
        return try await connection.query("SELECT coalesce(max(id), 0) + 1 FROM rssctl.partition_work").first?
            .decode(Int64.self, at: 0) ?? 1
    }

    /// Enters active work.
    ///
    /// - Returns: its number.
    func begin(
        _ kind: String, _ table: RelationName, phase: String, spec: some Encodable, runID: String
    ) async throws -> Int64 {
        try await connection.query(
            """
            INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id)
            VALUES ($1, $2, $3, $4::text::jsonb, $5, 'active', $6::text::uuid) RETURNING id
            """, [kind, table.schema ?? "public", table.name, try Self.json(spec), phase, runID]
        ).first?.decode(Int64.self, at: 0) ?? 0
    }

    /// Writes the phase, state and spec of work.
    func update(_ id: Int64, phase: String, state: String, spec: some Encodable) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.partition_work SET spec = $2::text::jsonb, phase = $3, state = $4,
                changed_at = clock_timestamp() WHERE id = $1
            """, [id, try Self.json(spec), phase, state])
    }

    private static func json(_ spec: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
    }
}
