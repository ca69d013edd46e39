import RedisClient
import Synchronization
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct LockTests {
        private func lock(_ name: String, _ token: RedisArgument = "us") -> RedisLock {
            RedisLock(key: RedisArgument("lock:\(name)"), token: token, lifetime: .milliseconds(300))
        }

        @Test func `a lock is held for as long as the work takes, and then it is gone`() async throws {
            let server = try await RedisServer.shared.value
            let configuration = server.configuration()
            let other = try await server.connect()
            let value = try await lock("long").hold(on: configuration) {
                // Several lives of the key.
                for _ in 0..<10 {
                    try await Task.sleep(for: .milliseconds(100))
                    let token = try await other.get("lock:long")
                    #expect(token == Array("us".utf8))
                }
                return 7
            }
            #expect(value == 7)
            let left = try await other.get("lock:long")
            #expect(left == nil)
            await other.close()
        }

        @Test func `who finds it held learns the holder and how long it lives, and does not work`() async throws {
            let server = try await RedisServer.shared.value
            let configuration = server.configuration()
            let other = try await server.connect()
            try await other.set("lock:taken", "them", expiry: .seconds(60))
            let hasWorked = Mutex(false)
            do {
                try await lock("taken").hold(on: configuration) { hasWorked.withLock { $0 = true } }
                Issue.record("held twice")
            } catch RedisLockError.held(let holder, let remaining) {
                #expect(holder == "them" && remaining ?? .zero > .seconds(55))
            }
            let token = try await other.get("lock:taken")
            #expect(token == Array("them".utf8) && !hasWorked.withLock { $0 })
            await other.close()
        }

        @Test func `work whose lock is taken away is cancelled, and leaves the other's alone`() async throws {
            let server = try await RedisServer.shared.value
            let configuration = server.configuration()
            let other = try await server.connect()
            await #expect(throws: RedisLockError.lost) {
                try await lock("lost").hold(on: configuration) {
                    try await other.set("lock:lost", "them", expiry: .seconds(60))
                    try await Task.sleep(for: .seconds(30))
                }
            }
            let token = try await other.get("lock:lost")
            #expect(token == Array("them".utf8))
            await other.close()
        }

        @Test func `work that fails or is cancelled gives the lock back`() async throws {
            struct Failure: Error {}
            let server = try await RedisServer.shared.value
            let configuration = server.configuration()
            let other = try await server.connect()
            await #expect(throws: Failure.self) { try await lock("failed").hold(on: configuration) { throw Failure() } }
            let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await lock("failed").hold(on: configuration) {
                    continuation.yield()
                    try await Task.sleep(for: .seconds(30))
                }
            }
            for await _ in begun { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let token = try await other.get("lock:failed")
            #expect(token == nil)
            await other.close()
        }
    }
}
