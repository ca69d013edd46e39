import CLibPQ

extension PostgresConnection {
    /// Runs a statement and hands its rows over as they arrive, in batches, in constant memory (libpq's single-row mode).
    ///
    /// What the body leaves unread is cancelled on the server. The connection is busy until the body returns.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`, and what the body throws.
    package nonisolated(nonsending) func stream<T>(
        _ sql: String, _ parameters: [any PostgresEncodable] = [], _ body: (RowStream) async throws -> T
    ) async throws -> T {
        try await underSettings {
            try await beginStream(sql, parameters.map(\.postgresParameter))
            do {
                let value = try await body(RowStream(connection: self, statement: sql))
                try await endStream()
                return value
            } catch {
                // The body's error is the cause; what ends the stream after it is only a consequence.
                try? await endStream()
                throw error
            }
        }
    }

    private func beginStream(_ sql: String, _ parameters: [PostgresParameter]) async throws {
        try await cancellable {
            try self.requireIdle()
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            try self.send(sql, parameters)
            PQsetSingleRowMode(try self.pointer())
            try self.flush(&watch)
            self.state = .streaming
        }
    }

    /// The next rows, up to this many and at least one; nil at the end.
    func nextRows(limit: Int, statement: String) async throws -> ResultSet? {
        try await cancellable {
            guard self.state == .streaming else { return nil }
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            var batch = ResultSet.Builder()
            do {
                while batch.count < limit {
                    guard let result = try self.nextResult(&watch) else {
                        self.state = .idle
                        try self.finishStatement(watch, nil)
                        break
                    }
                    defer { PQclear(result) }
                    switch PQresultStatus(result) {
                    case PGRES_SINGLE_TUPLE: batch.append(result)
                    case PGRES_TUPLES_OK, PGRES_COMMAND_OK: continue
                    default:
                        let failure = PostgresError(result: result, statement: statement)
                        try self.discardResults(&watch)
                        self.state = .idle
                        try self.finishStatement(watch, failure)
                    }
                }
            } catch {
                if self.state == .streaming { self.state = .idle }
                throw error
            }
            return batch.count == 0 ? nil : batch.build()
        }
    }

    /// Ends a stream: nothing to do at its end, a cancel request and the rest discarded before it.
    private func endStream() throws {
        guard state == .streaming else { return }
        state = .idle
        flag = CancellationFlag(wakeUp)
        var watch = StatementWatch(timeout: nil)
        watch.interrupt(.timedOut)
        sendCancelRequest()
        try discardResults(&watch)
        settleCancel()
    }
}

/// The rows of a running statement, one after the other; see ``PostgresConnection/stream(_:_:_:)``.
package struct RowStream: AsyncSequence, Sendable {
    package typealias Element = Row

    let connection: PostgresConnection
    let statement: String

    /// Reads rows in batches, so that one hop to the connection's thread serves hundreds of them.
    package struct AsyncIterator: AsyncIteratorProtocol {
        let stream: RowStream
        var batch: ResultSet?
        var index = 0

        /// The next row, nil at the end. Throws ``PostgresError`` or `CancellationError`.
        package mutating func next() async throws -> Row? {
            if let batch, index < batch.count {
                defer { index += 1 }
                return batch[index]
            }
            batch = try await stream.connection.nextRows(limit: 512, statement: stream.statement)
            index = 1
            return batch?.first
        }
    }

    /// Starts reading; a stream can be read once.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
