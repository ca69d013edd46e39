import ArgumentParser
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache invalidate`
package struct CacheInvalidate: Verb {
    package static let declaration = Declaration(
        "cache invalidate", "Remove keys from the cache, without keeping other clients waiting",
        discussion: """
            Scans in small batches with pauses, and removes with UNLINK; KEYS is never used. A pattern is a glob of Redis after \
            cache.key_prefix: reports:*, with a backslash before a character that stands for itself. Patterns that match keys \
            of queues or sessions are refused, unless --force is given.

            The processes of the backend keep what they have read for a minute more in their own memory.
            """,
        effect: .destroys, needs: [.settings, .redis],
        examples: [
            .init("All summaries, counted", "rssctl cache invalidate 'reports:*' --dry-run"),
            .init("What is cached of the backend's data", "rssctl cache invalidate --all --yes"),
        ], exits: [.cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "A glob of keys, after cache.key_prefix.")
    var pattern: [String] = []

    @Option(help: ArgumentHelp("The summaries and the row of an organization; repeatable.", valueName: "id"))
    var org: [String] = []

    @Option(help: ArgumentHelp("The permissions of a user; repeatable.", valueName: "id"))
    var user: [String] = []

    @Flag(help: "All summaries, permissions, hardware and organizations.")
    var all = false

    @Flag(help: "Remove keys of queues and sessions as well.")
    var force = false

    @Option(help: ArgumentHelp("The most keys a second.", valueName: "keys"))
    var rate: Int?

    package init() {}

    package func validate() throws {
        guard all || !pattern.isEmpty || !org.isEmpty || !user.isEmpty else {
            throw ValidationError("name keys: a pattern, --org, --user or --all.")
        }
        if let rate, rate < 1 { throw ValidationError("--rate is at least 1.") }
        if pattern.contains("") { throw ValidationError("a pattern is empty.") }
    }

    private func options(_ context: Context) -> CacheInvalidation.Options {
        let keys = context.cacheKeys
        var patterns = pattern.map { KeyPattern(glob: $0, prefix: keys.prefix) }
        for id in org {
            patterns += [KeyPattern(summariesOf: id, keys), KeyPattern(rowOf: id, keys)]
        }
        patterns += user.map { KeyPattern(permissionsOf: $0, keys) }
        if all { patterns += CacheKind.allCases.map { KeyPattern($0, keys) } }
        var options = CacheInvalidation.Options(patterns)
        options.keys = keys
        options.includesProtected = force
        options.rate = rate
        return options
    }

    package func question(_ context: Context) async throws -> String? {
        let redis = try await context.connectRedis()
        let count = try await CacheInvalidation(redis, options(context)).count()
        if count.total == 0 { return nil }
        let protected = count.protected > 0 ? " (\(count.protected) of queues or sessions)" : ""
        return "Remove \(count.total) keys\(protected)?"
    }

    package func execute(_ context: Context) async throws -> InvalidationReport {
        let redis = try await context.connectRedis()
        let invalidation = CacheInvalidation(redis, options(context))
        let count =
            context.isDryRun ? try await invalidation.count() : try await invalidation.run(nil, context.progress)
        return InvalidationReport(keys: count, isDryRun: context.isDryRun)
    }
}

/// The result of `cache invalidate`.
package struct InvalidationReport: CommandResult {
    let keys: CacheInvalidation.Count
    let isDryRun: Bool

    package var counts: [String: Int64] { isDryRun ? [:] : ["removed": Int64(keys.total)] }

    package var tables: [Table] {
        let classes = KeyClass.allCases.filter { keys.keys[$0] ?? 0 > 0 }
        let notes = [
            isDryRun ? "\(keys.total) keys would be removed." : "\(keys.total) keys were removed."
        ]
        return [
            Table(
                columns: [Column("keys_of", header: "keys of"), .number("keys")],
                rows: classes.map { [.text($0.rawValue), .count(keys.keys[$0] ?? 0)] }, notes: notes,
                emptyMessage: "No key matches.")
        ]
    }
}
