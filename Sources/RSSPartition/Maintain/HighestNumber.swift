import PostgresClient
import RSSCore

/// The highest number of an integer key: it is used instead of the clock.
struct HighestNumber: Sendable, Equatable {
    /// The number that counts as now; 0 where there is none.
    var value: Int64 = 0
    /// A number so far ahead of the others that it is considered a mistake, with the partition that it is in.
    var outlier: Outlier?
    /// The sequence that new numbers come from.
    var sequence: KeySequence?

    /// A number that does not count.
    struct Outlier: Sendable, Equatable {
        var number: Int64
        var partition: RelationName
    }

    /// The sequence of the key's identity or default.
    struct KeySequence: Sendable, Equatable {
        var relation: RelationName
        /// The last number; nil for none yet, or where the role may not know.
        var last: Int64?
        /// The number that it generates next.
        var next: Int64
    }

    /// How many partitions a number may be after the one before it: an id that jumps further is a mistake or a sentinel value,
    /// and must neither create a thousand partitions nor retire all others.
    static let steps: Int64 = 1000

    /// Reads it off the indexes of partitions that have a bound, from the highest down, and off the sequence. Not off the
    /// default partition: a stray number far ahead must not cause partitions to be created there.
    init(in table: PartitionedTable, step: Int64, _ connection: PostgresConnection) async throws {
        try await connection.refuseForeignCode(.reading, in: [table.relation.quoted])
        let column = try await connection.quoteIdentifier(table.key.column)
        sequence = try await Self.sequence(of: table, connection)
        if table.partitions.isEmpty {
            let name = try await connection.quote(table.relation)
            value =
                try await connection.query("SELECT coalesce(max(\(column)), 0)::bigint FROM \(name)").first?
                .decode(Int64.self, at: 0) ?? 0
        } else {
            try await read(table, max(step, Self.width(table)), column, connection)
        }
        if let last = sequence?.last { value = max(value, last) }
    }

    private mutating func read(
        _ table: PartitionedTable, _ step: Int64, _ column: String, _ connection: PostgresConnection
    ) async throws {
        let partitions = table.partitions.filter { !$0.isDefault && !$0.isForeign }
        for (index, partition) in partitions.enumerated().reversed() {
            let name = try await connection.quote(partition.relation)
            let row = try await connection.query("SELECT max(\(column))::bigint FROM \(name)").first
            guard let highest = try row?.decode(Int64?.self, at: 0) else { continue }
            // The first partition has nothing before it to be measured by.
            let before = index > 0 ? partitions[index - 1].bound?.upper : nil
            guard let limit = Self.limit(behind: before, step: step), highest >= limit else {
                value = highest
                return
            }
            outlier = outlier ?? Outlier(number: highest, partition: partition.relation)
            let rest = try await connection.query(
                "SELECT max(\(column))::bigint FROM \(name) WHERE \(column) < $1::bigint", [limit]
            ).first
            guard let next = try rest?.decode(Int64?.self, at: 0) else { continue }
            value = next
            return
        }
    }

    /// How many numbers the median partition holds: one sentinel value far ahead, and a table maintained by another step
    /// before, change it little.
    private static func width(_ table: PartitionedTable) -> Int64 {
        let widths = table.partitions.compactMap { partition -> Int64? in
            guard let lower = partition.bound?.lower, let upper = partition.bound?.upper else { return nil }
            let (width, overflows) = upper.subtractingReportingOverflow(lower)
            return overflows ? nil : width
        }
        return widths.isEmpty ? 0 : widths.sorted()[widths.count / 2]
    }

    /// The first number that is too far after a point; nil where none is.
    static func limit(behind point: Int64?, step: Int64) -> Int64? {
        guard let point else { return nil }
        let (reach, overflows) = step.multipliedReportingOverflow(by: steps)
        if overflows { return nil }
        let (limit, isBeyond) = point.addingReportingOverflow(reach)
        return isBeyond ? nil : limit
    }

    private static func sequence(of table: PartitionedTable, _ connection: PostgresConnection) async throws
        -> KeySequence?
    {
        try await connection.query(
            SQLResource(PackageResources.key_sequence_sql).text, [table.oid, table.key.column]
        ).first.map { row in
            KeySequence(
                relation: RelationName(
                    schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name")),
                last: try row.decode(Int64?.self, "last_value"), next: try row.decode(Int64.self, "next_value"))
        }
    }
}
