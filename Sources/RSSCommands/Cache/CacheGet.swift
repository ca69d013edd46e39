import ArgumentParser
import Foundation
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache get`
package struct CacheGet: Verb {
    package static let declaration = Declaration(
        "cache get", "Print the value of a key as it is stored, with its lifetime in JSON",
        discussion: """
            The key is written without cache.key_prefix. A key that does not exist ends with status 1.

            --cached answers from a store of this machine, without Redis, what was read with --cached within a minute, and \
            no longer than the key lives. Any command of rssctl that changes something clears the store.
            """,
        needs: [.settings, .redis],
        examples: [
            .init(
                "A user's permissions", "rssctl cache get perms:user:018c22ac-d000-700b-8d91-ace0d09f7e9e",
                exit: .failed),
            .init(
                "From this machine while it is fresh",
                "rssctl cache get org:018c22ac-d000-700b-8d91-ace0d09f7e9e --cached", exit: .failed),
        ])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The key, without cache.key_prefix.")
    var key: String

    @Flag(help: "Answer from this machine's store what was read within a minute.")
    var cached = false

    package init() {}

    package func execute(_ context: Context) async throws -> CacheGetReport {
        let name = RedisArgument(context.cacheKeys.prefix + key)
        guard cached else { return try await read(name, context) }
        let answer = try await context.cached(["\(context.redisConfiguration())", name.description]) {
            let report = try await read(name, context)
            return (report, report.secondsLeft.map { .seconds($0) } ?? LocalStore.lifetime)
        }
        return answer.age.map(answer.value.older) ?? answer.value
    }

    private func read(_ name: RedisArgument, _ context: Context) async throws -> CacheGetReport {
        let redis = try await context.connectRedis()
        let (value, left) = (try await redis.get(name), try await redis.ttl(name))
        guard let value else { throw CacheError.missing(name.description) }
        return CacheGetReport(name.description, value, left)
    }
}

/// The result of `cache get`.
package struct CacheGetReport: CommandResult, Codable {
    let key: String
    let bytes: Int
    /// Seconds; nil for a key that does not expire.
    private(set) var secondsLeft: Double?
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

    /// The same after some time.
    func older(by age: Duration) -> CacheGetReport {
        var report = self
        report.secondsLeft = secondsLeft.map { $0 - age / .seconds(1) }
        return report
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
