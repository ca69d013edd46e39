import Foundation
import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct FailureTests {
        private func elapsed(_ body: () async throws -> Void) async rethrows -> Duration {
            let start = ContinuousClock.now
            try await body()
            return ContinuousClock.now - start
        }

        @Test func `a stopped server is a timeout, and the connection is lost`() async throws {
            let server = try await RedisServer()
            let redis = try await server.connect(timeout: .milliseconds(300))
            kill(server.processID, SIGSTOP)
            let took = await elapsed {
                await #expect(throws: RedisError.timedOut("GET")) { try await redis.get("x") }
            }
            #expect(took >= .milliseconds(290) && took < .seconds(30))
            await #expect(throws: RedisError.self) { try await redis.ping() }
            // The system still accepts for a stopped server: the greeting is what is waited for.
            let again = await elapsed {
                await #expect(throws: RedisError.self) { _ = try await server.connect(timeout: .milliseconds(300)) }
            }
            #expect(again < .seconds(30))
            let pipeline = await elapsed {
                kill(server.processID, SIGCONT)
                let fresh = try? await server.connect(timeout: .milliseconds(300))
                kill(server.processID, SIGSTOP)
                let error = await #expect(throws: RedisError.self) {
                    try await fresh?.pipeline((0..<1000).map { RedisCommand(["ECHO", "\($0)"]) }) { _, _ in }
                }
                guard case .pipelineBroken(0, 128, .timedOut) = error else { return #expect(error == nil) }
            }
            #expect(pipeline < .seconds(30))
        }

        @Test func `a cancelled command ends at once`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let task = Task { try await redis.send(["BLPOP", "f:nothing", "30"], timeout: .seconds(40)) }
            try await Task.sleep(for: .milliseconds(100))
            let took = await elapsed {
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            #expect(took < .seconds(30))
            let open = await redis.isOpen
            #expect(!open)
        }

        @Test func `a late cancel does not hit the next command`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            for _ in 0..<200 {
                let first = Task { try await redis.ping() }
                try await first.value
                first.cancel()
                try await redis.ping()
            }
        }

        @Test func `a queued command that is cancelled leaves the one before it alone`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let first = Task { try await redis.send(["BLPOP", "f:none", "2"], timeout: .seconds(5)) }
            try await Task.sleep(for: .milliseconds(200))
            let second = Task { try await redis.get("x") }
            try await Task.sleep(for: .milliseconds(50))
            second.cancel()
            #expect(try await first.value == .null)
            await #expect(throws: CancellationError.self) { try await second.value }
            try await redis.ping()
        }

        @Test func `a port without a listener is unreachable, at once`() async {
            for address in [
                RedisConfiguration.Address.tcp(host: "127.0.0.1", port: 1), .unix(path: "/tmp/no-such-socket"),
                .tcp(host: "no-such-host.invalid", port: 6379),
            ] {
                let error = await #expect(throws: RedisError.self) {
                    _ = try await RedisConnection.connect(RedisConfiguration(address: address))
                }
                guard case .unreachable = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(error?.isConnectivity == true)
            }
            let long = RedisConfiguration(address: .unix(path: "/tmp/" + String(repeating: "x", count: 200)))
            await #expect(throws: RedisError.self) { _ = try await RedisConnection.connect(long) }
        }

        @Test func `an address that swallows packets times out`() async {
            // TEST-NET-1: not routed, or refused at once where there is no network at all.
            let configuration = RedisConfiguration(
                address: .tcp(host: "192.0.2.1", port: 6379), connectTimeout: .milliseconds(300))
            let took = await elapsed {
                let error = await #expect(throws: RedisError.self) {
                    _ = try await RedisConnection.connect(configuration)
                }
                #expect(error?.isConnectivity == true)
            }
            #expect(took < .seconds(30))
        }

        @Test func `a server that is not Redis is a protocol violation`() async throws {
            for answer in [
                "HTTP/1.1 400 Bad Request\r\n\r\n", "*3\r\n$-5\r\n", "$99999999999999999999\r\n", "\u{0}\u{1}\r\n",
            ] {
                let fake = try FakeServer(answer: answer)
                let redis = try await RedisConnection.connect(fake.configuration)
                let error = await #expect(throws: RedisError.self) { try await redis.ping() }
                if case .protocolViolation = error { continue }
                if case .connectionLost = error { continue }
                Issue.record("\(answer): \(String(describing: error))")
            }
        }

        @Test func `a list that no server has is refused at once, and costs no time to forget`() async throws {
            let server = try FakeServer(answer: "*2147483647\r\n:1\r\n")
            let took = try await elapsed {
                let redis = try await RedisConnection.connect(server.configuration)
                let error = await #expect(throws: RedisError.self) { try await redis.ping() }
                guard case .protocolViolation = error else { return #expect(error == nil) }
            }
            #expect(took < .seconds(30))
        }

        @Test func `a server that never stops talking does not hold up a connect`() async throws {
            let endless = String(repeating: "$1000\r\n\(String(repeating: "x", count: 1000))\r\n", count: 4)
            let server = try FakeServer(answer: "*1000000\r\n", endlessly: endless)
            var configuration = server.configuration
            configuration.password = "any"
            configuration.connectTimeout = .milliseconds(300)
            let patient = configuration
            let took = await elapsed {
                let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(patient) }
                guard case .timedOut = error else { return #expect(error == nil) }
            }
            #expect(took < .seconds(30))
        }

        @Test func `a server that closes in mid-reply is a lost connection`() async throws {
            for answer in ["", "$10\r\nabc", "*2\r\n+OK\r\n", ":1"] {
                let fake = try FakeServer(answer: answer)
                let redis = try await RedisConnection.connect(fake.configuration)
                let error = await #expect(throws: RedisError.self) { try await redis.get("x") }
                #expect(error?.isConnectivity == true, "\(answer): \(String(describing: error))")
            }
        }

        @Test func `a hundred connections wait without holding each other up`() async throws {
            let server = try await RedisServer.shared.value
            let took = try await elapsed {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let redis = try await server.connect()
                            try await redis.send(["BLPOP", "f:wait:\(number)", "1"], timeout: .seconds(60))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            // One after the other they would take 100 s.
            #expect(took < .seconds(30))
        }
    }
}
