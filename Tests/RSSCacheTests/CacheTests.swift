import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSCache
@testable import RSSSetup

@Suite struct FilterShapeTests {
    @Test func `the key is the backend's own`() throws {
        let day = try #require(CalendarDate("2026-11-23"))
        #expect(
            FilterShape.backend.json(day) == #"{"startDate":"2026-10-24","endDate":"2026-11-23","page":1,"limit":20}"#)
        var keys = CacheKeys()
        keys.prefix = "app:"
        // Computed by Node: createHash('md5').update(JSON.stringify(filters)).digest('hex').
        #expect(
            keys.summary("1c715976-99d4-4b2f-9e74-a436ec9675aa", digest: FilterShape.backend.digest(day)).description
                == "app:reports:summary:1c715976-99d4-4b2f-9e74-a436ec9675aa:e9e93c133e614fd0068b6ccd1655dc92")
        #expect(keys.hardware("1").description == "app:hardware:visit:1")
        #expect(keys.organization("1").description == "app:org:1")
        #expect(keys.permissions("1").description == "app:perms:user:1")
    }

    @Test func `filters are read as the backend reads them`() throws {
        let day = try #require(CalendarDate("2026-11-23"))
        let expected: [(text: String, filter: FilterShape.Filter)] = [
            ("\(FilterShape.backend)", .init(start: day.adding(days: -30), end: day)),
            // filters.page || 1, filters.limit || 20
            (#"page=0,limit="""#, .init()),
            (#"page="3",limit=5,status=draft"#, .init(status: "draft", page: 3, limit: 5)),
            ("startDate=null,endDate=2026-01-31,other=7", .init(end: CalendarDate("2026-01-31"))),
        ]
        for (text, filter) in expected {
            let read = try FilterShape(parsing: text).filter(on: day)
            #expect(read == filter, "\(text)")
        }
        for wrong in [
            "", "page", "page=", "=1", "page=1,page=2", "page=-1", "limit=1001", "page=x", "startDate=soon",
            "startDate=7",
            "officeId=7", "officeId=x", "search=printer", "status=true", #"status="x"#, #"status="x"y"#,
            "page=1;;page=2", "page=1,",
        ] {
            #expect(throws: FilterShapeError.self, "\(wrong)") { try FilterShape(parsing: wrong) }
        }
        let list = try FilterShape.list(parsing: "page=1; page=2,limit=5")
        #expect(list.map(\.description) == ["page=1", "page=2,limit=5"])
    }

    @Test func `a value is compact JSON, and its total a string`() {
        func value(_ total: Int64, _ data: String?) -> String {
            String(decoding: SummarySource.value(totalCount: total, visitData: data), as: UTF8.self)
        }
        #expect(value(0, nil) == #"{"totalCount":"0","visits":[]}"#)
        #expect(
            value(3, #"[{"a b": "c, d: \" e", "n": [1, 2]}, null]"#)
                == #"{"totalCount":"3","visits":[{"a b":"c, d: \" e","n":[1,2]},null]}"#)
    }

    @Test func `a bound of refreshing is a time or a share of the lifetime`() {
        #expect(CacheWarmer.RefreshBound("30%")?.duration(of: .seconds(600)) == .seconds(180))
        #expect(CacheWarmer.RefreshBound("90s")?.duration(of: .seconds(600)) == .seconds(90))
        for wrong in ["", "%", "101%", "-1%", "90", "x"] { #expect(CacheWarmer.RefreshBound(wrong) == nil, "\(wrong)") }
    }
}

@Suite(.serialized) struct CacheWarmerTests {
    private func seeded(_ options: ConnectionOptions) async throws -> Date {
        let now = Date()
        var seed = Seeder.Options(today: CalendarDate(now))
        seed.visits = 2000
        _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
        return now
    }

    private func redis() async throws -> RedisConnection {
        let connection = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await connection.send(RedisCommand(["FLUSHDB"]))
        return connection
    }

    @Test func `every value is what the backend's own function returns, to the byte`() async throws {
        try await withDatabase(migrated: true) { options in
            let now = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            let today = CalendarDate(now)
            var settings = CacheWarmer.Options()
            settings.shapes = [.backend, try FilterShape(parsing: "startDate=-900d,status=completed,page=2,limit=3")]
            let entries = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                at: now, runID: "test", .silent)
            let active = try await postgres.query("SELECT count(*) FROM organizations WHERE is_active").first?.decode(
                Int.self, at: 0)
            #expect(entries.count == 2 * (active ?? 0) && entries.allSatisfy { $0.action == .done })
            var reports = 0
            for entry in entries {
                let isSecond = !entry.key.hasSuffix(FilterShape.backend.digest(today))
                let (status, end): (String?, CalendarDate?) = isSecond ? ("completed", nil) : (nil, today)
                let row = try #require(
                    try await postgres.query(
                        "SELECT total_count, visit_data::text FROM get_visit_reports_optimized($1::uuid, NULL, NULL, $2, $3, $4, NULL, $5, $6)",
                        [
                            entry.id, status, today.adding(days: isSecond ? -900 : -30), end,
                            Int32(isSecond ? 2 : 1), Int32(isSecond ? 3 : 20),
                        ] as [any PostgresEncodable]
                    ).first)
                let data = try row.decode(String?.self, at: 1)
                reports += isSecond && data != nil ? 1 : 0
                let expected = SummarySource.value(totalCount: try row.decode(Int64.self, at: 0), visitData: data)
                let stored = try await redis.get(RedisArgument(entry.key))
                #expect(stored == expected)
            }
            #expect(reports > 0)
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
            let now = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            var settings = CacheWarmer.Options()
            settings.isDryRun = true
            let dry = try await CacheWarmer(postgres: postgres, redis: nil, options: settings).run(
                at: now, runID: "1", .silent)
            let size = try await redis.databaseSize()
            #expect(size == 0 && !dry.isEmpty && dry.allSatisfy { $0.action == .pending && $0.bytes ?? 0 > 0 })
            settings.isDryRun = false
            settings.refreshBelow = .share(0.5)
            let first = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                at: now, runID: "2", .silent)
            #expect(first.allSatisfy { $0.action == .done })
            // Each has its full lifetime, though it was absent and so was written for a moment at first.
            for entry in first {
                guard case .remaining(let left) = try await redis.ttl(RedisArgument(entry.key)) else {
                    Issue.record("\(entry.key) does not expire")
                    continue
                }
                #expect(left > .seconds(290) && left <= .seconds(300))
            }
            let sets = try await calls("set", redis)
            let asked =
                "SELECT sum(calls) FROM pg_stat_statements WHERE query LIKE '%WITH wanted AS MATERIALIZED%' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            let before = try await postgres.value(asked)
            let second = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                at: now, runID: "3", .silent)
            #expect(second.allSatisfy { $0.action == .skipped } && second.count == first.count)
            let after = try await postgres.value(asked)
            #expect(before != nil && before == after)
            // The lock is one SET, and nothing else was written.
            let setsAfter = try await calls("set", redis)
            #expect(Int(sets?.dropFirst(6) ?? "").map { $0 + 1 } == Int(setsAfter?.dropFirst(6) ?? ""))
            settings.isDryRun = true
            let dryAgain = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                at: now, runID: "4", .silent)
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
            settings.keys.prefix = "app:"
            let lock = RedisArgument(CacheWarmer.lockKey(prefix: "app:"))
            #expect(lock.description == "app:rssctl:lock:warm")
            _ = try await redis.set(lock, "someone", expiry: .seconds(60), condition: .ifAbsent)
            do {
                _ = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                    at: Date(), runID: "4", .silent)
                Issue.record("both warmed")
            } catch let error as CacheError {
                #expect(error.report.code == "RSS-CACHE-001" && error.report.exit == .tryAgain)
                #expect(error.report.detail?.hasPrefix("The run someone holds the lock app:rssctl:lock:warm") == true)
            }
            let kept = try await redis.get(lock).map { String(decoding: $0, as: UTF8.self) }
            #expect(kept == "someone")
            settings.keys.prefix = "staging:"
            _ = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                at: Date(), runID: "5", .silent)
            let left = try await redis.get(RedisArgument(CacheWarmer.lockKey(prefix: "staging:")))
            #expect(left == nil)
            await postgres.close()
            await redis.close()
        }
    }

    @Test func `a key that the backend wrote or deleted after it was read is left alone`() async throws {
        try await withDatabase(migrated: true) { options in
            let now = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            let warmer = CacheWarmer(postgres: postgres, redis: redis, options: .init())
            let source = try SummarySource(
                postgres, try await ApplicationTables(postgres), CacheKeys(), shape: .backend, today: CalendarDate(now))
            let ids = Array(try await source.ids().prefix(4))
            let keys = ids.map(source.key)
            for key in keys.prefix(3) { try await redis.set(key, "old", expiry: .seconds(300)) }
            let seen = try await warmer.look(source, ids, redis)
            try await redis.set(keys[0], "the backend's", expiry: .seconds(300))
            _ = try await redis.unlink([keys[1]])
            try await redis.set(keys[3], "the backend's", expiry: .seconds(300))
            let entries = try await warmer.write(
                try await source.values(of: ids), of: source, ids, seen, redis, provisional: .seconds(5))
            #expect(entries.map(\.action) == [.invalidated, .invalidated, .done, .invalidated])
            let values = [try await redis.get(keys[0]), try await redis.get(keys[1])].map {
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
            CacheWarmer.Entry(kind: .summaries, id: "\($0)", key: "kept:\($0)", bytes: 1, action: $1)
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
                _ = try await warmer.run(at: Date(), runID: "full", .silent)
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
