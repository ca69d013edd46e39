import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RedisClient
import Synchronization

/// Watches which keys the backend asks for and does not find.
///
/// Redis publishes such keys when `notify-keyspace-events` has `E` and `m`. The setting is changed for the time of the
/// observation, and restored on every way out, an interruption among them.
package struct MissObserver: Sendable {
    /// What was missed.
    package struct Result: Sendable {
        /// Misses of a kind of key.
        package struct Group: Sendable, Encodable, Equatable {
            /// `reports:summary`
            package let prefix: String
            /// How often keys were missed.
            package var misses: Int
            /// How many keys.
            package var keys: Int
        }

        /// Misses of summaries with the same filters.
        package struct Shape: Sendable, Equatable {
            /// The md5 in the keys.
            package let digest: String
            /// The filters; nil where they were not found.
            package let shape: FilterShape?
            /// How often keys were missed.
            package let misses: Int
            /// Of how many organizations.
            package let organizations: Int
        }

        /// By prefix, most misses first.
        package let groups: [Group]
        /// By filters, most misses first.
        package let shapes: [Shape]
        /// Keys that were missed after so many others that they are not listed.
        package let unlisted: Int
    }

    private let configuration: RedisConfiguration
    private let keys: CacheKeys

    /// Makes an observer.
    package init(_ configuration: RedisConfiguration, keys: CacheKeys) {
        self.configuration = configuration
        self.keys = keys
    }

    /// Keys that are distinguished.
    private static let mostKeys = 100_000
    private static let setting: RedisArgument = "notify-keyspace-events"

    /// Observes for a time.
    ///
    /// - Throws: `RedisError`, `CancellationError`.
    package func run(for duration: Duration, _ progress: ProgressReporter) async throws -> Result {
        let servers = try await configuration.servers()
        let clock = try configuration.service()
        let today: CalendarDate
        do {
            today = try await CalendarDate(clock.serverTime())
        } catch {
            await clock.close()
            throw error
        }
        await clock.close()
        let misses = Mutex<(keys: [String: Int], unlisted: Int)>(([:], 0))
        let take: @Sendable (RedisConnection.Message) -> Void = { message in
            misses.withLock { misses in
                let key = message.content.description
                if misses.keys[key] == nil, misses.keys.count >= Self.mostKeys {
                    misses.unlisted += 1
                } else {
                    misses.keys[key, default: 0] += 1
                }
            }
        }
        try await progress.phase("observe") {
            // A node of a cluster publishes its own keys alone.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for server in servers {
                    group.addTask { try await Self.observe(server, for: duration, progress, take) }
                }
                try await group.waitForAll()
            }
        }
        let seen = misses.withLock { $0 }
        return result(seen.keys, seen.unlisted, today)
    }

    /// Observes a server.
    private static func observe(
        _ server: RedisConfiguration, for duration: Duration, _ progress: ProgressReporter,
        _ take: @Sendable (RedisConnection.Message) -> Void
    ) async throws {
        let control = try await RedisConnection.connect(server)
        let before: String
        do {
            before = try await control.configGet(setting.description)[setting.description] ?? ""
        } catch {
            await control.close()
            throw error
        }
        do {
            try await control.send(["CONFIG", "SET", setting, RedisArgument(adding("Em", to: before))])
            let listener = try await RedisConnection.connect(server)
            let channel = RedisArgument("__keyevent@\(server.database)__:keymiss")
            try await listener.receive([channel], for: duration, onMessage: take)
        } catch {
            await restore(before, server, progress)
            await control.close()
            throw error
        }
        await restore(before, server, progress)
        await control.close()
    }

    /// Restores the setting, also when the task was cancelled and the connection lost. A setting that stays is reported.
    private static func restore(
        _ value: String, _ server: RedisConfiguration, _ progress: ProgressReporter
    ) async {
        var brief = server
        brief.connectTimeout = .seconds(1)
        brief.commandTimeout = .seconds(1)
        let options = brief
        let failure = await Task.detached { () -> (any Error)? in
            do {
                let connection = try await RedisConnection.connect(options)
                _ = try await connection.send(["CONFIG", "SET", setting, RedisArgument(value)])
                await connection.close()
                return nil
            } catch {
                return error
            }
        }.value
        guard let failure else { return }
        progress(
            .warning(
                "\(setting) of \(server.address.text) could not be restored: \(ErrorReport(describing: failure).message). Unless Redis was restarted: redis-cli CONFIG SET \(setting) '\(value)'"
            ))
    }

    /// The flags of the setting with others; `A` stands for most, and not for misses.
    static func adding(_ flags: String, to setting: String) -> String {
        setting + flags.filter { !setting.contains($0) }
    }

    /// Groups what was missed.
    func result(_ misses: [String: Int], _ unlisted: Int, _ today: CalendarDate) -> Result {
        var groups: [String: Result.Group] = [:]
        var digests: [String: (misses: Int, organizations: Set<Substring>)] = [:]
        let summaries = "\(keys.prefix)\(CacheKind.summaries.prefix):summary:"
        for (key, count) in misses {
            let prefix = KeySample.prefix(of: RedisArgument(key))
            groups[prefix, default: .init(prefix: prefix, misses: 0, keys: 0)].misses += count
            groups[prefix]?.keys += 1
            let parts = key.dropFirst(summaries.count).split(separator: ":")
            guard key.hasPrefix(summaries), parts.count == 2 else { continue }
            digests[String(parts[1]), default: (0, [])].misses += count
            digests[String(parts[1])]?.organizations.insert(parts[0])
        }
        let shapes = ShapeGuesser(today: today).shapes(of: Set(digests.keys))
        return Result(
            groups: groups.values.sorted { ($1.misses, $0.prefix) < ($0.misses, $1.prefix) },
            shapes: digests.map { digest, seen in
                Result.Shape(
                    digest: digest, shape: shapes[digest], misses: seen.misses, organizations: seen.organizations.count)
            }.sorted { ($1.misses, $0.digest) < ($0.misses, $1.digest) }, unlisted: unlisted)
    }
}
