import Glibc

/// Where and how to open a session.
package struct ConnectionOptions: Sendable {
    /// libpq's own keywords (host, port, dbname, user, sslmode, service, …), see "PostgreSQL 15 docs, 34.1.2".
    /// What is not set comes from libpq's service file and its password file, never from a variable that says where, as whom
    /// or how (``InheritedVariables``).
    package var keywords: [String: String]
    /// Longest wait for a session, name resolution left out.
    package var connectTimeout: Duration
    /// Longest wait for the server's answer to one call; nil leaves that to `statement_timeout`.
    package var responseTimeout: Duration?
    /// How long no byte may move while an answer is waited for, or a COPY is in progress, until the server is asked over another
    /// connection whether it is still working.
    package var stallTimeout: Duration
    /// Settings made at the start of the session.
    package var session: SessionSettings

    /// Makes options; `keywords` may be empty, then libpq's defaults hold.
    package init(
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
            "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "15000",
        ]
        if !isLocal, keywords["sslmode"] == nil {
            all["sslmode"] = "verify-full"
            if keywords["sslrootcert"] == nil, access(Self.systemCABundle, R_OK) == 0 {
                all["sslrootcert"] = Self.systemCABundle
            }
        }
        all.merge(keywords) { $1 }
        all["client_encoding"] = "UTF8"
        return all
    }

    /// libpq's `sslmode` as sessions have it.
    package var sslMode: String { effectiveKeywords["sslmode"] ?? "prefer" }

    /// libpq 15 knows no `sslrootcert=system` (it came with 16), so the bundle is named by its file.
    private static let systemCABundle = "/etc/ssl/certs/ca-certificates.crt"

    /// Whether every address that libpq may go to is a socket or this machine.
    var isLocal: Bool {
        // What a service file names is not known here, and therefore not local. A file that says otherwise is overridden by
        // the setting.
        if keywords["service"] != nil { return false }
        func list(_ keyword: String) -> [String] {
            (keywords[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (hosts, addresses) = (list("host"), list("hostaddr"))
        // Where there is an address, libpq connects to it, and the host only names the certificate.
        return (0..<max(hosts.count, addresses.count)).allSatisfy { index in
            let address = index < addresses.count ? addresses[index] : ""
            let host = index < hosts.count ? hosts[index] : ""
            return HostAddress.isLocal(address.isEmpty ? host : address)
        }
    }
}

/// What each session sets once it is open.
package struct SessionSettings: Sendable, Equatable {
    /// `application_name`, by which a DBA finds the session in pg_stat_activity; cut at 63 bytes by the server.
    package var applicationName: String
    /// `TimeZone`; nil leaves the server's own.
    package var timeZone: String?
    /// `statement_timeout`; nil leaves the server's own, zero turns it off.
    package var statementTimeout: Duration?
    /// `lock_timeout`; nil leaves the server's own.
    package var lockTimeout: Duration?
    /// `idle_in_transaction_session_timeout`; nil leaves the server's own.
    package var idleInTransactionTimeout: Duration?
    /// `client_connection_check_interval`: how soon the server notices that a killed client is gone, and frees its locks.
    package var clientConnectionCheckInterval: Duration?
    /// `default_transaction_read_only`.
    package var readOnly: Bool
    /// `search_path`. By default ``pinnedSearchPath``: what others put into a schema in which they may create
    /// objects, an operator that fits better than pg_catalog's among them, is then never run (CVE-2018-1058).
    package var searchPath: String
    /// The path along which unqualified names of a user are looked up: tables of an application, statements of a file. The
    /// session itself never has it, but for statements that are the user's own.
    package var userSearchPath: String

    /// pg_catalog alone. `pg_temp` is named because PostgreSQL otherwise looks for tables there first.
    package static let pinnedSearchPath = "pg_catalog, pg_temp"

    /// Makes settings with the defaults of the design: UTC, clients checked every second, 5 minutes idle in transaction.
    package init(
        applicationName: String = "rssctl", timeZone: String? = "UTC", statementTimeout: Duration? = nil,
        lockTimeout: Duration? = nil, idleInTransactionTimeout: Duration? = .seconds(300),
        clientConnectionCheckInterval: Duration? = .seconds(1), readOnly: Bool = false,
        searchPath: String = SessionSettings.pinnedSearchPath, userSearchPath: String = "public"
    ) {
        self.applicationName = applicationName
        self.timeZone = timeZone
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.clientConnectionCheckInterval = clientConnectionCheckInterval
        self.readOnly = readOnly
        self.searchPath = searchPath
        self.userSearchPath = userSearchPath
    }

    /// Name and value of each setting. The text formats are those that the row decoder reads.
    func assignments(serverVersion: Int32) -> [(name: String, value: String)] {
        // The path comes first: what follows is found along it.
        var all = [
            ("search_path", searchPath), ("DateStyle", "ISO"), ("IntervalStyle", "iso_8601"), ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
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
        return all
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
