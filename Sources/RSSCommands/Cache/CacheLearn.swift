import ArgumentParser
import RSSCache
import RSSCore
import RSSModel
import RedisClient

/// `rssctl cache learn`
package struct CacheLearn: Verb {
    package static let declaration = Declaration(
        "cache learn", "Observe which keys the backend misses, and which filters they are made of",
        discussion: """
            Redis publishes each key that is asked for and does not exist while its setting notify-keyspace-events has E and m. \
            The setting is changed for the time of the observation and restored afterwards, also after an interruption. \
            Publishing costs a busy server a fifth to a half of its speed for keys that do not exist.

            The filters of summaries are found by hashing what a backend may ask with: common periods, pages, sizes and \
            statuses, in every order, as numbers and as strings. The result has the lines for the configuration file; --write \
            adds them to the one in use, and leaves its other lines and comments as they are.
            """,
        effect: .writes, needs: [.settings, .redis],
        examples: [
            .init("For a minute", "rssctl cache learn --for 1s --yes"),
            .init("What was found is added to the configuration file", "rssctl cache learn --for 1s --write --yes"),
        ], exits: [.cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Option(name: .customLong("for"), help: "How long to observe.", transform: parseDuration)
    var duration: Duration = .seconds(60)

    @Flag(help: "Add the filters that were found to cache.shapes in the configuration file.")
    var write = false

    package init() {}

    package func validate() throws {
        if duration < .seconds(1) || duration > .seconds(86_400) { throw ValidationError("--for is from 1s to 24h.") }
    }

    package func question(_ context: Context) async throws -> String? {
        let file = write ? try SettingsEdit(.cacheShapes, of: context.settings).path : nil
        return "Change notify-keyspace-events of Redis while observing\(file.map { ", and add to \($0)" } ?? "")?"
    }

    package func execute(_ context: Context) async throws -> LearnReport {
        let options = try context.warmOptions()
        let configuration = try context.redisConfiguration()
        // What stands in the way of writing is reported before the observation.
        let edit = write ? try SettingsEdit(.cacheShapes, of: context.settings) : nil
        if context.isDryRun {
            context.progress(
                .note("Would run: CONFIG SET notify-keyspace-events with E and m, PSUBSCRIBE, and restore the setting.")
            )
            return LearnReport(nil, known: options.shapes)
        }
        let result = try await MissObserver(configuration, keys: options.keys).run(for: duration, context.progress)
        var report = LearnReport(result, known: options.shapes)
        if let edit, !report.configuration.isEmpty {
            do {
                try edit.write(report.configuration)
                report.file = edit.path
            } catch {
                // The result is worth more than the file: its lines can be added by hand.
                let failure = ErrorReport(describing: error)
                context.progress(.warning("\(failure.message)\(failure.detail.map { ": \($0)" } ?? "")"))
                report.isUnwritten = true
            }
        }
        return report
    }
}

/// The result of `cache learn`.
package struct LearnReport: CommandResult {
    struct Shape: Encodable {
        let digest: String
        let shape: String?
        let misses: Int
        let organizations: Int
        /// Whether cache.shapes has it.
        let isWarmed: Bool
        /// Why it cannot be warmed.
        let reason: String?
    }

    let groups: [MissObserver.Result.Group]
    let shapes: [Shape]
    let unlisted: Int
    /// Shapes for cache.shapes: those that it has, and those that were missed.
    let configuration: [String]
    /// The file that they were added to.
    var file: String?
    /// Whether they could not be added.
    var isUnwritten = false

    private enum CodingKeys: CodingKey { case groups, shapes, unlisted, configuration, file }

    package var exitStatus: ExitStatus { isUnwritten ? .cannotWrite : .done }

    init(_ result: MissObserver.Result?, known: [FilterShape]) {
        groups = result?.groups ?? []
        unlisted = result?.unlisted ?? 0
        var wanted = known
        shapes = (result?.shapes ?? []).map { seen in
            var reason: String?
            if let shape = seen.shape {
                do throws(FilterShapeError) {
                    _ = try FilterShape(parsing: "\(shape)")
                    if !wanted.contains(shape) { wanted.append(shape) }
                } catch {
                    reason = error.reason
                }
            }
            return Shape(
                digest: seen.digest, shape: seen.shape?.description, misses: seen.misses,
                organizations: seen.organizations, isWarmed: seen.shape.map(known.contains) ?? false, reason: reason)
        }
        configuration = wanted.count > known.count ? wanted.map(\.description) : []
    }

    package var tables: [Table] {
        let prefixes = Table(
            columns: [Column("prefix", isFlexible: true), .number("misses"), .number("keys")],
            rows: groups.map { [.text($0.prefix), .count($0.misses), .count($0.keys)] },
            notes: unlisted > 0 ? ["\(unlisted) further misses are not listed."] : [],
            emptyMessage: "No key was missed.")
        guard !shapes.isEmpty else { return [prefixes] }
        let filters = Table(
            title: "Filters of summaries",
            columns: [
                Column("filters", isFlexible: true), .number("misses"), .number("organizations"), Column("state"),
            ],
            rows: shapes.map {
                [
                    .text($0.shape ?? "not found (\($0.digest))"), .count($0.misses), .count($0.organizations),
                    .text($0.isWarmed ? "in cache.shapes" : $0.shape == nil ? "unknown" : $0.reason ?? "new"),
                ]
            },
            notes: configuration.isEmpty
                ? []
                : file.map { ["\(configuration.count) filters are in \($0)."] }
                    ?? ["For the configuration file:", "cache:", "  shapes:"] + configuration.map { "    - \($0)" })
        return [prefixes, filters]
    }
}
