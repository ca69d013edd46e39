import PostgresClient

/// A partition to be made.
package struct PartitionToCreate: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What it will hold.
    package let bound: Partition.Bound
    /// Why it is made: `ahead`, `now`, `gap`.
    package let reason: String
}

/// Decides which partitions a table lacks, by the bounds of those it has, never by their names.
struct PartitionPlanner: Sendable {
    /// The partitions to make so that cells are covered.
    ///
    /// - Parameters:
    ///   - cells: what is to be covered, in order.
    ///   - now: the point that counts as now.
    ///   - takenNames: names in the schema that are in use.
    static func missing(
        in table: PartitionedTable, cells: [PartitionCell], now: Int64, takenNames: Set<String>
    ) -> [PartitionToCreate] {
        guard let first = cells.first, let last = cells.last else { return [] }
        var names = takenNames
        var plan: [PartitionToCreate] = []
        var index = 0
        for hole in table.uncovered(from: first.lower, to: last.upper) {
            guard let lower = hole.lower, let upper = hole.upper else { continue }
            while index < cells.count, cells[index].upper <= lower { index += 1 }
            var next = index
            while next < cells.count, cells[next].lower < upper {
                let cell = cells[next]
                let bound = Partition.Bound(lower: max(lower, cell.lower), upper: min(upper, cell.upper))
                next += 1
                guard let held = table.key.representable(bound) else { continue }
                let isWhole = bound == Partition.Bound(lower: cell.lower, upper: cell.upper)
                let name = freeName(table.name, isWhole ? cell.suffix : "\(cell.suffix)_part", taken: names)
                names.insert(name)
                plan.append(
                    PartitionToCreate(
                        name: name, bound: held,
                        reason: cell.upper <= now ? "gap" : cell.lower <= now ? "now" : "ahead"))
            }
        }
        return plan
    }

    /// `visit_reports_2026_11`, the seed's form; with a number after it where the name is in use. Names have
    /// at most 63 bytes, so a long table name is cut.
    static func freeName(_ table: String, _ suffix: String, taken: Set<String>) -> String {
        var number = 1
        while true {
            let full = "_\(suffix)" + (number == 1 ? "" : "_\(number)")
            var base = table
            while base.utf8.count + full.utf8.count > 63 { base.removeLast() }
            if !taken.contains(base + full) { return base + full }
            number += 1
        }
    }

    /// Whether a name is one that ``freeName(_:_:taken:)`` comes to.
    static func isFreeName(_ name: String, of table: String, _ suffix: String) -> Bool {
        guard name != freeName(table, suffix, taken: []) else { return true }
        guard let number = name.split(separator: "_").last.flatMap({ Int($0) }), (2...10_000).contains(number) else {
            return false
        }
        let full = "_\(suffix)_\(number)"
        var base = table
        while base.utf8.count + full.utf8.count > 63 { base.removeLast() }
        return name == base + full
    }
}
