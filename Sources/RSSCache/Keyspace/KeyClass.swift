import RedisClient

/// What a key belongs to, by its name and type.
package enum KeyClass: String, Sendable, Hashable, CaseIterable, Encodable {
    case summaries
    case permissions
    case hardware
    case organizations
    /// A string that none of the kinds explains.
    case other
    /// A session of the backend.
    case sessions
    /// A key of a job queue, by its name or because it is not a string: lists, sets, hashes and streams are not cached values.
    case queues
    /// A key of rssctl's own: its locks.
    case locks

    /// Whether it is removed only on demand: it cannot be computed again.
    package var isProtected: Bool { [.sessions, .queues, .locks].contains(self) }

    /// Finds the class of a key.
    ///
    /// - Parameter type: as `TYPE` returns it; nil where it is known to be a string.
    init(_ key: RedisArgument, type: String?, keys: CacheKeys) {
        let prefix = Array(keys.prefix.utf8)
        // A prefix of the cache's client is not one of the queues.
        let name = key.bytes.starts(with: prefix) ? key.bytes.dropFirst(prefix.count) : key.bytes[...]
        func begins(_ text: String) -> Bool { name.starts(with: text.utf8) }
        if begins("bull:") || begins("{bull}:") || key.bytes.starts(with: "bull:".utf8)
            || (type ?? "string") != "string"
        {
            self = .queues
        } else if begins("sess:") {
            self = .sessions
        } else if begins("rssctl:lock:") {
            self = .locks
        } else if let kind = CacheKind.allCases.first(where: { begins($0.prefix + ":") }) {
            self =
                switch kind {
                case .summaries: .summaries
                case .permissions: .permissions
                case .hardware: .hardware
                case .organizations: .organizations
                }
        } else {
            self = .other
        }
    }
}
