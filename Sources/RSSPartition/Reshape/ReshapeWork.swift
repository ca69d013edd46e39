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
