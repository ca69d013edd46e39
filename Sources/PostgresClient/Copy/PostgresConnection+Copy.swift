import CLibPQ

extension PostgresConnection {
    /// Sends a COPY and waits until the server is ready for it; a statement that is not a COPY of this direction is an error.
    func beginCopy(_ sql: String, _ expected: ExecStatusType, _ next: State) async throws {
        try await cancellable {
            try self.requireIdle()
            var watch = StatementWatch(timeout: self.options.responseTimeout)
            try self.send(sql, nil)
            try self.flush(&watch)
            guard let result = try self.nextResult(&watch) else { throw self.lost() }
            defer { PQclear(result) }
            guard PQresultStatus(result) == expected else {
                let failure =
                    PQresultStatus(result) == PGRES_FATAL_ERROR
                    ? PostgresError(result: result, statement: sql)
                    : PostgresError(
                        .unexpectedResult,
                        "the statement is not a COPY … \(next == .copyIn ? "FROM STDIN" : "TO STDOUT")",
                        statement: sql)
                try self.discardResults(&watch)
                try self.finishStatement(watch, failure)
                throw failure
            }
            self.state = next
        }
    }
}
