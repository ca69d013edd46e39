import PostgresClient
import RSSCore

/// The target of a change of partitions, and the names it uses: the content of
/// `rssctl.partition_work.spec`.
struct ReshapeSpec: Sendable, Codable, Equatable {
    /// A partition whose rows are moved.
    struct Source: Sendable, Codable, Equatable {
        let oid: Int64
        let schema: String
        let name: String
        /// Its bound as PostgreSQL writes it.
        let definition: String
        /// Its name afterwards, where a target takes its name; nil where it keeps it.
        var laterName: String?

        var relation: RelationName { RelationName(schema: schema, name: name) }
        var laterRelation: RelationName { RelationName(schema: schema, name: laterName ?? name) }
    }

    /// A partition that receives rows.
    struct Target: Sendable, Codable, Equatable {
        /// What it is to be named.
        let name: String
        /// Its name before it is attached, where a source has its name; nil where it has its own.
        var workName: String?
        /// What it is to hold; nil for what no other partition does.
        let bound: Partition.Bound?

        /// The name it has until it is attached.
        var asideName: String { workName ?? name }
    }

    var sources: [Source]
    var targets: [Target]
    let identity: RowIdentity
    /// The columns that are copied.
    let columns: [String]
    /// Digest of the table's structure when the work began.
    let structure: String
    /// The form that was asked for, for example `week`.
    let request: String
    /// Whether the sources are kept as tables of their own afterwards.
    let keepsSources: Bool
    /// Whether a default partition that is empty afterwards is dropped.
    let dropsEmptyDefault: Bool
    /// How far the rows are copied.
    var copy = RowCopy.Checkpoint()

    /// The target for what no other partition holds.
    var residue: Target? { targets.first { $0.bound == nil } }

    /// What it names: the sources and targets of a table of this schema, under the names of before and after.
    func objects(in schema: String) -> RecordedObjects {
        RecordedObjects(
            relations: sources.flatMap { [$0.relation, $0.laterRelation] }
                + targets.flatMap { [$0.name, $0.asideName] }.map { RelationName(schema: schema, name: $0) })
    }

    /// What no planner would have decided; nil for nothing. What it names is compared with the catalog besides, before it is
    /// used: see ``ReshapeRun``.
    var flaw: String? {
        if sources.isEmpty || columns.isEmpty || identity.columns.isEmpty { return "it has no sources or columns" }
        let names = sources.flatMap { [$0.schema, $0.name] } + targets.map(\.name) + columns
        if names.contains(where: \.isEmpty) { return "a name is empty" }
        if targets.contains(where: { ($0.bound?.lower ?? .min) >= ($0.bound?.upper ?? .max) }) {
            return "a bound is empty"
        }
        let isBegun = !copy.blocks.isEmpty || !copy.files.isEmpty
        guard copy.blocks.count == (isBegun ? sources.count : 0), copy.files.count == copy.blocks.count,
            (0...copy.blocks.count).contains(copy.source), copy.block >= 0, copy.rows >= 0,
            copy.blocks.allSatisfy({ (0...Int64(UInt32.max)).contains($0) }), copy.block <= Int64(UInt32.max)
        else { return "its checkpoint is not one of its sources" }
        return nil
    }
}
