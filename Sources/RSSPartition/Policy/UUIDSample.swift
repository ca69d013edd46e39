import PostgresClient
import RSSCore

/// A sample of the values of a `uuid` key, to check that it holds UUIDs of version 7, whose first 48 bits are their
/// time; RFC 9562, 5.7.
struct UUIDSample: Sendable, Equatable {
    /// How many values are sampled.
    static let size = 1000

    /// UUIDs seen.
    let total: Int
    /// Of these, of version 7.
    let version7: Int
    /// Of these, of a time between 2000 and a year from now.
    let inTime: Int
    private let earliest: String?
    private let latest: String?
    private let example: String?

    /// Takes a sample: of each partition the highest values where an index leads to them, and the first rows that lie
    /// there. Partitions are read from the highest bound down until there are enough.
    init(of table: PartitionedTable, _ connection: PostgresConnection) async throws {
        try await connection.refuseForeignCode(.reading, in: [table.relation.quoted])
        let column = try await connection.quoteIdentifier(table.key.column)
        var values: [String] = []
        for partition in table.partitions.reversed() where values.count < Self.size && !partition.isDetachPending {
            let (name, room) = (try await connection.quote(partition.relation), Self.size - values.count)
            let isIndexed =
                try await connection.query(
                    """
                    SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                    WHERE i.indrelid = $1::bigint::oid AND a.attname = $2 AND i.indisvalid AND i.indpred IS NULL LIMIT 1
                    """, [partition.oid, table.key.column]
                ).isEmpty == false
            let order = isIndexed ? " ORDER BY \(column) DESC" : ""
            values += try await connection.query(
                "SELECT \(column)::text FROM \(name) WHERE \(column) IS NOT NULL\(order) LIMIT \(isIndexed ? (room + 1) / 2 : room)"
            ).compactMap { $0.text(at: 0) }
            guard isIndexed, values.count < Self.size else { continue }
            values += try await connection.query(
                "SELECT \(column)::text FROM \(name) WHERE \(column) IS NOT NULL LIMIT \(room / 2)"
            ).compactMap { $0.text(at: 0) }
        }
        let row = try await connection.query(
            SQLResource(PackageResources.policy_uuid_sample_sql).text, [Array(Set(values))]
        ).first
        total = try row?.decode(Int.self, "total") ?? 0
        version7 = try row?.decode(Int.self, "version7") ?? 0
        inTime = try row?.decode(Int.self, "in_time") ?? 0
        earliest = try row?.decode(String?.self, "earliest") ?? nil
        latest = try row?.decode(String?.self, "latest") ?? nil
        example = try row?.decode(String?.self, "example") ?? nil
    }

    /// Whether every value seen is as expected.
    var isVersion7: Bool { inTime == total }

    /// `of 1000 values, 0 are of version 7, for example f0…`
    var figures: String {
        if version7 < total {
            return
                "Of \(total) values sampled, \(version7) are of version 7\(example.map { ", but not \($0)" } ?? "")."
        }
        return
            "Of \(total) values sampled, \(total - inTime) have times before 2000 or more than a year ahead: from \(earliest ?? "") to \(latest ?? "")."
    }
}
