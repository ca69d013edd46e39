import SQLScript

/// A lock that a statement takes on a table.
public struct RelationLock: Sendable, Hashable {
    /// The table.
    public let relation: RelationName
    /// The mode.
    public let mode: LockMode

    /// Makes a lock.
    public init(_ relation: RelationName, _ mode: LockMode) {
        self.relation = relation
        self.mode = mode
    }
}

/// Which locks a statement takes on which tables, told from its parse tree.
public enum LockPrediction {
    /// The locks on tables that the statement names, strongest for each.
    public static func locks(of tree: ParseNode) -> [RelationLock] {
        guard let (type, node) = tree.tagged else { return [] }
        switch type {
        case "AlterTableStmt", "RenameStmt":
            return RelationName(node["relation"]).map { [RelationLock($0, .accessExclusive)] } ?? []
        case "IndexStmt":
            return RelationName(node["relation"]).map {
                [RelationLock($0, node.flag("concurrent") ? .shareUpdateExclusive : .share)]
            } ?? []
        case "CreateTrigStmt":
            return RelationName(node["relation"]).map { [RelationLock($0, .shareRowExclusive)] } ?? []
        case "TruncateStmt":
            return node.list("relations").compactMap { RelationName($0) }.map { RelationLock($0, .accessExclusive) }
        case "DropStmt" where node.string("removeType") == "OBJECT_TABLE":
            return node.list("objects").compactMap { RelationName(parts: $0["List"]?.names("items") ?? []) }.map {
                RelationLock($0, .accessExclusive)
            }
        default: return []
        }
    }
}
