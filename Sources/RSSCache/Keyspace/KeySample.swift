import RedisClient

/// What a bounded look at the keyspace shows of the keys of each prefix.
package struct KeySample: Sendable {
    /// The keys of a prefix.
    package struct Group: Sendable, Equatable, Encodable {
        /// `reports:summary`, `bull:email processing`.
        package let prefix: String
        /// What they belong to.
        package internal(set) var keysOf: KeyClass
        /// How many were scanned.
        package internal(set) var keys = 0
        /// Of how many size and lifetime were asked for.
        package internal(set) var sampled = 0
        /// Bytes of memory that the keys take: the mean of the sampled ones times their number.
        package internal(set) var bytes: Int64 = 0
        /// The largest of the sampled ones, and its bytes.
        package internal(set) var largest: String?
        package internal(set) var largestBytes: Int64 = 0
        /// Of the sampled ones, how many never expire.
        package internal(set) var withoutExpiry = 0
        /// Of the sampled ones, how many expire within a minute, 5 and 15 minutes, an hour, and later.
        package internal(set) var expiry = [0, 0, 0, 0, 0]
        /// Seconds since the sampled ones were last used, at the median; nil where the server counts uses instead.
        package internal(set) var idleSeconds: Int64?
    }

    /// The bounds of ``Group/expiry`` in seconds; the last one has none.
    package static let expiryBounds: [Int64] = [60, 300, 900, 3600]

    /// The groups, the one with most memory first.
    package let groups: [Group]
    /// Whether all keys were scanned.
    package let isWhole: Bool
    /// Keys that the server counts as used most, with its counter (0 to 255); empty unless it evicts by use (LFU).
    package let hot: [String: Int]

    /// Groups that are distinguished; keys of further prefixes are put together.
    private static let mostGroups = 200
    /// Keys of a group that are looked into.
    private static let mostSampled = 200

    /// Looks at the keys.
    ///
    /// - Parameter limit: the most keys that are scanned.
    /// - Throws: `RedisError`, `CancellationError`.
    package init(_ redis: any RedisService, keys names: CacheKeys, limit: Int) async throws {
        var scan = KeyspaceScan(redis)
        scan.limit = limit
        var groups: [String: Group] = [:]
        var samples: [String: [RedisArgument]] = [:]
        isWhole = try await scan.forEach([KeyPattern(glob: "*", prefix: "")]) { keys in
            for key in keys {
                var prefix = Self.prefix(of: key)
                if groups[prefix] == nil, groups.count >= Self.mostGroups { prefix = "(others)" }
                groups[prefix, default: Group(prefix: prefix, keysOf: .other)].keys += 1
                // Each key of a group is as likely to be in the sample as another (reservoir sampling, Vitter's R).
                if samples[prefix, default: []].count < Self.mostSampled {
                    samples[prefix, default: []].append(key)
                } else if case let place = Int.random(in: 0..<(groups[prefix]?.keys ?? 1)), place < Self.mostSampled {
                    samples[prefix]?[place] = key
                }
            }
        }
        var hot: [String: Int] = [:]
        for (prefix, keys) in samples {
            guard var group = groups[prefix] else { continue }
            try await Self.look(keys, redis, names, &group, &hot)
            groups[prefix] = group
        }
        self.groups = groups.values.sorted { ($1.bytes, $0.prefix) < ($0.bytes, $1.prefix) }
        self.hot = hot
    }

    private static func look(
        _ keys: [RedisArgument], _ redis: any RedisService, _ names: CacheKeys, _ group: inout Group,
        _ hot: inout [String: Int]
    ) async throws {
        let commands = keys.flatMap { key -> [RedisCommand] in
            [
                RedisCommand(["TYPE", key]), .memoryUsage(key), .pttl(key), RedisCommand(["OBJECT", "IDLETIME", key]),
                RedisCommand(["OBJECT", "FREQ", key]),
            ]
        }
        let replies = try await redis.replies(to: commands)
        // Of these commands alone a user may lack the right; a key that is gone meanwhile is left out.
        if let error = replies.lazy.compactMap(\.error).first(where: { $0.code == .noPermission }) {
            throw RedisError.server(error)
        }
        var idle: [Int64] = []
        var total: Int64 = 0
        for (index, key) in keys.enumerated() {
            let parts = replies[(index * 5)..<(index * 5 + 5)].map { $0 }
            guard let type = parts[0].string, type != "none", let bytes = parts[1].integer else { continue }
            let kind = KeyClass(key, type: type, keys: names)
            if group.sampled == 0 || kind == .queues { group.keysOf = kind }
            group.sampled += 1
            total += bytes
            if bytes > group.largestBytes { (group.largest, group.largestBytes) = (key.description, bytes) }
            if let left = parts[2].integer, left >= 0 {
                let place = expiryBounds.firstIndex { left < $0 * 1000 } ?? expiryBounds.count
                group.expiry[place] += 1
            } else {
                group.withoutExpiry += 1
            }
            if let seconds = parts[3].integer { idle.append(seconds) }
            if let uses = parts[4].integer { hot[key.description] = Int(uses) }
        }
        if group.sampled > 0 { group.bytes = total * Int64(group.keys) / Int64(group.sampled) }
        group.idleSeconds = idle.isEmpty ? nil : idle.sorted()[idle.count / 2]
    }

    /// The first segments of a key, up to two, without those that are ids.
    static func prefix(of key: RedisArgument) -> String {
        let segments = key.description.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        let names = segments.dropLast().prefix(2).prefix { segment in
            segment.count < 16 || !segment.contains { $0.isNumber }
        }
        return names.isEmpty ? "(none)" : names.joined(separator: ":")
    }
}
