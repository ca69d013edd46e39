import PostgresClient
import RSSModel
import Synchronization

/// Watches a long statement from a second session: how far it has come, and which session it waits for.
package struct BuildWatch: Sendable {
    private let observer: ConnectionOptions?

    package init(_ observer: ConnectionOptions?) { self.observer = observer }

    /// Runs a statement, and reports its progress meanwhile.
    @discardableResult
    package func observing<T>(
        _ connection: PostgresConnection, _ name: String, _ progress: ProgressReporter,
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> T
    ) async throws -> T {
        guard let observer else { return try await work() }
        let pid = await connection.backendPID
        let watcher = Task { try await Self.watch(pid, observer, name, progress) }
        defer { watcher.cancel() }
        return try await work()
    }

    private static func watch(
        _ pid: Int32, _ observer: ConnectionOptions, _ name: String, _ progress: ProgressReporter
    ) async throws {
        // Most statements are over before there is anything to report.
        try await Task.sleep(for: .milliseconds(300))
        let session = try await PostgresConnection.connect(observer)
        defer { Task { await session.close() } }
        var furthest: Int64 = 0
        var lastReportedAt: ContinuousClock.Instant?
        var hasBegun = false
        while !Task.isCancelled {
            let row = try await session.query(SQLResource(PackageResources.build_progress_sql).text, [pid]).first
            if let row {
                if !hasBegun { progress(.phase("index \(name)", total: 1000, unit: .share)) }
                hasBegun = true
                // A second pass, as REINDEX makes it, does not move the bar back.
                if let fraction = try BuildProgress(row).fraction { furthest = max(furthest, Int64(fraction * 1000)) }
                progress(.advanced(to: furthest, rejected: 0))
            }
            if let blocker = try row.flatMap(Self.locker),
                lastReportedAt.map({ $0.duration(to: .now) > .seconds(10) }) ?? true
            {
                lastReportedAt = .now
                progress(.note("The build of \(name) waits for \(blocker)"))
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// The session that the build waits for now.
    private static func locker(_ row: Row) throws -> BlockingSession? {
        guard let pid = try row.decode(Int32?.self, at: 7) else { return nil }
        return BlockingSession(
            pid: pid, user: try row.decode(String?.self, at: 8), application: try row.decode(String.self, at: 9),
            state: try row.decode(String?.self, at: 10), seconds: try row.decode(Double.self, at: 11),
            query: Redaction.scrub(try row.decode(String?.self, at: 12) ?? ""))
    }
}

extension BuildProgress {
    /// Reads the first columns of build_progress.sql.
    init(_ row: Row) throws {
        let (phase, blocksTotal, blocksDone, tuplesTotal, tuplesDone, lockersTotal, lockersDone) = try row.decode(
            String.self, Int64?.self, Int64?.self, Int64?.self, Int64?.self, Int64?.self, Int64?.self)
        self.init(
            phase: phase, blocksTotal: blocksTotal ?? 0, blocksDone: blocksDone ?? 0, tuplesTotal: tuplesTotal ?? 0,
            tuplesDone: tuplesDone ?? 0, lockersTotal: lockersTotal ?? 0, lockersDone: lockersDone ?? 0)
    }
}
