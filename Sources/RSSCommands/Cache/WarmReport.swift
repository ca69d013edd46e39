import RSSCache
import RSSModel

/// The result of `cache warm`.
package struct WarmReport: CommandResult {
    let keys: [CacheWarmer.Entry]
    let isDryRun: Bool

    private func number(_ action: CacheWarmer.Action) -> Int { keys.count { $0.action == action } }

    /// Keys that Redis evicts or that failed are not there for the backend.
    package var exitStatus: ExitStatus { number(.evicted) + number(.failed) > 0 ? .findings : .done }

    package var counts: [String: Int64] {
        if isDryRun { return [:] }
        var counts = ["written": Int64(number(.done)), "kept": Int64(number(.skipped))]
        for action in [CacheWarmer.Action.unchanged, .invalidated, .evicted, .failed] where number(action) > 0 {
            counts[action.rawValue] = Int64(number(action))
        }
        return counts
    }

    package var tables: [Table] { isDryRun ? [preview] : [summary] }

    private var summary: Table {
        let kinds = CacheKind.allCases.filter { kind in keys.contains { $0.kind == kind } }
        return Table(
            columns: [Column("kind")]
                + ["written", "unchanged", "kept", "invalidated", "failed"].map { .number($0) }
                + [.number("bytes", header: "size")],
            rows: kinds.map { kind in
                let own = keys.filter { $0.kind == kind }
                func count(_ actions: CacheWarmer.Action...) -> Cell {
                    .count(own.count { actions.contains($0.action) })
                }
                return [
                    .text(kind.rawValue), count(.done), count(.unchanged), count(.skipped), count(.invalidated),
                    count(.failed, .evicted),
                    .bytes(Int64(own.filter { $0.action == .done }.reduce(0) { $0 + ($1.bytes ?? 0) })),
                ]
            }, emptyMessage: "No key is to be warmed.")
    }

    private var preview: Table {
        var columns = [Column("key", isFlexible: true), Column.number("bytes", header: "size"), Column("action")]
        let hasReasons = keys.contains { $0.reason != nil }
        if hasReasons { columns.append(Column("reason", isFlexible: true)) }
        let rows = keys.map { entry -> [Cell] in
            let verdict: Verdict =
                switch entry.action {
                case .pending: .pending
                case .failed: .failed
                default: .skipped
                }
            let size: Cell = entry.bytes.map { .bytes(Int64($0)) } ?? .null
            return [.text(entry.key), size, .verdict(verdict)] + (hasReasons ? [.optional(entry.reason)] : [])
        }
        return Table(
            columns: columns, rows: rows, notes: ["\(number(.pending)) keys would be written."],
            emptyMessage: "No key is to be warmed.")
    }
}
