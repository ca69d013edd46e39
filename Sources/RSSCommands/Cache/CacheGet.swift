import ArgumentParser
import Foundation
import RSSCache
import RSSModel
import RedisClient

/// `rssctl cache get`
package struct CacheGet: Verb {
    package static let declaration = Declaration(
        "cache get", "Print the value of a key as it is stored, with its lifetime in JSON",
        discussion: "The key is written without cache.key_prefix. A key that does not exist ends with status 1.",
        needs: [.settings, .redis],
        examples: [
            .init(
                "A user's permissions", "rssctl cache get perms:user:018c22ac-d000-700b-8d91-ace0d09f7e9e",
                exit: .failed)
        ])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The key, without cache.key_prefix.")
    var key: String

    package init() {}

    package func execute(_ context: Context) async throws -> CacheGetReport {
        let name = RedisArgument(context.cacheKeys.prefix + key)
        let redis = try await context.connectRedis()
        let (value, left) = (try await redis.get(name), try await redis.ttl(name))
        guard let value else { throw CacheError.missing(name.description) }
        return CacheGetReport(name.description, value, left)
    }
}

/// The result of `cache get`.
package struct CacheGetReport: CommandResult {
    let key: String
    let bytes: Int
    /// Seconds; nil for a key that does not expire.
    let secondsLeft: Double?
    /// The text; where it is not UTF-8, `base64` holds it.
    let value: String?
    let base64: String?

    init(_ key: String, _ value: [UInt8], _ left: RedisTTL) {
        self.key = key
        bytes = value.count
        if case .remaining(let time) = left { secondsLeft = time / .seconds(1) } else { secondsLeft = nil }
        self.value = String(validating: value, as: UTF8.self)
        base64 = self.value == nil ? Data(value).base64EncodedString() : nil
    }

    /// The value as it is.
    package var document: String? { value ?? base64 }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("key"), .number("bytes"), .number("seconds_left", header: "seconds left"),
                    Column("value", isFlexible: true),
                ],
                rows: [
                    [
                        .text(key), .count(bytes), secondsLeft.map { .number($0, fractionDigits: 1) } ?? .null,
                        .optional(value ?? base64),
                    ]
                ])
        ]
    }
}
