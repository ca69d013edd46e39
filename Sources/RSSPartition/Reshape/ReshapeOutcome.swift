import RSSCore
import RSSModel

/// The outcome of a drain, split or merge.
package struct ReshapeOutcome: Sendable {
    /// How it ended.
    package enum State: String, Sendable, Codable { case done, nothing, wouldDo, aborted, wouldAbort }

    /// A partition that was created, or would be.
    package struct Part: Sendable {
        /// Its name.
        package var name: String
        /// What it holds, as people read it.
        package var range: String
        /// About how many rows it has; nil where not known.
        package var rows: Double?
    }

    /// `drain`, `split` or `merge`.
    package var kind: String
    /// The table.
    package var table: RelationName
    /// How it ended.
    package var state: State
    /// The old partitions.
    package var sources: [RelationName] = []
    /// The names under which they are kept; empty where they are dropped.
    package var kept: [RelationName] = []
    /// The new partitions.
    package var parts: [Part] = []
    /// Rows that stay in the default partition because they are far from now; nil where that was not checked.
    package var leftRows: Int64?
    /// The first and the last of these.
    package var leftRange: String?
    /// Rows that stay there because their key is NULL or infinite.
    package var leftWithoutKey: Int64?
    /// Whether interrupted work of an earlier run was finished.
    package var isResumed = false
    /// How long the swap held its locks; nil where this run made none.
    package var swapTime: Duration?
    /// The statements of a dry run.
    package var statements: [String] = []

    init(kind: String, table: RelationName, state: State, left: ReshapePlanner.Left? = nil) {
        self.kind = kind
        self.table = table
        self.state = state
        leftRows = left?.rows
        leftRange = left?.range
        leftWithoutKey = left?.withoutPoint
    }

    init(
        _ work: ReshapeWork, _ found: PartitionedTable?, state: State, left: ReshapePlanner.Left? = nil,
        isResumed: Bool = false
    ) {
        self.init(kind: work.kind.rawValue, table: work.table, state: state, left: left)
        self.isResumed = isResumed
        swapTime = work.swapTime
        sources = work.spec.sources.map(\.relation)
        if work.spec.keepsSources { kept = work.spec.sources.map(\.laterRelation) }
        for target in work.spec.targets {
            let partition = found?.partitions.first { $0.name == target.name }
            if state == .done, found != nil, partition == nil { continue }
            parts.append(
                Part(
                    name: target.name,
                    range: target.bound.map { bound in found?.label(bound) ?? "" } ?? "DEFAULT",
                    rows: state == .done ? partition?.estimatedRows : nil))
        }
    }
}
