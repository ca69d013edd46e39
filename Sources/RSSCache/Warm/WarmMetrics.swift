import Foundation

/// The outcome of a warming as metrics in the text form of Prometheus, for node_exporter's textfile collector.
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

    /// The whole text; Prometheus' exposition format 0.0.4.
    package var text: String {
        var lines = [
            "# HELP rssctl_cache_warm_keys Keys of the last run, by kind and by what was done with them.",
            "# TYPE rssctl_cache_warm_keys gauge",
        ]
        for kind in kinds {
            for action in Self.actions {
                let count = entries.count { $0.kind == kind && $0.action == action }
                lines.append(
                    "rssctl_cache_warm_keys{kind=\"\(kind.rawValue)\",action=\"\(action.rawValue)\"} \(count)")
            }
        }
        let bytes = entries.reduce(0) { $0 + ($1.action == .done ? $1.bytes ?? 0 : 0) }
        for (name, help, value) in [
            ("written_bytes", "Bytes of the values that the last run wrote.", "\(bytes)"),
            ("duration_seconds", "How long the last run took.", "\(took / .seconds(1))"),
            ("last_run_timestamp_seconds", "When the last run ended.", "\(date.timeIntervalSince1970)"),
        ] {
            lines += [
                "# HELP rssctl_cache_warm_\(name) \(help)", "# TYPE rssctl_cache_warm_\(name) gauge",
                "rssctl_cache_warm_\(name) \(value)",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
