import RSSModel
import RedisClient

/// Shows whether Redis evicts what was written: a server whose memory is too small does so without an error.
struct Evictions: Sendable {
    private let redis: any RedisService
    /// The count of each server before the writing, by its run; nil where the user may not ask for it.
    private let before: [String: Int]?

    /// Reads the count.
    ///
    /// - Throws: `RedisError`, `CancellationError`.
    init(_ redis: any RedisService) async throws {
        self.redis = redis
        before = try await Self.count(redis)
    }

    /// Marks the written keys that do not exist any more, if the server evicted any meanwhile, and warns of it.
    ///
    /// - Throws: `RedisError`, `CancellationError`.
    func mark(_ entries: inout [CacheWarmer.Entry], _ progress: ProgressReporter) async throws {
        guard let before, let after = try await Self.count(redis) else { return }
        // A server that was started or took over meanwhile has counted from another beginning.
        let evicted = after.reduce(0) { sum, server in sum + max(0, server.value - (before[server.key] ?? server.value))
        }
        guard evicted > 0 else { return }
        // A key that is evicted before it is confirmed looks as if the backend had deleted it.
        let written = entries.indices.filter { [.done, .unchanged, .invalidated].contains(entries[$0].action) }
        let commands = written.map { RedisCommand(["EXISTS", RedisArgument(entries[$0].key)], isIdempotent: true) }
        let gone = zip(written, try await redis.replies(to: commands)).filter { $1.integer == 0 }.map(\.0)
        guard !gone.isEmpty else { return }
        for index in gone { entries[index].action = .evicted }
        progress(
            .warning(
                "\(gone.count) of \(written.count) keys do not exist any more: Redis evicted \(evicted) keys meanwhile, because maxmemory is reached"
            ))
    }

    /// How many keys each server has evicted, by the id of its run; nil where the user may not ask for it.
    private static func count(_ redis: any RedisService) async throws -> [String: Int]? {
        do {
            var counts: [String: Int] = [:]
            for info in try await redis.infos() {
                counts[info["run_id"] ?? ""] = info["evicted_keys"].flatMap { Int($0) }
            }
            return counts
        } catch let error as RedisError where error.serverError != nil {
            // A right that the warming itself does not need: evictions are not reported then.
            return nil
        }
    }
}
