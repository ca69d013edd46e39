import RedisClient

/// The keys of a Redis that match patterns, some hundred at a time, with pauses that leave the server's time to others.
///
/// `SCAN` blocks the server for one batch at a time. After each batch as much time passes as it took, so that other clients
/// get half of the server's time at least, and no more keys than ``rate`` are handed over in a second.
package struct KeyspaceScan: Sendable {
    let redis: any RedisService
    /// Slots that the server looks into for a batch; 1000 kept other clients' waits under 100 ms with 200,000 keys of 5 KB.
    package var count = 1000
    /// The most keys in a second; nil for as many as the pauses allow.
    package var rate: Int?
    /// The most keys that are handed over; nil for all.
    package var limit: Int?

    /// Makes a scan.
    package init(_ redis: any RedisService) { self.redis = redis }

    /// Hands over the keys that match any of the patterns, in batches that may be empty. A key may be handed over twice
    /// (Redis docs, SCAN), and again for each pattern that it matches.
    ///
    /// - Parameter type: only keys of this type: `string`.
    /// - Returns: whether all keys were seen; false where ``limit`` ended the scan.
    /// - Throws: `RedisError`, `CancellationError`, and what the body throws.
    @discardableResult
    package func forEach(
        _ patterns: [KeyPattern], type: String? = nil, _ body: ([RedisArgument]) async throws -> Void
    ) async throws -> Bool {
        var left = limit ?? .max
        for pattern in patterns {
            if let key = pattern.exact {
                if try await redis.exists([key]) == 1 {
                    try await body([key])
                    left -= 1
                }
                continue
            }
            for server in try await redis.primaries() {
                try await walk(server, pattern, type, &left, body)
                if left <= 0 { return false }
            }
        }
        return true
    }

    /// Hands over the keys of a server.
    private func walk(
        _ server: some RedisCommands, _ pattern: KeyPattern, _ type: String?, _ left: inout Int,
        _ body: ([RedisArgument]) async throws -> Void
    ) async throws {
        let match = pattern.glob == "*" ? nil : RedisArgument(pattern.glob)
        var batches = server.scan(match: match, count: count, type: type).makeAsyncIterator()
        var began = ContinuousClock.now
        while let batch = try await batches.next() {
            let part = batch.prefix(left)
            try await body(Array(part))
            left -= part.count
            if left <= 0 { return }
            try await pause(after: part.count, since: began)
            began = .now
        }
    }

    /// Waits as long as a batch took, or until the rate allows the next one.
    private func pause(after keys: Int, since began: ContinuousClock.Instant) async throws {
        let took = ContinuousClock.now - began
        var wait = took
        if let rate { wait = max(wait, .seconds(Double(keys) / Double(max(1, rate))) - took) }
        try await Task.sleep(for: wait)
    }
}
