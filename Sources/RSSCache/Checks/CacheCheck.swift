import RSSCore
import RSSModel

/// A check of Redis: what it is, and how it judges what was read.
struct CacheCheck: Sendable {
    /// What it is called, why it matters, and from which limit on something is a finding.
    let definition: Check
    let judge: @Sendable (CacheFacts) -> CheckOutcome

    init(_ definition: Check, _ judge: @escaping @Sendable (CacheFacts) -> CheckOutcome) {
        self.definition = definition
        self.judge = judge
    }

    /// All of them, by their keys.
    static let all: [CacheCheck] = [
        .bigKeys, .evictions, .keysCommand, .midnight, .noExpiry, .noLimit, .policy, .queueEviction, .replica,
    ]

    /// A check of `INFO`; without it, it is blind.
    private static func ofInfo(
        _ definition: Check, _ find: @escaping @Sendable ([String: String], CacheFacts) -> [Finding]
    ) -> CacheCheck {
        CacheCheck(definition) { facts in
            switch facts.info {
            case .success(let info): CheckOutcome(find(info, facts))
            case .failure(let unseen): .blind(reason: unseen.reason, hint: unseen.hint)
            }
        }
    }

    /// A check of the keys; without them, it is blind.
    private static func ofKeys(
        _ definition: Check, _ find: @escaping @Sendable (KeySample) -> [Finding]
    ) -> CacheCheck {
        CacheCheck(definition) { facts in
            switch facts.sample {
            case .success(let sample):
                CheckOutcome(find(sample), unseen: sample.isWhole ? nil : unseenKeys)
            case .failure(let unseen): .blind(reason: unseen.reason, hint: unseen.hint)
            }
        }
    }

    /// What a check of the keys did not see when the scan was ended by its limit.
    private static let unseenKeys: (reason: String, hint: String?) = (
        reason: "not all keys of Redis were scanned", hint: "rssctl cache doctor --limit 10000000"
    )

    // MARK: The server

    static let replica = ofInfo(
        Check(
            "redis.replica", "A replica in place of the primary", severity: .critical,
            why: "A replica refuses writes, and shows an invalidation only when it has replayed it.",
            threshold:
                "the server says that it is a replica",
            source: "Redis documentation, Replication",
            trial: "redis-cli replicaof 127.0.0.1 1", needs: ["INFO in Redis"])
    ) { info, facts in
        guard ["slave", "replica"].contains(info["role"] ?? "") else { return [] }
        let primary = info["master_host"].map { "\($0):\(info["master_port"] ?? "6379")" } ?? "unknown"
        return [
            Finding(
                check: "redis.replica", severity: .critical, object: facts.server,
                detail: "The server is a replica of \(primary).", fix: "Set redis.host and redis.port to the primary.")
        ]
    }

    static let noLimit = ofInfo(
        Check(
            "redis.no_limit", "Memory without a limit", severity: .info,
            why: "Without maxmemory Redis grows until the system kills it, and all keys are lost at once.",
            threshold:
                "maxmemory is 0",
            source: "Redis documentation, Key eviction",
            trial: "redis-cli config set maxmemory 0", needs: ["INFO in Redis"])
    ) { info, facts in
        guard info["maxmemory"] == "0" else { return [] }
        return [
            Finding(
                check: "redis.no_limit", severity: .info, object: facts.server,
                detail: "maxmemory is not set; \(info["used_memory_human"] ?? "an unknown amount") is used.",
                measured: info["used_memory"].flatMap { Double($0) }, fix: "CONFIG SET maxmemory …")
        ]
    }

    static let policy = CacheCheck(
        Check(
            "redis.policy", "An eviction policy that does not fit the keys", severity: .warning,
            why: "When memory is used up, a policy that may evict nothing of what is there makes Redis refuse writes.",
            threshold:
                "noeviction with more than 90 % of maxmemory in use, or a volatile policy while more than half of the memory is in keys without expiry",
            source: "Redis documentation, Key eviction",
            trial: "redis-cli config set maxmemory-policy noeviction", needs: ["INFO in Redis"])
    ) { facts in
        guard case .success(let info) = facts.info else { return facts.info.blind }
        guard let limit = info["maxmemory"].flatMap({ Double($0) }), limit > 0, let policy = info["maxmemory_policy"]
        else {
            return .ok(nil)
        }
        func finding(_ severity: Verdict, _ detail: String, fix: String?) -> CheckOutcome {
            .findings([
                Finding(
                    check: "redis.policy", severity: severity, object: facts.server, detail: detail,
                    measured: info["used_memory"].flatMap { Double($0) }, threshold: limit, fix: fix)
            ])
        }
        if policy == "noeviction" {
            let isNear = (info["used_memory"].flatMap { Double($0) } ?? 0) > limit * 0.9
            return isNear
                ? finding(
                    .warning,
                    "The policy is noeviction, and more than 90 % of maxmemory is used: writes will be refused.",
                    fix: "CONFIG SET maxmemory …") : .ok(nil)
        }
        guard policy.hasPrefix("volatile-") else { return .ok(nil) }
        guard case .success(let sample) = facts.sample else { return facts.sample.blind }
        let bytes = sample.groups.reduce(Int64(0)) { $0 + $1.bytes }
        let persistent = sample.groups.reduce(Int64(0)) {
            $0 + $1.bytes * Int64($1.withoutExpiry) / Int64(max(1, $1.sampled))
        }
        guard bytes > 0, persistent * 2 > bytes else { return .ok(nil) }
        return finding(
            .warning,
            "The policy is \(policy), and \(persistent * 100 / bytes) % of the memory is in keys that never expire, which it cannot evict.",
            fix: nil)
    }

    static let queueEviction = CacheCheck(
        Check(
            "redis.queue_eviction", "Queues that may be evicted", severity: .critical,
            why: "A policy that evicts any key removes parts of job queues: jobs are lost, and queues stop.",
            threshold:
                "a queue exists under a policy that evicts any key; a warning while maxmemory is not set",
            source: "BullMQ documentation, Going to production",
            trial: "redis-cli config set maxmemory-policy allkeys-lru", needs: ["INFO in Redis"])
    ) { facts in
        guard case .success(let info) = facts.info else { return facts.info.blind }
        guard case .success(let sample) = facts.sample else { return facts.sample.blind }
        let queues = sample.groups.filter { $0.keysOf == .queues }
        guard let policy = info["maxmemory_policy"], policy.hasPrefix("allkeys-"), !queues.isEmpty else {
            return .ok(nil)
        }
        let isLimited = info["maxmemory"] != "0"
        return .findings(
            queues.map { group in
                Finding(
                    check: "redis.queue_eviction", severity: isLimited ? .critical : .warning, object: group.prefix,
                    detail:
                        "\(group.keys) keys of a queue are under \(policy)\(isLimited ? "" : ", which acts as soon as maxmemory is set").",
                    measured: Double(group.keys), fix: "CONFIG SET maxmemory-policy volatile-lru")
            })
    }

    static let evictions = ofInfo(
        Check(
            "redis.evictions", "Keys evicted before they expire", severity: .warning,
            why: "Keys that are evicted before they expire were warmed in vain; the cache is larger than its memory.",
            threshold:
                "one key that was evicted since the start; a warning while it happens",
            source: "Redis documentation, INFO, evicted_keys",
            trial: "redis-cli config set maxmemory 2mb", needs: ["INFO in Redis"])
    ) { info, facts in
        guard let evicted = info["evicted_keys"].flatMap({ Double($0) }), evicted > 0 else { return [] }
        let now = facts.evictedNow
        return [
            Finding(
                check: "redis.evictions", severity: now > 0 ? .warning : .info, object: facts.server,
                detail: now > 0
                    ? "\(now) keys were evicted within a second, \(Int64(evicted)) since the start."
                    : "\(Int64(evicted)) keys were evicted since the start.", measured: now > 0 ? Double(now) : evicted,
                threshold: 0, fix: "CONFIG SET maxmemory …")
        ]
    }

    static let keysCommand = CacheCheck(
        Check(
            "redis.keys_command", "Clients that use KEYS", severity: .warning,
            why: "KEYS blocks all clients while it walks through every key: seconds with some hundred thousand.",
            threshold:
                "one call since the counters were reset",
            source: "Redis documentation, KEYS",
            trial: #"redis-cli keys "reports:*""#, needs: ["INFO in Redis"])
    ) { facts in
        guard case .success(let commands) = facts.commands else { return facts.commands.blind }
        guard let text = commands["cmdstat_keys"], let calls = Self.field("calls", of: text), calls > 0 else {
            return .ok(nil)
        }
        let mean = Self.field("usec_per_call", of: text).map { " of \(Int64($0)) µs each" } ?? ""
        let times = calls == 1 ? "once" : "\(Int64(calls)) times"
        return .findings([
            Finding(
                check: "redis.keys_command", severity: .warning, object: facts.server,
                detail: "KEYS was called \(times)\(mean) since the counters were reset.",
                measured: calls,
                threshold: 0, fix: "rssctl cache invalidate PATTERN")
        ])
    }

    private static func field(_ name: String, of text: String) -> Double? {
        text.split(separator: ",").first { $0.hasPrefix("\(name)=") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    // MARK: The keys

    static let noExpiry = ofKeys(
        Check(
            "redis.no_expiry", "Cached keys that never expire", severity: .warning,
            why: "A cached value without expiry is served however old it is, and is never removed.",
            threshold:
                "one key of the cache without expiry",
            source: "seed, CACHE_CONFIGS: each kind has a lifetime",
            trial: #"redis-cli set perms:user:1 "[]""#, needs: ["SCAN, TYPE, PTTL and MEMORY USAGE in Redis"],
            confidence: .estimated("a sample of up to 200 keys of each prefix"))
    ) { sample in
        sample.groups.filter { !$0.keysOf.isProtected && $0.keysOf != .other && $0.withoutExpiry > 0 }.map { group in
            Finding(
                check: "redis.no_expiry", severity: .warning, object: group.prefix,
                detail: "\(group.withoutExpiry) of \(group.sampled) sampled keys never expire.",
                measured: Double(group.withoutExpiry), threshold: 0,
                fix: "rssctl cache invalidate '\(group.prefix):*'")
        }
    }

    /// The bytes from which a key is big: reading it takes as long as some hundred ordinary ones.
    static let bigBytes: Int64 = 1 << 20

    static let bigKeys = ofKeys(
        Check(
            "redis.big_keys", "Big cached values", severity: .warning,
            why: "A big value blocks other clients while it is sent, and fills the backend's memory.",
            threshold:
                "1 MB",
            source: "measured: reading one takes as long as a hundred ordinary ones",
            needs: ["SCAN, TYPE, PTTL and MEMORY USAGE in Redis"],
            confidence: .estimated("a sample of up to 200 keys of each prefix"))
    ) { sample in
        sample.groups.filter { $0.largestBytes >= bigBytes && $0.keysOf != .queues }.map { group in
            Finding(
                check: "redis.big_keys", severity: .warning, object: group.largest ?? group.prefix,
                detail: "It takes \(group.largestBytes) bytes, the most of \(group.sampled) sampled keys.",
                measured: Double(group.largestBytes), threshold: Double(bigBytes))
        }
    }

    static let midnight = CacheCheck(
        Check(
            "redis.midnight", "No summaries of the next day before midnight", severity: .warning,
            why:
                "The key of a summary holds the day in UTC: at midnight every one misses, unless that of the next day was warmed.",
            threshold:
                "fewer than half as many as of today, when midnight in UTC is nearer than their lifetime",
            source: "seed: the key of a summary holds the day",
            needs: ["TIME and SCAN in Redis"])
    ) { facts in
        guard case .success(let seen) = facts.midnight else { return facts.midnight.blind }
        guard let midnight = seen, midnight.today > 0, midnight.tomorrow < midnight.today / 2 else {
            return .ok(nil)
        }
        return .findings([
            Finding(
                check: "redis.midnight", severity: .warning, object: "reports:summary",
                detail:
                    "In \(midnight.left) s it is midnight in UTC; of \(midnight.today) summaries \(midnight.tomorrow) exist for the next day.",
                measured: Double(midnight.tomorrow), threshold: Double(midnight.today),
                fix: "rssctl cache warm --also-tomorrow")
        ])
    }
}

extension Result where Failure == CacheFacts.Unseen {
    /// The outcome of a check that needs what could not be read.
    fileprivate var blind: CheckOutcome {
        guard case .failure(let unseen) = self else { return .ok(nil) }
        return .blind(reason: unseen.reason, hint: unseen.hint)
    }
}
