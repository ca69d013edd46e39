import Foundation
import PostgresClient
import RSSCache
import RSSCore
import RedisClient
import TestSupport
import Testing

/// The verbs of cache as they are run.
@Suite(.serialized) struct CacheVerbTests {
    private func withCache(_ body: (Binary, RedisConnection, String) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let postgres = try await PostgresConnection.connect(options)
                try await postgres.executeScript(
                    """
                    INSERT INTO organizations (id, name) VALUES (md5('o')::uuid, 'One');
                    INSERT INTO visit_reports (id, report_number, organization_id, visit_date)
                        SELECT md5(g::text)::uuid, 'VERB-' || g, md5('o')::uuid, current_date FROM generate_series(1, 3) g;
                    """)
                await postgres.close()
                let redis = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
                let environment = try await target(options).merging(["RSSCTL_CACHE_KEY_PREFIX": "verb:"]) { $1 }
                try await body(Binary(state: state, environment: environment), redis, state)
                for keys in try await redis.send(["KEYS", "verb:*"]).elements ?? [] {
                    try await redis.unlink([RedisArgument(keys.bytes ?? [])])
                }
                await redis.close()
            }
        }
    }

    @Test func `what the backend misses is added to the configuration file`() async throws {
        try await withCache { binary, redis, state in
            let file = "\(state)/config/rssctl/config.yaml"
            try FileManager.default.createDirectory(
                atPath: "\(state)/config/rssctl", withIntermediateDirectories: true)
            try "# Ours.\nlock:\n  timeout: 60ms\n".write(toFile: file, atomically: true, encoding: .utf8)
            var binary = binary
            binary.environment["RSSCTL_CONFIG"] = nil
            let today = CalendarDate(try await redis.serverTime())
            let digest = try FilterShape(parsing: "startDate=-7d,endDate=0d,page=1,limit=50").digest(today)
            let run = try binary.start(["cache", "learn", "--for", "3s", "--write", "--yes", "--output", "json"])
            // The backend asks all the while.
            let asking = Task {
                let backend = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
                while !Task.isCancelled {
                    _ = try await backend.get(RedisArgument("verb:reports:summary:o:\(digest)"))
                    try await Task.sleep(for: .milliseconds(20))
                }
                await backend.close()
            }
            let result = try await run.result()
            asking.cancel()
            _ = await asking.result
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                try String(contentsOfFile: file, encoding: .utf8) == """
                    # Ours.
                    lock:
                      timeout: 60ms

                    cache:
                      shapes:
                        - startDate=-30d,endDate=0d,page=1,limit=20
                        - startDate=-7d,endDate=0d,page=1,limit=50

                    """)
            // From then on these are warmed.
            let warm = try await binary.run("cache", "warm", "--output", "json")
            #expect(warm.status == 0 && warm.output.contains(digest), "\(warm.errors)")
            let refused = try await Binary(
                state: state, environment: binary.environment.merging(["RSSCTL_CACHE_SHAPES": "page=1"]) { $1 }
            ).run("cache", "learn", "--for", "1s", "--write", "--yes")
            #expect(refused.status == 78 && refused.errors.contains("RSS-CONFIG-013"))
        }
    }

    @Test func `an analysis has the checks of Redis, and is blind for them where there is none`() async throws {
        try await withCache { binary, redis, _ in
            func verdicts(_ binary: Binary, _ more: String...) async throws -> [String: String] {
                let run = try await binary.run(
                    ["analyze", "performance", "--output", "json", "--fail-on", "none"] + more)
                let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
                let checks = (report?["result"] as? [String: Any])?["checks"] as? [[String: Any]] ?? []
                return Dictionary(
                    checks.map { ($0["check"] as? String ?? "", $0["verdict"] as? String ?? "") }
                ) { $1 }
            }
            try await redis.set("verb:perms:user:1", "[]")
            let seen = try await verdicts(binary, "--only", "redis")
            #expect(seen.count == 9 && seen["redis.replica"] == "ok" && seen["redis.no_expiry"] == "warning", "\(seen)")
            var elsewhere = binary
            elsewhere.environment["RSSCTL_REDIS_URL"] = "redis://127.0.0.1:1/0"
            let unreachable = try await verdicts(elsewhere)
            #expect(unreachable.count > 100 && unreachable["index.unused"] != nil)
            #expect(unreachable.filter { $0.key.hasPrefix("redis.") }.values.allSatisfy { $0 == "blind" })
            var none = binary
            for name in ["REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"] { none.environment[name] = nil }
            let missing = try await none.run("analyze", "performance", "--only", "redis", "--fail-on", "blind")
            #expect(missing.status == 2 && missing.output.contains("no Redis is configured"), "\(missing)")
        }
    }

    @Test func `a fresh answer needs neither Redis nor the database, and a change forgets it`() async throws {
        try await withCache { binary, redis, state in
            try await redis.set("verb:org:1", "{\"id\":\"1\"}", expiry: .seconds(600))
            let get = ["cache", "get", "org:1", "--cached"]
            let query = ["report", "query", "--cached", "--output", "json"]
            #expect(try await binary.run(get).output == "{\"id\":\"1\"}")
            let page = try await binary.run(query)
            #expect(page.status == 0 && page.output.contains("VERB-3") && !page.errors.contains("local store"))
            try await redis.set("verb:org:1", "changed", expiry: .seconds(600))

            let again = try await binary.run(get)
            #expect(again.output == "{\"id\":\"1\"}" && again.errors.contains("From the local store"))
            let samePage = try await binary.run(query)
            #expect(samePage.output == page.output && samePage.errors.contains("From the local store"))
            let others = try await binary.run("report", "query", "--cached", "--limit", "1", "--output", "csv")
            #expect(others.output.split(separator: "\n").count == 2, "\(others.errors)")

            #expect(try await binary.run("cache", "invalidate", "nothing:*", "--dry-run").status == 0)
            #expect(try await binary.run(get).output == "{\"id\":\"1\"}")
            #expect(try await binary.run("cache", "invalidate", "nothing:*", "--yes").status == 0)
            #expect(try await binary.run(get).output == "changed")
            let file = "\(state)/devices.csv"
            try "visit_report,device_name,category,serial_number\nVERB-1,ThinkPad,Laptop,V-1\n".write(
                toFile: file, atomically: true, encoding: .utf8)
            let imported = try await binary.run("bulk", "import", "hardware", file, "--yes")
            #expect(imported.status == 0, "\(imported.errors)")
            let fresh = try await binary.run(query)
            #expect(fresh.output != page.output && !fresh.errors.contains("local store"), "\(fresh)")

            let refused = try await binary.run("report", "query", "--cached", "--explain")
            #expect(refused.status == 64)
        }
    }

    @Test func `a fresh answer is given while both servers are gone`() async throws {
        try await withSandbox { servers, binary in
            for command in [["migrate"], ["sandbox", "seed", "--visits", "100"], ["cache", "warm", "permissions"]] {
                let result = try await binary.run(command)
                #expect(result.status == 0, "\(result.errors)")
            }
            let redis = try await RedisConnection.connect(servers.redis)
            let key = try #require(try await redis.send(["RANDOMKEY"]).string)
            await redis.close()
            let named = Binary(
                state: try #require(binary.environment["RSSCTL_STATE"]),
                environment: Dictionary(servers.environment.map { ($0.name, $0.value) }) { first, _ in first })
            let commands = [["cache", "get", key, "--cached"], ["report", "query", "--cached", "--output", "csv"]]
            var before: [String] = []
            for command in commands {
                let result = try await named.run(command)
                #expect(result.status == 0 && result.output.count > 10, "\(result.errors)")
                before.append(result.output)
            }
            try servers.killRedis()
            try servers.killPostgres()
            for (command, output) in zip(commands, before) {
                let result = try await named.run(command)
                #expect(result.status == 0 && result.output == output, "\(result.errors)")
                let asked = try await named.run(command.filter { $0 != "--cached" })
                #expect(asked.status == 69, "\(asked.errors)")
            }
        }
    }
}
