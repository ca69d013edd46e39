import Glibc

/// Where and how to open a session.
public struct ConnectionOptions: Sendable {
    /// libpq's own keywords (host, port, dbname, user, sslmode, service, …), see "PostgreSQL 15 docs, 34.1.2".
    /// What is not set comes from libpq's environment variables, its service file and its password file.
    public var keywords: [String: String]
    /// Longest wait for a session, name resolution left out.
    public var connectTimeout: Duration
    /// Longest wait for the server's answer to one call; nil leaves that to `statement_timeout`.
    public var responseTimeout: Duration?
    /// How long no byte may move while an answer is waited for, or a COPY goes on, until the server is asked over another
    /// connection whether it is still working.
    public var stallTimeout: Duration
    /// Settings made at the start of the session.
    public var session: SessionSettings

    /// Makes options; `keywords` may be empty, then libpq's defaults hold.
    public init(
        keywords: [String: String] = [:], connectTimeout: Duration = .seconds(30), responseTimeout: Duration? = nil,
        stallTimeout: Duration = .seconds(60), session: SessionSettings = SessionSettings()
    ) {
        self.keywords = keywords
        self.connectTimeout = connectTimeout
        self.responseTimeout = responseTimeout
        self.stallTimeout = stallTimeout
        self.session = session
    }

    /// The keywords with what every session of ours has: UTF-8, keepalives, `verify-full` for a host that is not local.
    var effectiveKeywords: [String: String] {
        var all = [
            "client_encoding": "UTF8", "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5",
            "keepalives_count": "3", "tcp_user_timeout": "15000",
        ]
        if !isLocal, keywords["sslmode"] == nil, getenv("PGSSLMODE") == nil {
            all["sslmode"] = "verify-full"
            if keywords["sslrootcert"] == nil, getenv("PGSSLROOTCERT") == nil, access(Self.systemCABundle, R_OK) == 0 {
                all["sslrootcert"] = Self.systemCABundle
            }
        }
        return all.merging(keywords) { $1 }
    }

    /// libpq 15 knows no `sslrootcert=system` (it came with 16), so the bundle is named by its file.
    private static let systemCABundle = "/etc/ssl/certs/ca-certificates.crt"

    /// Whether every host is a socket folder or this machine.
    private var isLocal: Bool {
        // What a service file names is not known here, and therefore not local. A file that says otherwise is overruled:
        // sslmode is then set by the setting or by PGSSLMODE.
        if keywords["service"] != nil { return false }
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let host = keywords["hostaddr"] ?? keywords["host"] ?? variable("PGHOSTADDR") ?? variable("PGHOST") ?? ""
        return host.split(separator: ",").allSatisfy {
            $0.hasPrefix("/") || $0.hasPrefix("@") || $0 == "localhost" || $0 == "::1" || $0.hasPrefix("127.")
        }
    }
}

/// What each session sets once it is open.
public struct SessionSettings: Sendable, Equatable {
    /// `application_name`, by which a DBA finds the session in pg_stat_activity; cut at 63 bytes by the server.
    public var applicationName: String
    /// `TimeZone`; nil leaves the server's own.
    public var timeZone: String?
    /// `statement_timeout`; nil leaves the server's own, zero turns it off.
    public var statementTimeout: Duration?
    /// `lock_timeout`; nil leaves the server's own.
    public var lockTimeout: Duration?
    /// `idle_in_transaction_session_timeout`; nil leaves the server's own.
    public var idleInTransactionTimeout: Duration?
    /// `client_connection_check_interval`: how soon the server notices that a killed client is gone, and frees its locks.
    public var clientConnectionCheckInterval: Duration?
    /// `default_transaction_read_only`.
    public var readOnly: Bool
    /// `search_path`; nil leaves the server's own.
    public var searchPath: String?

    /// Makes settings with the defaults of the design: UTC, clients checked every second, 5 minutes idle in transaction.
    public init(
        applicationName: String = "rssctl", timeZone: String? = "UTC", statementTimeout: Duration? = nil,
        lockTimeout: Duration? = nil, idleInTransactionTimeout: Duration? = .seconds(300),
        clientConnectionCheckInterval: Duration? = .seconds(1), readOnly: Bool = false, searchPath: String? = nil
    ) {
        self.applicationName = applicationName
        self.timeZone = timeZone
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.clientConnectionCheckInterval = clientConnectionCheckInterval
        self.readOnly = readOnly
        self.searchPath = searchPath
    }

    /// Name and value of each setting. The text formats are those that the row decoder reads.
    func assignments(serverVersion: Int32) -> [(name: String, value: String)] {
        var all = [
            ("DateStyle", "ISO"), ("IntervalStyle", "iso_8601"), ("bytea_output", "hex"), ("extra_float_digits", "1"),
            ("standard_conforming_strings", "on"), ("application_name", applicationName),
        ]
        if let timeZone { all.append(("TimeZone", timeZone)) }
        if let statementTimeout { all.append(("statement_timeout", "\(statementTimeout.milliseconds)")) }
        if let lockTimeout { all.append(("lock_timeout", "\(lockTimeout.milliseconds)")) }
        if let idleInTransactionTimeout {
            all.append(("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"))
        }
        if let clientConnectionCheckInterval, serverVersion >= 140_000 {
            all.append(("client_connection_check_interval", "\(clientConnectionCheckInterval.milliseconds)"))
        }
        // The session that holds a lock is idle while another one works.
        if serverVersion >= 140_000 { all.append(("idle_session_timeout", "0")) }
        if readOnly { all.append(("default_transaction_read_only", "on")) }
        if let searchPath { all.append(("search_path", searchPath)) }
        return all
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
