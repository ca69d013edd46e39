import PostgresClient

/// A partition of a table that is range-partitioned by a date.
public struct Partition: Sendable, Equatable {
    /// The days a partition holds: from the lower one on, up to but not including the upper one; nil for MINVALUE and
    /// MAXVALUE.
    public struct Bound: Sendable, Equatable {
        /// First day; nil for MINVALUE.
        public var lower: CalendarDate?
        /// The day after the last; nil for MAXVALUE.
        public var upper: CalendarDate?

        /// Makes a bound.
        public init(lower: CalendarDate?, upper: CalendarDate?) {
            self.lower = lower
            self.upper = upper
        }

        /// `2026-11-01 … 2026-12-01`
        public var text: String {
            "\(lower.map(\.description) ?? "MINVALUE") … \(upper.map(\.description) ?? "MAXVALUE")"
        }
    }

    /// The schema it is in.
    public var schema: String
    /// Its name.
    public var name: String
    /// Its bound; nil for the default partition.
    public var bound: Bound?
    /// Whether a DETACH CONCURRENTLY of it was begun and not finished: its rows are invisible through the parent.
    public var isDetachPending: Bool
    /// The planner's estimate; nil when the partition was never analysed.
    public var estimatedRows: Double?
    /// Table, TOAST and indexes, from the catalog.
    public var bytes: Int64

    /// Whether it is the default partition.
    public var isDefault: Bool { bound == nil }
}

/// A table that is partitioned by range over one date column, with its partitions in the order of their bounds.
public struct PartitionedTable: Sendable, Equatable {
    /// The schema.
    public var schema: String
    /// The name.
    public var name: String
    /// The column of the key.
    public var column: String
    /// The partitions.
    public var partitions: [Partition]
}
