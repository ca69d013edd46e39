import ArgumentParser

/// `rssctl cache`
package struct CacheGroup: Group {
    package static let group = "cache"
    package static let abstract = "The backend's cache in Redis"
    package static let verbs: [any ParsableCommand.Type] = [
        CacheWarm.self, CacheInvalidate.self, CacheVerify.self, CacheStats.self, CacheGet.self, CacheDoctor.self,
        CacheLearn.self,
    ]

    package init() {}
}
