import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct LoadingTests {
        @Test func `a server that is loading its data is waited for, within a bound`() async throws {
            // Each key takes a millisecond to load, and the server answers in between.
            let server = try await RedisServer([
                "--enable-debug-command", "yes", "--key-load-delay", "1000", "--loading-process-events-interval-bytes",
                "1024",
            ])
            let redis = try await server.connect()
            try await redis.pipeline((0..<4000).map { RedisCommand.set(RedisArgument("k\($0)"), "v") }) { _, _ in }
            let loading = try await server.connect()
            let reload = Task { try await loading.send(["DEBUG", "RELOAD"], timeout: .seconds(120)) }
            var isLoading = false
            while !isLoading {
                do {
                    try await redis.ping()
                } catch let error as RedisError where error.serverError?.code == .loading {
                    isLoading = true
                }
            }
            await #expect(throws: RedisError.self) { try await redis.waitUntilLoaded(within: .milliseconds(1)) }
            var waits = 0
            try await redis.waitUntilLoaded(within: .seconds(120)) { waits += 1 }
            #expect(waits == 1)
            #expect(try await redis.databaseSize() == 4000)
            _ = try await reload.value
        }

        @Test func `published messages are received, and the connection is closed afterwards`() async throws {
            let server = try await RedisServer()
            let listener = try await server.connect()
            let redis = try await server.connect()
            let (subscribed, confirm) = AsyncStream.makeStream(of: Void.self)
            let (messages, forward) = AsyncStream.makeStream(of: RedisConnection.Message.self)
            let listening = Task {
                try await listener.receive(["news:*", "other"], for: .seconds(120)) {
                    confirm.finish()
                } onMessage: { message in
                    forward.yield(message)
                }
            }
            for await _ in subscribed {}
            for number in 0..<1000 {
                try await redis.send(["PUBLISH", RedisArgument("news:\(number % 2)"), RedisArgument("\(number)\u{0}x")])
            }
            var seen: [RedisConnection.Message] = []
            for await message in messages {
                seen.append(message)
                if seen.count == 1000 { break }
            }
            #expect(
                seen.enumerated().allSatisfy {
                    $1.content == RedisArgument("\($0)\u{0}x") && $1.channel == RedisArgument("news:\($0 % 2)")
                })
            listening.cancel()
            await #expect(throws: CancellationError.self) { try await listening.value }
            #expect(await listener.isOpen == false)
            let brief = try await server.connect()
            try await brief.receive(["x"], for: .milliseconds(10)) { _ in }
            #expect(await brief.isOpen == false)
        }
    }
}
