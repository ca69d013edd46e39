import PostgresClient
import RSSCore

/// Compares the copies with the rows they were made from.
struct ReshapeVerification {
    private let connection: PostgresConnection
    private let delta: DeltaApply

    init(_ connection: PostgresConnection, _ delta: DeltaApply) {
        self.connection = connection
        self.delta = delta
    }

    /// Compares the number of rows, in the open transaction, which blocks writers.
    func count(_ table: RelationName) async throws {
        let sums = try await sums("count(*), 0::numeric", without: "")
        try Self.refuse(sums, table)
    }

    /// Compares number and content of all rows that did not change just now, in one snapshot, without blocking others.
    func compare(_ table: RelationName) async throws {
        var columns: [String] = []
        for column in delta.columns { columns.append("r.\(try await connection.quoteIdentifier(column))") }
        let unchanged =
            " WHERE NOT EXISTS (SELECT FROM \(delta.capture.table) AS entry WHERE \(try await delta.match()))"
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            let sums = try await sums(
                "count(*), coalesce(sum(hashtextextended(ROW(\(columns.joined(separator: ", ")))::text, 0)), 0)",
                without: unchanged)
            try Self.refuse(sums, table)
        }
    }

    private struct Sums { var (rows, copies): ((Int64, String), (Int64, String)) }

    private func sums(_ expression: String, without condition: String) async throws -> Sums {
        func total(_ tables: [String]) async throws -> (Int64, String) {
            let parts = tables.map { "SELECT \(expression) FROM \($0) AS r\(condition)" }
            return try await connection.query(
                "SELECT sum(n)::bigint, sum(d)::text FROM (\(parts.joined(separator: " UNION ALL "))) AS parts (n, d)",
                timeout: LongStatement.reading
            ).first?.decode(Int64.self, String.self) ?? (0, "")
        }
        var names: [String] = []
        for source in delta.sources { names.append("ONLY \(try await connection.quote(source))") }
        return Sums(
            rows: try await total(names), copies: try await total([try await connection.quote(delta.destination)]))
    }

    private static func refuse(_ sums: Sums, _ table: RelationName) throws {
        guard sums.rows == sums.copies else {
            throw ReshapeError.copiesDiffer(
                table: table.quoted,
                detail:
                    "The table has \(sums.rows.0) rows and \(sums.copies.0) copies; their digests are \(sums.rows.1) and \(sums.copies.1)."
            )
        }
    }
}
