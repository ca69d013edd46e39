/// The outcome of rows.
struct LoadCounts: Sendable, Equatable {
    var inserted = 0
    var updated = 0
    var deleted = 0
    var unchanged = 0

    static func + (one: LoadCounts, other: LoadCounts) -> LoadCounts {
        LoadCounts(
            inserted: one.inserted + other.inserted, updated: one.updated + other.updated,
            deleted: one.deleted + other.deleted, unchanged: one.unchanged + other.unchanged)
    }
}
