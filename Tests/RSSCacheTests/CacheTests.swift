import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSCache
@testable import RSSSetup

@Suite struct SummaryTests {
    @Test func `the key is the backend's own`() throws {
        let day = try #require(CalendarDate("2026-11-23"))
        let shape = SummaryShape()
        #expect(shape.json(day) == #"{"startDate":"2026-10-24","endDate":"2026-11-23","page":1,"limit":20}"#)
        // Computed by Node: createHash('md5').update(JSON.stringify(filters)).digest('hex').
        #expect(
            shape.key(organization: "1c715976-99d4-4b2f-9e74-a436ec9675aa", today: day, prefix: "app:")
                == "app:reports:summary:1c715976-99d4-4b2f-9e74-a436ec9675aa:e9e93c133e614fd0068b6ccd1655dc92")
    }

    @Test func `blanks go outside of strings, and stay inside`() {
        #expect(
            SummaryValue.compact(#"[{"a b": "c, d: \" e", "n": [1, 2]}, null]"#)
                == #"[{"a b":"c, d: \" e","n":[1,2]},null]"#)
        #expect(SummaryValue.json(totalCount: 0, visitData: nil) == #"{"totalCount":"0","visits":[]}"#)
        #expect(SummaryValue.compact(#"["\\", "x y"]"#) == #"["\\","x y"]"#)
    }
}

@Suite(.serialized) struct CacheWarmerTests {
    private func seeded(_ options: ConnectionOptions) async throws -> CalendarDate {
        let today = CalendarDate(Date())
        var seed = Seeder.Options(today: today)
        seed.visits = 2000
        _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
        return today
    }

    private func redis() async throws -> RedisConnection {
        let connection = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await connection.send(RedisCommand(["FLUSHDB"]))
        return connection
    }

    @Test func `every value is what the backend's own function returns, to the byte`() async throws {
        try await withDatabase(migrated: true) { options in
            let today = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            let entries = try await CacheWarmer(postgres: postgres, redis: redis, options: .init()).run(
                today: today, runID: "test", .silent)
            let active = try await postgres.query("SELECT count(*) FROM organizations WHERE is_active").first?.decode(
                Int.self, at: 0)
            #expect(entries.count == active && entries.allSatisfy { $0.action == .done })
            for entry in entries {
                let row = try #require(
                    try await postgres.query(
                        "SELECT total_count, visit_data::text FROM get_visit_reports_optimized($1::uuid, NULL, NULL, NULL, $2, $3, NULL, 1, 20)",
                        [entry.organization, SummaryShape().start(today), today]
                    ).first)
                let expected = SummaryValue.json(
                    totalCount: try row.decode(Int64.self, at: 0), visitData: try row.decode(String?.self, at: 1))
                let stored = try await redis.get(RedisArgument(entry.key)).map { String(decoding: $0, as: UTF8.self) }
                #expect(stored == expected)
            }
            await postgres.close()
            await redis.close()
        }
    }

    /// What the server counts of a command.
    private func calls(_ command: String, _ redis: RedisConnection) async throws -> String? {
        try await redis.info("commandstats")["cmdstat_\(command)"].map { String($0.prefix { $0 != "," }) }
    }

    @Test func `a fresh key is kept without asking the database, and a dry run writes nothing`() async throws {
        try await withDatabase(migrated: true) { options in
            let today = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            var settings = CacheWarmer.Options()
            settings.isDryRun = true
            let dry = try await CacheWarmer(postgres: postgres, redis: nil, options: settings).run(
                today: today, runID: "1", .silent)
            let size = try await redis.databaseSize()
            #expect(size == 0 && !dry.isEmpty && dry.allSatisfy { $0.action == .pending && $0.bytes ?? 0 > 0 })
            settings.isDryRun = false
            settings.refreshBelow = .seconds(300)
            let first = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "2", .silent)
            #expect(first.allSatisfy { $0.action == .done })
            // Each has its full lifetime, though it was absent and so was written for a moment at first.
            for entry in first {
                guard case .remaining(let left) = try await redis.ttl(RedisArgument(entry.key)) else {
                    Issue.record("\(entry.key) does not expire")
                    continue
                }
                #expect(left > .seconds(590))
            }
            let sets = try await calls("set", redis)
            let asked =
                "SELECT sum(calls) FROM pg_stat_statements WHERE query LIKE '%WITH wanted AS MATERIALIZED%' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            let before = try await postgres.value(asked)
            let second = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "3", .silent)
            #expect(second.allSatisfy { $0.action == .skipped } && second.count == first.count)
            let after = try await postgres.value(asked)
            #expect(before != nil && before == after)
            // The lock is one SET, and nothing else was written.
            let setsAfter = try await calls("set", redis)
            #expect(Int(sets?.dropFirst(6) ?? "").map { $0 + 1 } == Int(setsAfter?.dropFirst(6) ?? ""))
            settings.isDryRun = true
            let dryAgain = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "4", .silent)
            #expect(dryAgain.allSatisfy { $0.action == .skipped })
            await postgres.close()
            await redis.close()
        }
    }

    @Test func `two warmers of one prefix exclude each other, and those of two prefixes do not`() async throws {
        try await withDatabase(migrated: true) { options in
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            var settings = CacheWarmer.Options()
            settings.keyPrefix = "app:"
            let lock = RedisArgument(CacheWarmer.lockKey(prefix: "app:"))
            #expect(lock.description == "app:rssctl:lock:warm")
            _ = try await redis.set(lock, "someone", expiry: .seconds(60), condition: .ifAbsent)
            do {
                _ = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                    today: CalendarDate(Date()), runID: "4", .silent)
                Issue.record("both warmed")
            } catch let error as CacheError {
                #expect(error.report.code == "RSS-CACHE-001" && error.report.exit == .tryAgain)
                #expect(error.report.detail?.hasPrefix("run someone holds the lock app:rssctl:lock:warm") == true)
            }
            let kept = try await redis.get(lock).map { String(decoding: $0, as: UTF8.self) }
            #expect(kept == "someone")
            settings.keyPrefix = "staging:"
            _ = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: CalendarDate(Date()), runID: "5", .silent)
            let left = try await redis.get(RedisArgument(CacheWarmer.lockKey(prefix: "staging:")))
            #expect(left == nil)
            await postgres.close()
            await redis.close()
        }
    }

    @Test func `a key that the backend wrote or deleted after it was read is left alone`() async throws {
        try await withDatabase(migrated: true) { options in
            let today = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            let warmer = CacheWarmer(postgres: postgres, redis: redis, options: .init())
            let reading = try await SummaryReading(postgres, shape: SummaryShape(), keyPrefix: "", today: today)
            let keys = Array(reading.keys(of: reading.organizations.prefix(4)))
            _ = try await redis.set(keys[0].key, "old", expiry: .seconds(300))
            _ = try await redis.set(keys[1].key, "old", expiry: .seconds(300))
            _ = try await redis.set(keys[2].key, "old", expiry: .seconds(300))
            let seen = try await warmer.look(keys, redis)
            _ = try await redis.set(keys[0].key, "the backend's", expiry: .seconds(300))
            _ = try await redis.unlink([keys[1].key])
            _ = try await redis.set(keys[3].key, "the backend's", expiry: .seconds(300))
            let entries = try await warmer.write(
                try await reading.summaries(of: keys), to: seen, reading, redis, provisional: .seconds(5))
            #expect(entries.map(\.action) == [.invalidated, .invalidated, .done, .invalidated])
            let values = [try await redis.get(keys[0].key), try await redis.get(keys[1].key)].map {
                $0.map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(values == ["the backend's", nil])
            await postgres.close()
            await redis.close()
        }
    }

    @Test func `what Redis evicts of what was written is marked, and nothing else`() async throws {
        let redis = try await redis()
        let actions: [CacheWarmer.Action] = [.done, .done, .invalidated, .skipped]
        var entries = actions.enumerated().map {
            CacheWarmer.Entry(organization: "\($0)", key: "kept:\($0)", bytes: 1, action: $1)
        }
        let evictions = try await Evictions(redis)
        try await evictions.mark(&entries, .silent)
        // Keys that do not exist, while nothing was evicted, were deleted by the backend.
        #expect(entries.map(\.action) == actions)
        let used = try await redis.info("memory")["used_memory"].flatMap { Int($0) } ?? 0
        for (key, value) in [("maxmemory-policy", "allkeys-lru"), ("maxmemory", "\(used + 100_000)")] {
            _ = try await redis.send(["CONFIG", "SET", RedisArgument(key), RedisArgument(value)])
        }
        for number in 0..<400 {
            try await redis.set(RedisArgument("filler:\(number)"), RedisArgument(String(repeating: "x", count: 1000)))
        }
        for (key, value) in [("maxmemory", "0"), ("maxmemory-policy", "noeviction")] {
            _ = try await redis.send(["CONFIG", "SET", RedisArgument(key), RedisArgument(value)])
        }
        try await redis.set("kept:0", "there")
        try await evictions.mark(&entries, .silent)
        #expect(entries.map(\.action) == [.done, .evicted, .evicted, .skipped])
        await redis.close()
    }

    @Test func `a Redis without room is an error of its own`() async throws {
        try await withDatabase(migrated: true) { options in
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            _ = try await redis.send(["CONFIG", "SET", "maxmemory", "1"])
            let warmer = CacheWarmer(postgres: postgres, redis: redis, options: .init())
            let failure = await #expect(throws: RedisError.self) {
                _ = try await warmer.run(today: CalendarDate(Date()), runID: "full", .silent)
            }
            _ = try await redis.send(["CONFIG", "SET", "maxmemory", "0"])
            let report = try ErrorReport(describing: #require(failure))
            #expect(report.code == "RSS-REDIS-006" && report.exit == .cannotWrite && report.hint != nil)
            await postgres.close()
            await redis.close()
        }
    }
}

@Suite(.serialized) struct RedisErrorReportTests {
    /// An error as a real server answers with it.
    private func error(
        _ setup: [[RedisArgument]], _ command: [RedisArgument], _ cleanup: [[RedisArgument]]
    ) async throws -> ErrorReport? {
        let configuration = try await TestCluster.shared.state.redis
        let admin = try await RedisConnection.connect(configuration)
        for command in setup { _ = try await admin.send(command) }
        var report: ErrorReport?
        do { _ = try await admin.send(command) } catch { report = ErrorReport(describing: error) }
        for command in cleanup { _ = try await admin.send(command) }
        await admin.close()
        return report
    }

    @Test func `a replica, a wrong type and a missing right each have a code, a status and a hint`() async throws {
        let replica = try await error(
            [["REPLICAOF", "127.0.0.1", "1"]], ["SET", "error:x", "1"], [["REPLICAOF", "NO", "ONE"]])
        #expect(replica?.code == "RSS-REDIS-005" && replica?.exit == .unavailable && replica?.hint != nil)
        let wrongType = try await error(
            [["DEL", "error:l"], ["LPUSH", "error:l", "1"]], ["GET", "error:l"], [["DEL", "error:l"]])
        #expect(wrongType?.code == "RSS-REDIS-012" && wrongType?.exit == .dataError && wrongType?.hint != nil)
        let configuration = try await TestCluster.shared.state.redis
        let admin = try await RedisConnection.connect(configuration)
        _ = try await admin.send(["ACL", "SETUSER", "limited", "on", ">secret", "~app:*", "+set"])
        var limited = configuration
        (limited.username, limited.password) = ("limited", "secret")
        let connection = try await RedisConnection.connect(limited)
        do {
            _ = try await connection.send(["SET", "other", "1"])
            Issue.record("allowed")
        } catch {
            let report = ErrorReport(describing: error)
            #expect(report.code == "RSS-REDIS-004" && report.exit == .permission && report.hint != nil)
        }
        await connection.close()
        limited.password = "wrong"
        let refused = limited
        do {
            _ = try await RedisConnection.connect(refused)
            Issue.record("allowed")
        } catch {
            let report = ErrorReport(describing: error)
            #expect(report.code == "RSS-REDIS-003" && report.exit == .permission && report.hint != nil)
        }
        _ = try await admin.send(["ACL", "DELUSER", "limited"])
        await admin.close()
    }

    @Test func `an address that is not understood is the configuration's fault`() {
        let report = ErrorReport(describing: RedisError.invalidConfiguration("x"))
        #expect(report.exit == .configuration && report.code == "RSS-REDIS-011")
        #expect(ErrorReport(describing: RedisError.tls("x")).code == "RSS-REDIS-010")
        #expect(ErrorReport(describing: RedisError.timedOut("x")).code == "RSS-REDIS-001")
    }
}
