import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct CommandTests {
        @Test func `the typed commands do what they say`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            try await redis.ping()
            #expect(try await redis.get("c:none") == nil)
            #expect(try await redis.set("c:a", "1", expiry: .seconds(100)))
            #expect(try await redis.get("c:a") == Array("1".utf8))
            guard case .remaining(let left) = try await redis.ttl("c:a") else { return #expect(Bool(false)) }
            #expect(left > .seconds(60) && left <= .seconds(100))
            #expect(try await !redis.set("c:a", "2", condition: .ifAbsent))
            #expect(try await !redis.set("c:none", "2", condition: .ifPresent))
            #expect(try await redis.set("c:b", "2", expiry: .milliseconds(60_500)))
            #expect(try await redis.ttl("c:none") == .missing)
            #expect(try await redis.set("c:a", "3"))
            #expect(try await redis.ttl("c:a") == .persistent)
            #expect(try await redis.expire("c:a", .seconds(5)))
            #expect(try await !redis.expire("c:none", .seconds(5)))
            #expect(try await redis.exists(["c:a", "c:b", "c:none"]) == 2)
            #expect(try await redis.unlink(["c:a", "c:b", "c:none"]) == 2)
            #expect(try await redis.unlink([]) == 0)
            #expect(try await redis.info("server")["redis_version"]?.isEmpty == false)
            #expect(try await redis.info()["maxmemory_policy"] == "noeviction")
            #expect(try await redis.configGet("maxmemory-policy") == ["maxmemory-policy": "noeviction"])
            #expect(
                try await redis.eval("return {1, 'two', {3}, false}")
                    == .array([.integer(1), .bulk(Array("two".utf8)), .array([.integer(3)]), .null]))
        }

        @Test func `a lock is released and renewed only by its owner`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            #expect(try await redis.set("l:x", "mine", expiry: .seconds(10), condition: .ifAbsent))
            #expect(try await !redis.unlink("l:x", ifEqualTo: "other"))
            #expect(try await redis.expire("l:x", .seconds(60), ifEqualTo: "mine"))
            #expect(try await !redis.expire("l:x", .seconds(60), ifEqualTo: "other"))
            #expect(try await redis.unlink("l:x", ifEqualTo: "mine"))
            #expect(try await !redis.unlink("l:x", ifEqualTo: "mine"))
        }

        @Test func `bytes of any kind and length come back as they went`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let all = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
            for value in [[], [0], all, [13, 10, 36, 45, 49, 13, 10]] {
                let key = RedisArgument([0, 255, 10, 13] + value.prefix(20))
                try await redis.set(key, RedisArgument(value))
                #expect(try await redis.get(key) == value)
                #expect(try await redis.unlink([key]) == 1)
            }
        }

        @Test func `a value of 10 MB goes and comes`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let value = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await redis.set("big", RedisArgument(value))
            #expect(try await redis.get("big") == value)
            try await redis.unlink(["big"])
        }

        @Test func `an error of the server is thrown with its code and the connection stays usable`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            try await redis.send(["LPUSH", "e:list", "x"])
            let error = await #expect(throws: RedisError.self) { try await redis.get("e:list") }
            #expect(error?.serverError?.code == .wrongType)
            #expect(error?.isConnectivity == false)
            await #expect(throws: RedisError.self) { try await redis.send(["NOSUCHCOMMAND"]) }
            await #expect(throws: RedisError.self) { try await redis.send([]) }
            let again = try await RedisServer.shared.value.connect()
            try await again.ping()
            #expect(try await redis.unlink(["e:list"]) == 1)
        }

        @Test func `user, password and database are used and refused as they should be`() async throws {
            let server = try await RedisServer([
                "--requirepass", "s3cret pass", "--user", "ada", "on", ">lovelace", "~*", "+@all",
            ])
            var configuration = server.configuration()
            await expectCode(.noAuthentication) { try await RedisConnection.connect(configuration).ping() }
            configuration.password = "wrong"
            await expectCode(.wrongPassword) { _ = try await RedisConnection.connect(configuration) }
            configuration.password = "s3cret pass"
            try await RedisConnection.connect(configuration).ping()
            configuration.username = "ada"
            await expectCode(.wrongPassword) { _ = try await RedisConnection.connect(configuration) }
            configuration.password = "lovelace"
            configuration.database = 3
            let redis = try await RedisConnection.connect(configuration)
            #expect(try await redis.send(["ACL", "WHOAMI"]).string == "ada")
            #expect(try await redis.send(["CLIENT", "GETNAME"]).string == "rssctl-test")
            #expect(try await redis.send(["CLIENT", "INFO"]).string?.contains(" db=3 ") == true)
            configuration.database = 99
            await expectCode(.generic) { _ = try await RedisConnection.connect(configuration) }
        }

        private func expectCode(
            _ code: RedisServerError.Code, sourceLocation: SourceLocation = #_sourceLocation,
            _ body: () async throws -> Void
        ) async {
            let error = await #expect(throws: RedisError.self, sourceLocation: sourceLocation) { try await body() }
            #expect(error?.serverError?.code == code, "\(String(describing: error))", sourceLocation: sourceLocation)
        }
    }
}
