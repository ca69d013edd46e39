/// What the backend caches, and rssctl can write for it. Sessions (`sess:`) are the backend's alone.
package enum CacheKind: String, Sendable, CaseIterable, Encodable {
    /// A page of visit reports of an organization: `reports:summary:<organization>:<md5 of the filters>`.
    case summaries
    /// The permissions of a user: `perms:user:<user>`.
    case permissions
    /// The hardware of a visit report.
    case hardware
    /// An organization.
    case organizations

    /// What its keys begin with, after the backend's ioredis keyPrefix (seed, CACHE_CONFIGS).
    package var prefix: String {
        switch self {
        case .summaries: "reports"
        case .permissions: "perms"
        case .hardware: "hardware"
        case .organizations: "org"
        }
    }

    /// How long the backend lets its keys live (seed, CACHE_CONFIGS).
    package var lifetime: Duration {
        switch self {
        case .summaries: .seconds(300)
        case .permissions: .seconds(900)
        case .hardware: .seconds(600)
        case .organizations: .seconds(3600)
        }
    }
}
