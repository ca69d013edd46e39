import PostgresClient

/// What an interrupted `REINDEX … CONCURRENTLY` leaves behind: invalid copies named `…_ccnew` and `…_ccold`.
struct IndexLeftovers {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Drops the leftovers on the tables that are locked, unless a session is at work on them.
    func sweep(_ locks: [RelationLock]) async throws {
        let names = try await connection.query(
            SQLResource(PackageResources.index_leftovers_sql).text, [locks.map(\.relation.quoted)]
        ).map { try $0.decode(String.self, at: 0) }
        if names.isEmpty { return }
        try await connection.execute("SET lock_timeout = 0")
        for name in names { try await connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(name)") }
    }
}
