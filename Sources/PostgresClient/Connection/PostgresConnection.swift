import CLibPQ
import Dispatch
import Glibc
import Logging

/// One session with a PostgreSQL server, over libpq, on a thread of its own.
///
/// Calls made at once wait for each other. A connection belongs to one task at a time: between the statements of a
/// transaction nothing excludes another caller. Cancelling the task that waits for a call cancels the statement on the
/// server and throws `CancellationError`; the session stays usable. When the server is gone, each call throws a
/// ``PostgresError`` with code ``PostgresError/Code/connectionLost``; a lost session stays lost.
package actor PostgresConnection {
    /// What the session is in the middle of.
    enum State: Equatable {
        case idle
        case copyIn
        case copyOut
        case streaming
        case closed(reason: String)
    }

    private let executor: SerialQueueExecutor
    let wakeUp: WakeUp
    let handle: ConnectionHandle
    let options: ConnectionOptions
    let logger: Logger?
    var state = State.idle
    var flag: CancellationFlag
    var notifications: [PostgresNotification] = []
    /// What was established about the database once.
    var marks: Set<String> = []
    /// Signalled when the cancel request that is on its way has been delivered.
    var pendingCancel: DispatchSemaphore?

    /// The backend's process id as this session's first statement saw it.
    package private(set) var backendPID: Int32 = 0

    /// Whether a pooler or proxy is in between, which announces a process id of its own. The session's settings are then made
    /// again in each transaction, because the next one may be another server session.
    package private(set) var isBehindPooler = false

    /// The server's version as libpq counts it: 150018 for 15.18.
    package private(set) var serverVersion: Int32 = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens a session and makes its settings, unless a pooler is in between: they would remain for other clients.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/connectionFailed``, or `CancellationError`.
    package static func connect(_ options: ConnectionOptions, logger: Logger? = nil) async throws -> PostgresConnection
    {
        let connection = try PostgresConnection(options: options, logger: logger)
        do {
            try await connection.open()
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private init(options: ConnectionOptions, logger: Logger?) throws {
        self.options = options
        self.logger = logger
        executor = SerialQueueExecutor(label: "postgres")
        wakeUp = try WakeUp()
        flag = CancellationFlag(wakeUp)
        // PQconnectStartParams resolves names, which may block: it runs in open(), on the actor's thread. What is
        // made here is the empty handle that it fills.
        let keywords = options.effectiveKeywords.sorted { $0.key < $1.key }
        pendingKeywords = keywords.map { ($0.key, $0.value) }
        handle = ConnectionHandle()
    }

    private var pendingKeywords: [(String, String)]

    private func open() async throws {
        let flag = CancellationFlag(wakeUp)
        try await withTaskCancellationHandler {
            try openBlocking(flag)
        } onCancel: {
            flag.cancel()
        }
    }

    private func openBlocking(_ flag: CancellationFlag) throws {
        self.flag = flag
        _ = InheritedVariables.withdrawn
        let deadline = ContinuousClock.now + options.connectTimeout
        try withCStrings(pendingKeywords.map(\.0)) { names in
            try withCStrings(pendingKeywords.map(\.1)) { values in
                guard let pointer = PQconnectStartParams(names, values, 0) else {
                    throw PostgresError(.connectionFailed, "out of memory")
                }
                handle.adopt(pointer)
                // Only this way does a refused connection report its SQLSTATE.
                PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
            }
        }
        let pointer = try pointer()
        var direction = PGRES_POLLING_WRITING
        while true {
            if PQstatus(pointer) == CONNECTION_BAD { throw connectError(pointer) }
            switch direction {
            case PGRES_POLLING_OK:
                PQsetnonblocking(pointer, 1)
                PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
                try configureSession(within: max(.zero, ContinuousClock.now.duration(to: deadline)))
                return
            case PGRES_POLLING_FAILED:
                throw connectError(pointer)
            default:
                let events = direction == PGRES_POLLING_READING ? POLLIN : POLLOUT
                switch try poll(events, until: deadline) {
                case .ready: direction = PQconnectPoll(pointer)
                case .deadline:
                    throw PostgresError(
                        .connectionFailed,
                        "no answer from \(endpoint) within \(options.connectTimeout.components.seconds) s")
                case .cancelled: throw CancellationError()
                }
            }
        }
    }

    private func configureSession(within timeout: Duration) throws {
        let pointer = try pointer()
        serverVersion = PQserverVersion(pointer)
        let assignments = options.session.assignments(serverVersion: serverVersion)
        // Through a pooler nothing is set: the session is the server's own, and the next client would be given our settings
        // with it. A pooler announces a process id of its own. Every name is qualified: until the path is set, that of
        // the role or database holds, and another role may have put objects into it.
        let calls = assignments.indices.map {
            "pg_catalog.set_config($\($0 * 2 + 2)::pg_catalog.text, $\($0 * 2 + 3)::pg_catalog.text, false)"
        }
        let result = try exchange(
            """
            SELECT pg_catalog.pg_backend_pid(), CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1
                THEN pg_catalog.concat(\(calls.joined(separator: ", "))) END
            """,
            [PQbackendPID(pointer).postgresParameter]
                + assignments.flatMap { [$0.name.postgresParameter, $0.value.postgresParameter] },
            timeout: timeout)
        backendPID = try result.first?.decode(Int32.self, at: 0) ?? 0
        isBehindPooler = backendPID != PQbackendPID(pointer)
    }

    /// The settings that the session was given hold from one transaction to the next: its pooler leaves it its backend.
    func settingsHold() { isBehindPooler = false }

    /// Begins a transaction with the session's settings for as long as it lasts, for a session through a pooler.
    func beginWithSettings(_ begin: String, timeout: Duration? = nil) throws {
        let pointer = try pointer()
        let calls = try options.session.assignments(serverVersion: serverVersion).map { assignment in
            guard let value = PQescapeLiteral(pointer, assignment.value, assignment.value.utf8.count) else {
                throw PostgresError(.unexpectedResult, String(cString: PQerrorMessage(pointer)).trimmedLines)
            }
            defer { PQfreemem(value) }
            return
                "pg_catalog.set_config('\(assignment.name)'::pg_catalog.text, \(String(cString: value))::pg_catalog.text, true)"
        }
        _ = try exchange(
            "\(begin); SELECT \(calls.joined(separator: ", "))", nil, timeout: timeout ?? options.connectTimeout)
    }

    /// Makes the session's settings again, as they were at its start. Not for a session through a pooler.
    package func restoreSettings() async throws {
        try await execute("RESET SESSION AUTHORIZATION")
        try await execute("RESET ROLE")
        try await execute("RESET ALL")
        try await cancellable { try self.configureSession(within: self.options.connectTimeout) }
    }

    private func connectError(_ pointer: OpaquePointer) -> PostgresError {
        // `FATAL:  28P01: password authentication failed …`, followed by a line with the place in the server's source.
        let lines = String(cString: PQerrorMessage(pointer)).split(separator: "\n").filter {
            !$0.hasPrefix("LOCATION:")
        }
        let text = withoutValues(lines.joined(separator: "\n").trimmedLines)
        guard let match = text.firstMatch(of: #/FATAL:\s+(?<state>[0-9A-Z]{5}): /#) else {
            var error = PostgresError(.connectionFailed, text.isEmpty ? "cannot connect to \(endpoint)" : text)
            error.lacksPassword = PQconnectionNeedsPassword(pointer) == 1
            return error
        }
        return PostgresError(
            .connectionFailed, String(text[match.range.upperBound...]),
            sqlState: SQLState(rawValue: String(match.state)))
    }

    /// The path along which the user's unqualified names are looked up; see ``SessionSettings/userSearchPath``.
    package nonisolated var userSearchPath: String { options.session.userSearchPath }

    /// The path that the session itself has; see ``SessionSettings/searchPath``.
    package nonisolated var searchPath: String { options.session.searchPath }

    /// libpq quotes values that it cannot use. Those that say where and as whom may be shown, no other.
    private func withoutValues(_ text: String) -> String {
        let shown: Set = ["host", "hostaddr", "port", "dbname", "user", "service", "sslrootcert", "sslcert", "sslkey"]
        let hidden = options.keywords.filter {
            !shown.contains($0.key) && ConnectionOptions.choices[$0.key] == nil && $0.value.count > 3
        }
        return hidden.reduce(text) {
            $0.replacing($1.value, with: "***")
        }
    }

    /// `host:port/database` for messages; never holds a secret.
    package nonisolated var endpoint: String {
        let keywords = options.keywords
        if let service = keywords["service"] { return "service \(service)" }
        let host = keywords["host"] ?? keywords["hostaddr"] ?? "local socket"
        return "\(host):\(keywords["port"] ?? "5432")/\(keywords["dbname"] ?? keywords["user"] ?? "")"
    }

    /// The keywords as they were resolved: of a list or a service the host that answered, its port, the database, the role.
    package var reached: [String: String] {
        guard let pointer = try? pointer() else { return options.keywords }
        var reached = options.keywords
        reached["service"] = nil
        // libpq gives the address for the host where there is none.
        if reached["host"] == nil { reached["hostaddr"] = nil }
        let values = [
            ("host", PQhost(pointer)), ("port", PQport(pointer)), ("dbname", PQdb(pointer)), ("user", PQuser(pointer)),
        ]
        for (keyword, value) in values {
            guard let text = value.map({ String(cString: $0) }), !text.isEmpty else { continue }
            reached[keyword] = text
        }
        return reached
    }

    /// The IP address that the session goes to; nil for a socket.
    package var address: String? {
        guard let pointer = try? pointer(), let text = PQhostaddr(pointer).map({ String(cString: $0) }) else {
            return nil
        }
        return text.isEmpty || text.hasPrefix("/") || text.hasPrefix("@") ? nil : text
    }

    /// The version of TLS that the session is encrypted by, `TLSv1.3`; nil without encryption.
    package var tlsVersion: String? {
        guard let pointer = try? pointer(), PQsslInUse(pointer) == 1 else { return nil }
        return PQsslAttribute(pointer, "protocol").map { String(cString: $0) } ?? "TLS"
    }

    /// The process id that libpq was given at the start; differs from ``backendPID`` through a pooler. 0 for a closed
    /// session: as with libpq itself, having none is no error of the caller.
    package var announcedBackendPID: Int32 { (try? pointer()).map { PQbackendPID($0) } ?? 0 }

    /// Whether the session can still be used, as far as is known without asking.
    package var isOpen: Bool {
        if case .closed = state { return false }
        return true
    }

    /// Whether a transaction is open, and whether it has failed.
    package var transactionStatus: TransactionStatus {
        guard let pointer = try? pointer() else { return .unknown }
        return switch PQtransactionStatus(pointer) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS, PQTRANS_ACTIVE: .inTransaction
        case PQTRANS_INERROR: .inFailedTransaction
        default: .unknown
        }
    }

    /// The transaction status of a session.
    package enum TransactionStatus: Sendable { case idle, inTransaction, inFailedTransaction, unknown }

    /// The server's notices since they were last taken: the newest 1000, and how many came before them.
    package func takeNotices() -> (kept: [ServerNotice], lost: Int) { handle.notices.take() }

    /// Ends the session. Calls made afterwards throw.
    package func close() { markClosed("the connection was closed") }

    func markClosed(_ reason: String) {
        if case .closed = state { return }
        state = .closed(reason: reason)
        handle.finish()
    }

    func pointer() throws -> OpaquePointer {
        if case .closed(let reason) = state { throw PostgresError(.connectionLost, reason) }
        guard let pointer = handle.pointer else { throw PostgresError(.connectionLost, "the connection is not open") }
        return pointer
    }

    /// Quotes an identifier by libpq's rules for this session's encoding.
    package func quoteIdentifier(_ name: String) throws -> String {
        let pointer = try pointer()
        guard let quoted = PQescapeIdentifier(pointer, name, name.utf8.count) else {
            throw PostgresError(.unexpectedResult, String(cString: PQerrorMessage(pointer)).trimmedLines)
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }

    /// Quotes a literal by libpq's rules; for DDL, which takes no parameters. Everything else travels as a parameter.
    package func quoteLiteral(_ text: String) throws -> String {
        let pointer = try pointer()
        guard let quoted = PQescapeLiteral(pointer, text, text.utf8.count) else {
            throw PostgresError(.unexpectedResult, String(cString: PQerrorMessage(pointer)).trimmedLines)
        }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }
}

/// Lends C strings for the time of a call, with the null pointer at the end that libpq expects.
func withCStrings<R>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) throws -> R) rethrows -> R {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return try body(copies.map { UnsafePointer($0) } + [nil])
}

extension String {
    /// libpq ends its messages with a line break and indents continuation lines.
    var trimmedLines: String {
        split(separator: "\n").map { line in
            let start = line.firstIndex { $0 != " " && $0 != "\t" } ?? line.endIndex
            return String(line[start...])
        }.joined(separator: "; ")
    }
}
