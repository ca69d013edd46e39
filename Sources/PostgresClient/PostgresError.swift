/// An error of the client, or one that the server reported, with all the fields the server sent.
package struct PostgresError: Error, Sendable, Equatable {
    /// What kind of condition it is; callers decide by this and by ``sqlState``, never by the text.
    package enum Code: Sendable, Equatable {
        /// No session could be opened.
        case connectionFailed
        /// The session was lost while a statement was in progress, or before.
        case connectionLost
        /// The server refused a statement; ``PostgresError/sqlState`` says why.
        case server
        /// The server did not answer within the time allowed by the client.
        case timedOut
        /// No byte moved for too long, and the server is not working for the session any more; it is closed.
        case stalled
        /// The connection is in the middle of a COPY or a row stream of another caller.
        case connectionBusy
        /// A value could not be read as the type asked for.
        case decoding
        /// A statement did not fit the call, for example a COPY sent as a query.
        case unexpectedResult
        /// Another session held an advisory lock for as long as the caller was to wait.
        case lockNotAcquired
    }

    /// The kind of condition.
    package var code: Code
    /// One line: the server's primary message, or ours.
    package var message: String
    /// The SQLSTATE of a server error.
    package var sqlState: SQLState?
    /// The server's DETAIL.
    package var detail: String?
    /// The server's HINT.
    package var hint: String?
    /// Where in the statement, in characters from 1.
    package var position: Int?
    /// The server's CONTEXT, for example the line of a COPY.
    package var context: String?
    /// The table concerned, where the server names it.
    package var table: String?
    /// The column concerned, where the server names it.
    package var column: String?
    /// The constraint concerned, where the server names it.
    package var constraint: String?
    /// The statement, without parameter values.
    package var statement: String?
    /// Whether no session could be opened because the server asked for a password, and none was given.
    package var lacksPassword = false

    /// Makes an error; the fields not named here are set afterwards.
    package init(
        _ code: Code, _ message: String, sqlState: SQLState? = nil, detail: String? = nil, hint: String? = nil,
        statement: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.detail = detail
        self.hint = hint
        self.statement = statement
    }

    /// Whether the session can no longer be used, or never could: reconnecting may help, repeating on it will not.
    package var isConnectivity: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .stalled: true
        case .server: sqlState?.meansUnavailable ?? false
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// The message with its SQLSTATE, detail and hint on one line.
    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += "; \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        return text
    }
}
