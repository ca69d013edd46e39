import Foundation
import RedisClient
import Synchronization
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct PipelineTests {
        final class Replies: Sendable {
            private let all = Mutex<[(Int, RedisValue)]>([])
            var values: [(Int, RedisValue)] { all.withLock { $0 } }
            func take(_ number: Int, _ value: RedisValue) { all.withLock { $0.append((number, value)) } }
        }
        struct Stop: Error {}

        @Test(arguments: [1, 2, 7, 128, 100_000]) func `replies come in order, errors among them`(window: Int)
            async throws
        {
            let redis = try await RedisServer.shared.value.connect()
            try await redis.send(["DEL", "p:list:\(window)"])
            try await redis.send(["LPUSH", "p:list:\(window)", "x"])
            let replies = Replies()
            let commands = (0..<1000).map { number in
                number % 10 == 3 ? RedisCommand.get("p:list:\(window)") : RedisCommand(["ECHO", "\(number)"])
            }
            let count = try await redis.pipeline(commands, window: window) { replies.take($0, $1) }
            #expect(count == 1000)
            #expect(replies.values.map(\.0) == Array(0..<1000))
            for (number, value) in replies.values {
                if number % 10 == 3 {
                    #expect(value.error?.code == .wrongType)
                } else {
                    #expect(value.string == "\(number)")
                }
            }
            try await redis.ping()
        }

        @Test func `nothing to send is nothing done`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            #expect(try await redis.pipeline([RedisCommand]()) { _, _ in } == 0)
        }

        @Test func `the source is asked only as far as the window goes`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let ahead = Mutex((asked: 0, answered: 0, most: 0))
            let commands = Generated(5000) { number in
                ahead.withLock {
                    $0.asked += 1
                    $0.most = max($0.most, $0.asked - $0.answered)
                }
                return RedisCommand(["ECHO", "\(number)"])
            }
            try await redis.pipeline(commands, window: 16) { _, _ in ahead.withLock { $0.answered += 1 } }
            #expect(ahead.withLock { $0.most } <= 16)
        }

        @Test func `values of 3 MB each pass with little memory held`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let value = RedisArgument([UInt8](repeating: 7, count: 3_000_000))
            let replies = Replies()
            try await redis.pipeline((0..<20).map { RedisCommand.set("p:big:\($0 % 2)", value, expiry: .seconds(60)) })
            { replies.take($0, $1) }
            #expect(replies.values.allSatisfy { $0.1.isOK } && replies.values.count == 20)
            try await redis.pipeline((0..<20).map { RedisCommand.get("p:big:\($0 % 2)") }) { _, reply in
                if reply.bytes != value.bytes { throw Stop() }
            }
        }

        @Test func `what a source or a receiver throws ends the pipeline and leaves the connection usable`()
            async throws
        {
            let redis = try await RedisServer.shared.value.connect()
            let (stream, continuation) = AsyncThrowingStream.makeStream(of: RedisCommand.self)
            for number in 0..<300 { continuation.yield(RedisCommand(["ECHO", "\(number)"])) }
            continuation.finish(throwing: Stop())
            let replies = Replies()
            await #expect(throws: Stop.self) { try await redis.pipeline(stream) { replies.take($0, $1) } }
            #expect(replies.values.count == 300)
            try await redis.ping()
            await #expect(throws: Stop.self) {
                try await redis.pipeline((0..<1000).map { RedisCommand(["ECHO", "\($0)"]) }) { number, _ in
                    if number == 500 { throw Stop() }
                }
            }
            try await redis.ping()
        }

        @Test func `another command during a pipeline is refused, not mixed in`() async throws {
            let redis = try await RedisServer.shared.value.connect()
            let (stream, continuation) = AsyncStream.makeStream(of: RedisCommand.self)
            let replies = Replies()
            let pipeline = Task { try await redis.pipeline(stream, window: 1) { replies.take($0, $1) } }
            continuation.yield(RedisCommand(["PING"]))
            while replies.values.isEmpty { await Task.yield() }
            await #expect(throws: RedisError.connectionBusy) { try await redis.ping() }
            continuation.finish()
            #expect(try await pipeline.value == 1)
            try await redis.ping()
        }

        @Test func `a server killed during a pipeline ends it with the number of replies`() async throws {
            let server = try await RedisServer()
            let redis = try await server.connect(timeout: .seconds(2))
            let value = RedisArgument([UInt8](repeating: 65, count: 5000))
            let replies = Replies()
            let commands = Generated(1_000_000) { RedisCommand.set("k:\($0 % 1000)", value) }
            let error = await #expect(throws: RedisError.self) {
                try await redis.pipeline(commands) { number, reply in
                    replies.take(number, reply)
                    if number == 5000 { kill(server.processID, SIGKILL) }
                }
            }
            guard case .pipelineBroken(let count, let sent, .connectionLost) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(count == replies.values.count && count >= 5000 && sent >= count && sent - count <= 128)
            #expect(error?.isConnectivity == true)
            await #expect(throws: RedisError.self) { try await redis.ping() }
        }

        @Test func `a cancelled pipeline ends at once`() async throws {
            let server = try await RedisServer()
            let redis = try await server.connect()
            let task = Task {
                try await redis.pipeline(Generated(10_000_000) { .set("k:\($0 % 1000)", "v") }) { _, _ in }
            }
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(30))
        }

        @Test func `throughput of 100,000 keys of 5 KB`() async throws {
            let server = try await RedisServer()
            let redis = try await server.connect()
            let value = RedisArgument([UInt8](repeating: 65, count: 5000))
            let start = ContinuousClock.now
            try await redis.pipeline(Generated(100_000) { .set("reports:summary:\($0)", value, expiry: .seconds(300)) })
            { _, reply in
                if let error = reply.error { throw error }
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print("pipelined SET EX of 5 KB: \(Int(100_000 / seconds)) keys/s")
            #expect(try await redis.databaseSize() == 100_000)
        }
    }
}

/// Commands made one by one as they are asked for.
struct Generated: Sequence, Sendable {
    let count: Int
    let make: @Sendable (Int) -> RedisCommand

    init(_ count: Int, _ make: @escaping @Sendable (Int) -> RedisCommand) {
        self.count = count
        self.make = make
    }

    func makeIterator() -> AnyIterator<RedisCommand> {
        var next = 0
        return AnyIterator {
            guard next < count else { return nil }
            defer { next += 1 }
            return make(next)
        }
    }
}
