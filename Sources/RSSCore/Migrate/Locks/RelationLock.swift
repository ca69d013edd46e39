/// A lock that a statement takes on a relation.
public struct RelationLock: Sendable, Hashable {
    /// The relation.
    public let relation: RelationName
    /// The mode.
    public let mode: LockMode

    /// Makes a lock.
    public init(_ relation: RelationName, _ mode: LockMode) {
        self.relation = relation
        self.mode = mode
    }
}
