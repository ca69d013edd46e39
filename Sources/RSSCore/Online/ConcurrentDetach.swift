import PostgresClient

/// A DETACH CONCURRENTLY, which hides the partition's rows from every session when it is interrupted half way: so it is
/// finished in the same run, whatever interrupted it.
package struct ConcurrentDetach: Sendable {
    package let partition: RelationName
    package let table: RelationName
    package let connection: PostgresConnection
    /// How to open another session, should this one be lost; nil for none.
    package var other: ConnectionOptions?

    package init(
        partition: RelationName, table: RelationName, connection: PostgresConnection, other: ConnectionOptions? = nil
    ) {
        self.partition = partition
        self.table = table
        self.connection = connection
        self.other = other
    }

    /// Whether the partition is half detached; nil when it is not a partition of the table.
    package func isPending() async throws -> Bool? {
        try await connection.query(
            "SELECT inhdetachpending FROM pg_inherits WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)",
            [table.quoted, partition.quoted]
        ).first?.decode(Bool.self, at: 0)
    }

    /// The statement that begins and ends it.
    package func statement() async throws -> String {
        "ALTER TABLE \(try await connection.quote(table)) DETACH PARTITION \(try await connection.quote(partition)) CONCURRENTLY"
    }

    /// The statement that ends one that was interrupted.
    package func finishing() async throws -> String {
        "ALTER TABLE \(try await connection.quote(table)) DETACH PARTITION \(try await connection.quote(partition)) FINALIZE"
    }

    /// Runs the statement; when it fails, finishes what it may have begun, and throws the failure.
    package func run(_ work: () async throws -> Void) async throws {
        let finishing = try await finishing()
        do {
            try await work()
        } catch {
            // A user who asked to stop waits two seconds at most.
            let limit: Duration = Task.isCancelled ? .seconds(1) : .seconds(30)
            let (own, other) = (connection, other)
            // Also in a cancelled task: hence a task of its own.
            await Task {
                try? await own.executeScript(finishing, timeout: limit)
                guard await !own.isOpen, let other, let spare = try? await PostgresConnection.connect(other) else {
                    return
                }
                try? await spare.executeScript(finishing, timeout: limit)
                await spare.close()
            }.value
            throw error
        }
    }
}
