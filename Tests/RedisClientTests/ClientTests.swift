import Foundation
import RSSModel
import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct ClientTests {
        @Test func `a client connects again after the server closed the connection`() async throws {
            let server = try await RedisServer()
            let client = RedisClient(server.configuration())
            let other = try await server.connect()
            try await client.set("a", "1")
            for _ in 0..<5 {
                try await other.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
                // Not idempotent, and still safe: the closed connection is seen before anything is sent.
                try await client.send(["INCR", "n"])
            }
            #expect(try await client.get("n") == Array("5".utf8))
        }

        @Test func `an idempotent command survives a restart, another does not`() async throws {
            let server = try await RedisServer()
            let client = RedisClient(
                server.configuration(timeout: .milliseconds(300)), retry: RetryPolicy(budget: .seconds(5)))
            try await client.ping()
            kill(server.processID, SIGSTOP)
            await #expect(throws: RedisError.timedOut("INCR")) { try await client.send(["INCR", "n"]) }
            let waiting = Task { try await client.get("n") }
            try await Task.sleep(for: .milliseconds(700))
            kill(server.processID, SIGCONT)
            #expect(try await waiting.value == Array("1".utf8))
        }

        @Test func `the budget ends the attempts`() async {
            let configuration = RedisConfiguration(address: .unix(path: "/tmp/no-such-socket"))
            let client = RedisClient(configuration, retry: RetryPolicy(budget: .milliseconds(300)))
            let start = ContinuousClock.now
            await #expect(throws: RedisError.self) { try await client.ping() }
            #expect(ContinuousClock.now - start < .seconds(30))
            await #expect(throws: RedisError.self) { try await RedisClient(configuration, retry: .never).ping() }
        }

        @Test func `a wrong password is not tried again`() async throws {
            let server = try await RedisServer(["--requirepass", "x"])
            var configuration = server.configuration()
            configuration.password = "y"
            let client = RedisClient(configuration, retry: RetryPolicy(budget: .seconds(30)))
            let start = ContinuousClock.now
            await #expect(throws: RedisError.self) { try await client.ping() }
            #expect(ContinuousClock.now - start < .seconds(30))
        }

        @Test func `cancelling ends the waiting between attempts`() async {
            let configuration = RedisConfiguration(address: .unix(path: "/tmp/no-such-socket"))
            let client = RedisClient(configuration, retry: RetryPolicy(budget: .seconds(60)))
            let task = Task { try await client.ping() }
            try? await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(30))
        }

        @Test func `a pipeline of a client runs on a connection that is up`() async throws {
            let server = try await RedisServer()
            let client = RedisClient(server.configuration())
            try await client.ping()
            try await server.connect().send(["CLIENT", "KILL", "TYPE", "normal"])
            let (stream, continuation) = AsyncStream.makeStream(of: RedisCommand.self)
            for number in 0..<500 { continuation.yield(.set("\(number)", "v")) }
            continuation.finish()
            #expect(try await client.pipeline(stream) { _, _ in } == 500)
            var keys = 0
            for try await batch in client.scan() { keys += batch.count }
            #expect(keys == 500)
        }
    }
}
