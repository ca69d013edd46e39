/// The isolation of a transaction; "PostgreSQL 15 docs, 13.2".
package enum IsolationLevel: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresConnection {
    /// Runs the body in a transaction: committed when it returns, rolled back when it throws or the task is cancelled.
    ///
    /// - Throws: what the body throws, or ``PostgresError`` when BEGIN or COMMIT fails.
    @discardableResult
    package nonisolated(nonsending) func transaction<T>(
        isolation: IsolationLevel = .readCommitted, readOnly: Bool = false, _ body: () async throws -> T
    ) async throws -> T {
        try await begin("BEGIN ISOLATION LEVEL \(isolation.rawValue) READ \(readOnly ? "ONLY" : "WRITE")")
        do {
            let value = try await body()
            try await commit()
            return value
        } catch {
            await rollBack("ROLLBACK")
            throw error
        }
    }

    /// Runs the body after a savepoint: what it did is kept when it returns and undone when it throws.
    ///
    /// - Throws: what the body throws, or ``PostgresError`` outside a transaction.
    @discardableResult
    package nonisolated(nonsending) func savepoint<T>(
        _ name: String = "rssctl", _ body: () async throws -> T
    ) async throws -> T {
        let quoted = try await quoteIdentifier(name)
        try await execute("SAVEPOINT \(quoted)")
        do {
            let value = try await body()
            try await execute("RELEASE SAVEPOINT \(quoted)")
            return value
        } catch {
            await rollBack("ROLLBACK TO SAVEPOINT \(quoted); RELEASE SAVEPOINT \(quoted)")
            throw error
        }
    }

    private func begin(_ statement: String) async throws {
        guard isBehindPooler else {
            try await execute(statement)
            return
        }
        try await cancellable { try self.beginWithSettings(statement) }
    }

    /// Runs the body in a transaction where one is needed for the session's settings to hold: through a pooler, outside of any.
    nonisolated(nonsending) func underSettings<T>(_ body: () async throws -> T) async throws -> T {
        guard await isBehindPooler, await transactionStatus == .idle else { return try await body() }
        return try await transaction(body)
    }

    /// Commits. PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error, so that is checked.
    private func commit() async throws {
        guard transactionStatus == .inTransaction else {
            throw PostgresError(
                .server, "a statement of the transaction failed, so it cannot be committed",
                sqlState: .inFailedSQLTransaction,
                statement: "COMMIT")
        }
        try await execute("COMMIT")
    }

    /// Rolls back even in a cancelled task. A session that cannot even roll back is closed, so that the server does.
    private func rollBack(_ statement: String) {
        flag = CancellationFlag(wakeUp)
        if state == .idle, transactionStatus == .idle { return }
        do {
            _ = try run(statement, nil, timeout: Self.cancelGrace)
        } catch {
            markClosed("the transaction could not be rolled back")
        }
    }
}
