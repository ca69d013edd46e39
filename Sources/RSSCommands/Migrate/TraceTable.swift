import RSSCore
import RSSMigrate
import RSSModel

/// What a trial run has shown, as a table.
enum TraceTable {
    static func table(_ steps: [PlanTrace.Step]) -> Table {
        let right = steps.count { $0.verdict == .ok }
        return Table(
            title: "On a scratch database, without rows",
            columns: [
                Column("place"), Column("command"), Column("verdict"), Column("observed_locks", isFlexible: true),
                Column("predicted_otherwise", isFlexible: true), Column("rewritten", isFlexible: true), .number("took"),
                Column("reason", isFlexible: true),
            ],
            rows: steps.map { step in
                [
                    .text("\(step.place)"), .text(step.command), .verdict(step.verdict), locks(step.locks),
                    locks(step.expectedLocks),
                    .optional(step.rewrites.isEmpty ? nil : step.rewrites.joined(separator: ", ")),
                    .duration(.milliseconds(step.milliseconds)), .optional(step.reason),
                ]
            }, notes: ["\(right) of \(steps.count) statements as predicted."])
    }

    /// The strongest modes first; many relations of one mode are counted.
    private static func locks(_ locks: [String: String]) -> Cell {
        let modes = Dictionary(grouping: locks.keys) { locks[$0] ?? "" }
        let order = LockMode.allCases.reversed().map(\.name)
        let parts = order.compactMap { mode -> String? in
            guard let names = modes[mode]?.sorted() else { return nil }
            return
                "\(names.count > 3 ? "\(names[0]) and \(names.count - 1) others" : names.joined(separator: ", ")) \(mode)"
        }
        return .optional(parts.isEmpty ? nil : parts.joined(separator: "; "))
    }
}
