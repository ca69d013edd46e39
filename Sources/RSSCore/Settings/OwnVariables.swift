/// Settings of earlier versions that are no longer read.
enum RetiredSettings {
    /// Why they have no effect.
    static let reason = "no command opens a pool of connections"

    /// Whether a name in the file is one of them, or the group that they were in.
    static func contains(_ name: String) -> Bool { name == "pool" || name.hasPrefix("pool.") }
}

/// Variables whose names begin with `RSSCTL_`: those that rssctl reads, and what to say of others.
enum OwnVariables {
    private static let prefix = "RSSCTL_"

    /// Those that are not settings.
    private static let others: Set<String> = [
        "RSSCTL_CONFIG", "RSSCTL_PROFILE", "RSSCTL_JOURNAL", "RSSCTL_STATE", "RSSCTL_PAGER", "RSSCTL_POSTGRES_BIN",
        // Of the build and of the tests.
        "RSSCTL_COMMIT", "RSSCTL_DATE", "RSSCTL_LINT", "RSSCTL_RECORD", "RSSCTL_FAULT",
    ]

    /// A warning for each variable that looks like ours and is not read.
    static func warnings(_ environment: [String: String]) -> [String] {
        let known = others.union(SettingKey.allCases.flatMap(\.definition.environment))
        return environment.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.sorted().map { name in
            if RetiredSettings.contains(name.dropFirst(prefix.count).lowercased().replacing("pool_", with: "pool.")) {
                return "environment \(name) has no effect: \(RetiredSettings.reason)"
            }
            let meant = EditDistance.closest(to: name, among: known.sorted())
            return
                "environment \(name) has no effect: unknown setting\(meant.map { "; did you mean \($0)?" } ?? "")"
        }
    }
}
