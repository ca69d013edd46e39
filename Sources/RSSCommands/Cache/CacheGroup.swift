import ArgumentParser

/// `rssctl cache`
public struct CacheGroup: Group {
    public static let group = "cache"
    public static let abstract = "The backend's cache in Redis"
    public static let verbs: [any ParsableCommand.Type] = [CacheWarm.self]

    public init() {}
}
