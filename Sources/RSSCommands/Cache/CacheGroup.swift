import ArgumentParser

/// `rssctl cache`
package struct CacheGroup: Group {
    package static let group = "cache"
    package static let abstract = "The backend's cache in Redis"
    package static let verbs: [any ParsableCommand.Type] = [CacheWarm.self]

    package init() {}
}
