import PostgresClient
import Testing
import TestSupport

@testable import PostgresClient

@Suite struct PoolStateTests {
    struct Fake: Identifiable, Sendable { let id: Int }

    private func state(min: Int = 0, max: Int = 2) -> PoolState<Fake, Int> {
        PoolState(limits: .init(min: min, max: max, idle: .seconds(30)))
    }

    @Test func `connections are opened up to the limit, then callers wait in line`() {
        var state = state()
        guard case .open = state.acquire(1), case .open = state.acquire(2) else { Issue.record("not opened"); return }
        state.opened(Fake(id: 1))
        state.opened(Fake(id: 2))
        guard case .wait = state.acquire(3), case .wait = state.acquire(4) else { Issue.record("not waiting"); return }
        #expect(state.total == 2)
        guard case .hand(let connection, to: let waiter) = state.release(Fake(id: 1), usable: true, now: .now) else {
            Issue.record("not handed over")
            return
        }
        #expect(connection.id == 1 && waiter == 3)
        #expect(state.waiters == [4])
    }

    @Test func `a broken connection makes room for the caller that waits`() {
        var state = state(max: 1)
        _ = state.acquire(1)
        state.opened(Fake(id: 1))
        _ = state.acquire(2)
        guard case .close = state.release(Fake(id: 1), usable: false, now: .now) else { Issue.record("kept"); return }
        #expect(state.nextOpener() == 2)
        #expect(state.total == 1)
        #expect(state.failedToOpen() == nil)
        #expect(state.total == 0)
    }

    @Test func `idle connections go after their time, down to the minimum`() {
        var state = state(min: 1, max: 3)
        for id in 1...3 {
            _ = state.acquire(id)
            state.opened(Fake(id: id))
        }
        let start = ContinuousClock.now
        for id in 1...3 { _ = state.release(Fake(id: id), usable: true, now: start) }
        #expect(state.reap(now: start + .seconds(29)).isEmpty)
        #expect(state.reap(now: start + .seconds(31)).map(\.id) == [1, 2])
        #expect(state.total == 1)
    }

    @Test func `after shutdown nothing is handed out`() {
        var state = state(max: 1)
        _ = state.acquire(1)
        state.opened(Fake(id: 1))
        _ = state.acquire(2)
        let (close, refuse) = state.shutDown()
        #expect(close.isEmpty && refuse == [2])
        guard case .refused = state.acquire(3) else { Issue.record("handed out"); return }
        guard case .close = state.release(Fake(id: 1), usable: true, now: .now) else { Issue.record("kept"); return }
    }
}

@Suite struct PoolTests {
    @Test func `many callers share few connections`() async throws {
        try await withDatabase { connect in
            var options = PostgresPool.Options()
            options.max = 4
            let pool = PostgresPool(connect, options: options)
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            try await connection.query("SELECT pg_sleep(0.01)")
                            return await connection.backendPID
                        }
                    }
                }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(pids.count <= 4)
            let counters = await pool.counters
            #expect(counters.totalConnections <= 4 && counters.waitingClients == 0 && counters.mostWaiting > 0)
            await pool.shutDown()
        }
    }

    @Test func `a caller that cannot be served in time gets an error`() async throws {
        try await withDatabase { connect in
            var options = PostgresPool.Options()
            options.max = 1
            options.acquireTimeout = .milliseconds(100)
            let pool = PostgresPool(connect, options: options)
            try await pool.withConnection { _ in
                let error = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
                #expect(error?.code == .poolExhausted)
            }
            try await pool.withConnection { _ in }
            await pool.shutDown()
        }
    }

    @Test func `a connection that died while idle is replaced`() async throws {
        try await withDatabase { connect in
            let pool = PostgresPool(connect)
            let pid = try await pool.withConnection { await $0.backendPID }
            let killer = try await PostgresConnection.connect(connect)
            try await killer.query("SELECT pg_terminate_backend($1)", [pid])
            await killer.close()
            let next = try await pool.withConnection { connection in
                try await connection.query("SELECT pg_backend_pid()").first?.decode(Int32.self, at: 0)
            }
            #expect(next != nil && next != pid)
            await pool.shutDown()
        }
    }

    @Test func `a cancelled caller leaves the line`() async throws {
        try await withDatabase { connect in
            var options = PostgresPool.Options()
            options.max = 1
            let pool = PostgresPool(connect, options: options)
            try await pool.withConnection { _ in
                let waiting = Task { try await pool.withConnection { _ in } }
                _ = try await eventually { await pool.counters.waitingClients == 1 }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                #expect(await pool.counters.waitingClients == 0)
            }
            await pool.shutDown()
        }
    }
}

@Suite struct AdvisoryLockTests {
    @Test func `a second session learns who holds the lock`() async throws {
        try await withDatabase { options in
            let lock = AdvisoryLock("test")
            let holder = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await holder.acquire(lock)
            let error = await #expect(throws: AdvisoryLockError.self) {
                try await other.acquire(lock, wait: .milliseconds(200))
            }
            let pid = await holder.backendPID
            #expect(error?.holder?.pid == pid)
            #expect(error?.holder?.application == "rssctl-tests")
            try await holder.release(lock)
            try await other.acquire(lock)
            await holder.close()
            await other.close()
        }
    }
}
