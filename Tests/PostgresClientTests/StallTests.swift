import Foundation
import PostgresClient
import TestSupport
import Testing

/// The way to the server stops passing anything on, in the middle of each thing a session can do, and no limit of time
/// is set.
@Suite struct StallTests {
    /// A session through a proxy that freezes after a text, while other connections are served.
    private func withStall<T>(
        at trigger: String, after grace: Int = 0, isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        try await withDatabase { options in
            let cluster = try await TestCluster.shared
            let proxy = try FaultyProxy(to: cluster.postgresPort, .halfFrozen, at: trigger, after: grace)
            defer { proxy.stop() }
            let connection = try await PostgresConnection.connect(through(proxy, options))
            let result = try await body(connection)
            await connection.close()
            return result
        }
    }

    private func through(_ proxy: FaultyProxy, _ options: ConnectionOptions) -> ConnectionOptions {
        var options = options
        options.keywords["host"] = "127.0.0.1"
        options.keywords["port"] = "\(proxy.port)"
        options.responseTimeout = nil
        options.stallTimeout = .milliseconds(200)
        return options
    }

    @Test func `a statement whose answer does not arrive ends as stalled, and says that the server waits`() async throws
    {
        try await withStall(at: "SELECT 4711") { connection in
            let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 4711") }
            #expect(error?.code == .stalled)
            #expect(error?.detail?.contains("The server waits") == true)
            let isOpen = await connection.isOpen
            #expect(!isOpen)
        }
    }

    @Test func `a COPY in whose bytes do not arrive ends as stalled`() async throws {
        try await withStall(at: "FROM STDIN", after: 100_000) { connection in
            try await connection.execute("CREATE TEMP TABLE t (x text)")
            let line = Array((String(repeating: "x", count: 1000) + "\n").utf8)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    for _ in 0..<100_000 { try await writer.write(line) }
                }
            }
            #expect(error?.code == .stalled)
        }
    }

    @Test func `a COPY out whose bytes do not arrive ends as stalled`() async throws {
        try await withStall(at: "TO STDOUT", after: 100_000) { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyOut(
                    "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT"
                ) { _ in }
            }
            #expect(error?.code == .stalled)
        }
    }

    @Test func `a statement that takes long is waited for, however often the server is asked`() async throws {
        try await withStall(at: "never sent") { connection in
            let row = try await connection.query("SELECT 1 FROM pg_sleep(1.5)").first
            #expect(try row?.decode(Int32.self, at: 0) == 1)
        }
    }

    @Test func `a session that only waits for a lock does not count as dead`() async throws {
        try await withDatabase { options in
            let cluster = try await TestCluster.shared
            let proxy = try FaultyProxy(to: cluster.postgresPort, .halfFrozen, at: "never sent")
            defer { proxy.stop() }
            let holder = try await PostgresConnection.connect(options)
            try await holder.execute("CREATE TABLE t ()")
            try await holder.execute("BEGIN")
            try await holder.execute("LOCK TABLE t")
            let connection = try await PostgresConnection.connect(through(proxy, options))
            // Asked before: a session that waits does not answer.
            let pid = await connection.backendPID
            let waiter = Task { try await connection.query("SELECT count(*) FROM t").count }
            let waits = try await eventually {
                try await holder.query(
                    "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND clock_timestamp() - query_start > interval '1 s'",
                    [pid]
                ).count == 1
            }
            #expect(waits)
            try await holder.execute("COMMIT")
            #expect(try await waiter.value == 1)
            await connection.close()
            await holder.close()
        }
    }

    @Test func `a server that drips does not hold up a connect beyond its limit`() async throws {
        try await withDatabase { options in
            let cluster = try await TestCluster.shared
            let proxy = try FaultyProxy(to: cluster.postgresPort, .dripping, at: "")
            defer { proxy.stop() }
            var patient = through(proxy, options)
            patient.connectTimeout = .milliseconds(500)
            let slow = patient
            let began = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) { _ = try await PostgresConnection.connect(slow) }
            #expect(error?.code == .connectionFailed)
            #expect(began.duration(to: .now) < patience)
        }
    }
}
