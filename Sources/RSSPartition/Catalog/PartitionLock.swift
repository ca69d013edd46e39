import PostgresClient
import RSSCore

extension AdvisoryLock {
    /// The lock that prevents two runs from changing the partitions of one table at the same time.
    static func partitions(of table: RelationName) -> AdvisoryLock { AdvisoryLock("rssctl/partition/\(table.quoted)") }
}

extension PostgresConnection {
    /// Runs work while no other run changes the partitions of a table.
    ///
    /// - Parameter use: what the work does with the table; nil for work that only drops and releases, which the table's owner
    ///   must not be able to keep from being done.
    /// - Throws: `AdvisoryLockError` that names the other run, ``ForeignCode``, and what the work throws.
    package nonisolated(nonsending) func keepingPartitions<T>(
        of table: RelationName, _ use: ForeignCode.Use? = .arranging, changesSchema: Bool = false,
        _ work: () async throws -> T
    ) async throws -> T {
        let lock = AdvisoryLock.partitions(of: table)
        // The server releases the lock of a killed run within two seconds.
        try await acquire(lock, wait: .seconds(3))
        do {
            // Where row security would hide rows from this role, it is an error instead: some of the rows must not be mistaken
            // for all, and no policy is run.
            try await execute("SET row_security = off")
            if let use { try await refuseForeignCode(use, in: [table.quoted]) }
            let value = changesSchema ? try await changingSchema(work) : try await work()
            try await release(lock)
            return value
        } catch {
            // Also in a cancelled task: hence a task of its own. The error is ignored on purpose: a session that is lost
            // has lost its locks as well.
            _ = await Task { try? await self.release(lock) }.value
            throw error
        }
    }
}
