import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct ScanTests {
        @Test func `200,000 keys are scanned once each, by pattern and type`() async throws {
            let server = try await RedisServer()
            let redis = try await server.connect()
            let count = 200_000
            let sent = try await redis.pipeline(Generated(count) { .set("reports:\($0)", "v") }) { _, reply in
                if let error = reply.error { throw error }
            }
            #expect(sent == count)
            try await redis.send(["LPUSH", "reports:list", "x"])
            try await redis.set("other", "x")
            var seen: Set<RedisArgument> = []
            for try await batch in redis.scan(match: "reports:*", type: "string") { seen.formUnion(batch) }
            #expect(seen.count == count)
            #expect(seen.contains("reports:199999") && !seen.contains("other"))
            var lists: [RedisArgument] = []
            for try await batch in redis.scan(type: "list") { lists += batch }
            #expect(lists == ["reports:list"])
            #expect(try await redis.databaseSize() == count + 2)
        }
    }
}
