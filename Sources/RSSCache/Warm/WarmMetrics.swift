import Foundation
import RSSModel

/// The outcome of a warming as metrics.
package struct WarmMetrics: Sendable {
    private let entries: [CacheWarmer.Entry]
    private let kinds: [CacheKind]
    private let date: Date
    private let took: Duration

    /// Makes the metrics of a run.
    ///
    /// - Parameters:
    ///   - date: when it ended, by the database's clock.
    ///   - took: how long it took.
    package init(_ entries: [CacheWarmer.Entry], of kinds: [CacheKind], at date: Date, took: Duration) {
        self.entries = entries
        self.kinds = kinds
        self.date = date
        self.took = took
    }

    /// Outcomes of a run that is not a dry run; each has a value, so that none vanishes from a graph.
    private static let actions: [CacheWarmer.Action] = [.done, .unchanged, .skipped, .invalidated, .evicted, .failed]

    /// The whole text.
    package var text: String {
        var metrics = Exposition(prefix: "rssctl_cache_warm_")
        metrics.gauge(
            "keys", "Keys of the last run, by kind and by what was done with them.",
            kinds.flatMap { kind in
                Self.actions.map { action in
                    Exposition.Sample(
                        Double(entries.count { $0.kind == kind && $0.action == action }),
                        ("kind", kind.rawValue), ("action", action.rawValue))
                }
            })
        let bytes = entries.reduce(0) { $0 + ($1.action == .done ? $1.bytes ?? 0 : 0) }
        metrics.gauge("written_bytes", "Bytes of the values that the last run wrote.", [.init(Double(bytes))])
        metrics.gauge("duration_seconds", "How long the last run took.", [.init(took / .seconds(1))])
        metrics.gauge(
            "last_run_timestamp_seconds", "When the last run ended.",
            [.init(date.timeIntervalSince1970.rounded(.down))])
        return metrics.text
    }
}
