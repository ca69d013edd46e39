import Foundation
import Glibc
import PostgresClient
import Testing
import TestSupport

/// The server's backend is killed in the middle of each thing a session can do.
@Suite struct BackendKilledTests {
    private func killed(
        _ options: ConnectionOptions, _ work: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) async throws -> any Error {
        let connection = try await PostgresConnection.connect(options)
        let pid = await connection.backendPID
        let task = Task { try await work(connection) }
        let killer = try await PostgresConnection.connect(options)
        _ = try await eventually {
            try await killer.query(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND (state = 'active' OR state LIKE 'idle in%')", [pid]
            ).count == 1
        }
        try await killer.query("SELECT pg_terminate_backend($1)", [pid])
        let result = await task.result
        await killer.close()
        let isOpen = await connection.isOpen
        #expect(!isOpen)
        await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        switch result {
        case .success: throw Missing()
        case .failure(let error): return error
        }
    }

    private struct Missing: Error {}

    @Test func `in a query`() async throws {
        try await withDatabase { options in
            let error = try await killed(options) { try await $0.query("SELECT pg_sleep(60)") }
            #expect((error as? PostgresError)?.isConnectivity == true)
        }
    }

    @Test func `in a transaction`() async throws {
        try await withDatabase { options in
            let error = try await killed(options) { connection in
                try await connection.transaction {
                    try await connection.query("SELECT 1")
                    try await connection.query("SELECT pg_sleep(60)")
                }
            }
            #expect((error as? PostgresError)?.isConnectivity == true)
        }
    }

    @Test func `in a COPY in`() async throws {
        try await withDatabase { options in
            let error = try await killed(options) { connection in
                try await connection.execute("CREATE TEMP TABLE t (x text)")
                _ = try await connection.copyIn("COPY t FROM STDIN") { writer in
                    let line = Array((String(repeating: "x", count: 1000) + "\n").utf8)
                    while true {
                        try await writer.write(line)
                        try await Task.sleep(for: .milliseconds(2))
                    }
                }
            }
            #expect((error as? PostgresError)?.isConnectivity == true)
        }
    }

    @Test func `in a COPY out`() async throws {
        try await withDatabase { options in
            let error = try await killed(options) { connection in
                _ = try await connection.copyOut("COPY (SELECT i FROM generate_series(1, 1000000000) i) TO STDOUT") {
                    _ in
                }
            }
            #expect((error as? PostgresError)?.isConnectivity == true)
        }
    }

    @Test func `in a stream`() async throws {
        try await withDatabase { options in
            let error = try await killed(options) { connection in
                try await connection.stream("SELECT i FROM generate_series(1, 1000000000) i") { rows in
                    for try await _ in rows {}
                }
            }
            #expect((error as? PostgresError)?.isConnectivity == true)
        }
    }

    @Test func `a stopped backend ends in an error after the client's time limit`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let pid = await connection.backendPID
            kill(pid, SIGSTOP)
            defer { kill(pid, SIGCONT) }
            let started = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT 1", timeout: .milliseconds(300))
            }
            #expect(error?.code == .timedOut)
            #expect(started.duration(to: .now) < patience)
        }
    }
}
