/// A lock that a statement takes on a relation.
package struct RelationLock: Sendable, Hashable {
    /// The relation.
    package let relation: RelationName
    /// The mode.
    package let mode: LockMode

    /// Makes a lock.
    package init(_ relation: RelationName, _ mode: LockMode) {
        self.relation = relation
        self.mode = mode
    }
}
