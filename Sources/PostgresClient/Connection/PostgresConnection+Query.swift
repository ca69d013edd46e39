import CLibPQ
import Logging

extension PostgresConnection {
    /// Runs one statement with parameters and returns its rows.
    ///
    /// - Parameters:
    ///   - sql: one statement, with `$1`… for the parameters.
    ///   - parameters: the values, sent apart from the text.
    ///   - timeout: how long the client waits; the server's `statement_timeout` holds besides. Nil: the connection's own.
    /// - Throws: ``PostgresError``; `CancellationError` when the task was cancelled.
    @discardableResult
    package func query(
        _ sql: String, _ parameters: [any PostgresEncodable] = [], timeout: Duration? = nil
    ) async throws -> ResultSet {
        let encoded = parameters.map(\.postgresParameter)
        return try await cancellable { try self.run(sql, encoded, timeout: timeout) }
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Throws: ``PostgresError``; `CancellationError` when the task was cancelled.
    @discardableResult
    package func execute(
        _ sql: String, _ parameters: [any PostgresEncodable] = [], timeout: Duration? = nil
    ) async throws -> Int {
        try await query(sql, parameters, timeout: timeout).affectedRows
    }

    /// Runs a text of several statements without parameters, in one implicit transaction unless it says otherwise.
    ///
    /// - Throws: ``PostgresError``; `CancellationError` when the task was cancelled.
    package func executeScript(_ sql: String, timeout: Duration? = nil) async throws {
        _ = try await cancellable { try self.run(sql, nil, timeout: timeout) }
    }

    /// Runs blocking work on the connection's thread such that cancelling the task reaches it.
    func cancellable<T: Sendable>(_ work: () throws -> T) async throws -> T {
        try Task.checkCancellation()
        let flag = CancellationFlag(wakeUp)
        return try await withTaskCancellationHandler {
            self.flag = flag
            return try work()
        } onCancel: {
            flag.cancel()
        }
    }

    /// Sends a statement and collects its result, blocking this thread. Nil parameters: the simple protocol.
    ///
    /// Through a pooler, a statement outside a transaction gets one of its own, in which the session's settings hold. A script
    /// is left alone: it may begin transactions itself.
    func run(_ sql: String, _ parameters: [PostgresParameter]?, timeout: Duration? = nil) throws -> ResultSet {
        try requireIdle()
        guard isBehindPooler, parameters != nil, transactionStatus == .idle, !Self.isTransactionControl(sql) else {
            return try exchange(sql, parameters, timeout: timeout)
        }
        try beginWithSettings(options.session.readOnly ? "BEGIN READ ONLY" : "BEGIN", timeout: timeout)
        do {
            let result = try exchange(sql, parameters, timeout: timeout)
            _ = try exchange("COMMIT", nil, timeout: timeout)
            return result
        } catch {
            if case .closed = state { throw error }
            _ = try exchange("ROLLBACK", nil, timeout: Self.cancelGrace)
            throw error
        }
    }

    /// Whether a statement of ours begins or ends a transaction, so that it needs none around it.
    private static func isTransactionControl(_ sql: String) -> Bool {
        ["BEGIN", "COMMIT", "ROLLBACK"].contains { sql.hasPrefix($0) }
    }

    /// Sends a statement as it is and collects its result.
    func exchange(_ sql: String, _ parameters: [PostgresParameter]?, timeout: Duration? = nil) throws -> ResultSet {
        try requireIdle()
        if sql.utf8.contains(0) {
            throw PostgresError(
                .unexpectedResult, "the statement holds a NUL byte, where libpq would cut it", statement: sql)
        }
        let started = ContinuousClock.now
        var watch = StatementWatch(timeout: timeout ?? options.responseTimeout)
        try send(sql, parameters)
        try flush(&watch)
        let collected = try collect(&watch, statement: sql)
        logger?.debug("\(sql)", metadata: ["ms": "\(started.duration(to: .now).milliseconds)"])
        return collected
    }

    func requireIdle() throws {
        _ = try pointer()
        if state != .idle {
            throw PostgresError(
                .connectionBusy, "the connection is in the middle of a \(state); use another connection")
        }
    }

    func send(_ sql: String, _ parameters: [PostgresParameter]?) throws {
        let pointer = try pointer()
        let sent: Int32
        if let parameters {
            sent = PostgresParameter.withPointers(parameters) { types, values, lengths, formats in
                PQsendQueryParams(
                    pointer, sql, Int32(parameters.count), types, values, lengths, formats, 0)
            }
        } else {
            sent = PQsendQuery(pointer, sql)
        }
        if sent == 0 {
            if PQstatus(pointer) == CONNECTION_BAD { throw lost() }
            throw PostgresError(
                .unexpectedResult, String(cString: PQerrorMessage(pointer)).trimmedLines, statement: sql)
        }
    }

    /// Reads all results of what was sent; the last one with rows counts, the first error is thrown.
    func collect(_ watch: inout StatementWatch, statement: String) throws -> ResultSet {
        var found = ResultSet.empty
        var failure: PostgresError?
        while let result = try nextResult(&watch) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: found = ResultSet(copying: result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: found = ResultSet(copying: result)
            case PGRES_COPY_IN:
                failure =
                    failure
                    ?? PostgresError(.unexpectedResult, "use copyIn for COPY … FROM STDIN", statement: statement)
                _ = PQputCopyEnd(try pointer(), "not expected here")
                try flush(&watch)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                failure =
                    failure
                    ?? PostgresError(.unexpectedResult, "use copyOut for COPY … TO STDOUT", statement: statement)
                try drainCopyOut(&watch)
            default: failure = failure ?? PostgresError(result: result, statement: statement)
            }
        }
        try finishStatement(watch, failure)
        return found
    }

    /// Turns what happened during a statement into what its caller gets. A statement that ended well before the
    /// cancel request reached it counts as done only where no one asked to stop.
    func finishStatement(_ watch: StatementWatch, _ failure: PostgresError?) throws {
        if let pointer = handle.pointer, PQstatus(pointer) == CONNECTION_BAD {
            let reason = failure?.message
            throw lost(reason)
        }
        if watch.interruption != nil { settleCancel() }
        switch watch.interruption {
        // Done before the request reached it: a COMMIT that went through must not be reported as cancelled.
        case .cancelled where failure == nil: return
        case .cancelled: throw CancellationError()
        case .timedOut where failure == nil: return
        case .timedOut:
            throw PostgresError(
                .timedOut, "the statement took longer than the client allows", statement: failure?.statement)
        case nil: if let failure { throw failure }
        }
    }

    private func drainCopyOut(_ watch: inout StatementWatch) throws {
        while try discardCopyChunk(&watch) {}
    }
}

extension PostgresError {
    /// Reads the fields of a failed result.
    init(result: OpaquePointer, statement: String?) {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        let state = field(DiagnosticField.sqlState).map(SQLState.init(rawValue:))
        let text = field(DiagnosticField.primaryMessage) ?? String(cString: PQresultErrorMessage(result)).trimmedLines
        self.init(
            state == nil ? .connectionLost : .server, text.isEmpty ? "the server sent an unreadable error" : text,
            sqlState: state, detail: field(DiagnosticField.detail), hint: field(DiagnosticField.hint),
            statement: statement)
        position = field(DiagnosticField.position).flatMap { Int($0) }
        context = field(DiagnosticField.context)
        table = field(DiagnosticField.table)
        column = field(DiagnosticField.column)
        constraint = field(DiagnosticField.constraint)
    }
}
