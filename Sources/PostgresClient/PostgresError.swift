/// An error of the client, or one that the server reported, with all the fields the server sent.
public struct PostgresError: Error, Sendable, Equatable {
    /// What kind of condition it is; callers decide by this and by ``sqlState``, never by the text.
    public enum Code: Sendable, Equatable {
        /// No session could be opened.
        case connectionFailed
        /// The session broke while something was under way, or before.
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
        /// No pooled connection became free in time.
        case poolExhausted
        /// The pool is shut down.
        case poolClosed
        /// A statement did not fit the call, for example a COPY sent as a query.
        case unexpectedResult
        /// An advisory lock stayed with another session for as long as the caller was willing to wait.
        case lockNotAcquired
    }

    /// The kind of condition.
    public var code: Code
    /// One line: the server's primary message, or ours.
    public var message: String
    /// The SQLSTATE of a server error.
    public var sqlState: SQLState?
    /// The server's DETAIL.
    public var detail: String?
    /// The server's HINT.
    public var hint: String?
    /// Where in the statement, in characters from 1.
    public var position: Int?
    /// The server's CONTEXT, for example the line of a COPY.
    public var context: String?
    /// The table concerned, where the server names it.
    public var table: String?
    /// The column concerned, where the server names it.
    public var column: String?
    /// The constraint concerned, where the server names it.
    public var constraint: String?
    /// The statement, without parameter values.
    public var statement: String?
    /// Whether no session could be opened because the server asked for a password, and none was given.
    public var lacksPassword = false

    /// Makes an error; the fields not named here are set afterwards.
    public init(
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

    /// Whether the session is of no more use, or never was: reconnecting may help, repeating on it will not.
    public var isConnectivity: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .stalled, .poolExhausted: true
        case .server: sqlState?.meansUnavailable ?? false
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// The message with its SQLSTATE, detail and hint on one line.
    public var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += "; \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        return text
    }
}
