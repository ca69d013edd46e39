import PostgresClient
import RSSCore

/// A partition of a table that is partitioned by range over one column.
package struct Partition: Sendable, Equatable {
    /// What a partition holds: from the lower point on, up to but not including the upper one.
    package struct Bound: Sendable, Hashable, Codable {
        /// The first point of the key's axis; nil for MINVALUE.
        package var lower: Int64?
        /// The point after the last; nil for MAXVALUE.
        package var upper: Int64?

        /// Makes a bound.
        package init(lower: Int64?, upper: Int64?) {
            self.lower = lower
            self.upper = upper
        }

        /// Whether some point is in both.
        package func overlaps(_ other: Bound) -> Bool {
            (lower ?? .min) < (other.upper ?? .max) && (other.lower ?? .min) < (upper ?? .max)
        }
    }

    /// Its OID.
    package var oid: Int64
    /// The schema it is in.
    package var schema: String
    /// Its name.
    package var name: String
    /// Its bound; nil for the default partition.
    package var bound: Bound?
    /// The bound as PostgreSQL writes it: `FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`, or `DEFAULT`.
    package var definition: String
    /// Whether a DETACH CONCURRENTLY of it was begun and not finished: its rows are invisible through the parent.
    package var isDetachPending: Bool
    /// Whether it is itself partitioned.
    package var isPartitioned: Bool
    /// Whether it is a foreign table.
    package var isForeign: Bool
    /// Whether a trigger of rssctl refuses every write to it, or a CHECK of rssctl rows of a default partition.
    package var takesNoWrites = false
    /// The planner's estimate; nil when the partition was never analysed.
    package var estimatedRows: Double?
    /// Table, TOAST and indexes, from the catalog.
    package var bytes: Int64

    /// Whether it is the default partition.
    package var isDefault: Bool { bound == nil }
    /// Schema and name.
    package var relation: RelationName { RelationName(schema: schema, name: name) }
}

/// A table that is partitioned by range over one column, with its partitions in the order of their bounds.
package struct PartitionedTable: Sendable, Equatable {
    /// Its OID.
    package var oid: Int64
    /// The schema.
    package var schema: String
    /// The name.
    package var name: String
    /// What it is partitioned by.
    package var key: PartitionKey
    /// The partitions, the default one last.
    package var partitions: [Partition]

    /// Schema and name.
    package var relation: RelationName { RelationName(schema: schema, name: name) }
    /// The default partition.
    package var defaultPartition: Partition? { partitions.first(where: \.isDefault) }

    /// A bound as people read it: `2026-11-01 … 2026-12-01`.
    package func label(_ bound: Partition.Bound) -> String {
        "\(bound.lower.map(key.label) ?? "MINVALUE") … \(bound.upper.map(key.label) ?? "MAXVALUE")"
    }

    /// The partition of a name: with or without its schema, or by what follows the table's name, such as `2026_11`.
    package func partition(named name: String) -> Partition? {
        partitions.first { "\($0.schema).\($0.name)" == name || $0.name == name }
            ?? partitions.first { $0.name == "\(self.name)_\(name)" }
    }

    /// The point up to which the axis is covered without a gap from a point on; nil when the point itself is not.
    package func coverage(from point: Int64, and more: [Partition.Bound] = []) -> Int64? {
        let bounds = partitions.filter { !$0.isDetachPending }.compactMap(\.bound) + more
        var end: Int64?
        for bound in bounds.sorted(by: { ($0.lower ?? .min) < ($1.lower ?? .min) }) {
            let (lower, upper) = (bound.lower ?? .min, bound.upper ?? .max)
            if lower <= (end ?? point), upper > (end ?? point) { end = upper }
        }
        return end
    }

    /// The table as if partitions held these bounds as well.
    func occupying(_ bounds: [Partition.Bound]) -> PartitionedTable {
        var occupied = self
        occupied.partitions += bounds.map {
            Partition(
                oid: 0, schema: "", name: "", bound: $0, definition: "", isDetachPending: false, isPartitioned: false,
                isForeign: false, estimatedRows: nil, bytes: 0)
        }
        return occupied
    }

    /// The parts of a span that no partition covers, in order; one that is being detached still occupies its bound.
    package func uncovered(from: Int64, to: Int64) -> [Partition.Bound] {
        var parts: [Partition.Bound] = []
        var start = from
        for bound in partitions.compactMap(\.bound).sorted(by: { ($0.lower ?? .min) < ($1.lower ?? .min) }) {
            let (lower, upper) = (max(bound.lower ?? from, from), min(bound.upper ?? to, to))
            guard lower < upper else { continue }
            if start < lower { parts.append(Partition.Bound(lower: start, upper: lower)) }
            start = max(start, upper)
        }
        if start < to { parts.append(Partition.Bound(lower: start, upper: to)) }
        return parts
    }
}
