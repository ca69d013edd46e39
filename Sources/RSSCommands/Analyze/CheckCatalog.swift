import RSSAnalyze
import RSSCache
import RSSCore
import RSSPartition

/// Every check that `analyze performance` makes, by key: those of the database, and what other capabilities contribute.
enum CheckCatalog {
    static let all: [Check] =
        (PerformanceCheck.all.map(\.definition) + WindowCheck.all.map(\.definition)
        + PartitionInspector.definitions + CacheInspector.definitions)
        .sorted { $0.key < $1.key }

    /// Whether one of the words of `--only` names a check.
    static func isWanted(_ key: String, _ words: [String]?) -> Bool {
        words?.contains { key == $0 || key.hasPrefix("\($0).") } ?? true
    }

    /// The areas, in order.
    static let areas: [String] = Set(all.map(\.area)).sorted()
}
