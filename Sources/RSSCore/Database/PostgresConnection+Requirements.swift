import PostgresClient
import RSSModel

extension PostgresConnection {
    /// The oldest server that rssctl works with, as `server_version_num` says it.
    package static let oldestServerVersion: Int32 = 140_000

    /// Refuses a server whose catalogs lack what our queries read, before anything is done on it.
    ///
    /// - Throws: ``UnsupportedServer``.
    package func requireSupportedServer() throws {
        if serverVersion < Self.oldestServerVersion { throw UnsupportedServer(version: serverVersion) }
    }

    /// Refuses a session that may only read, before it is half done: some statements override that.
    ///
    /// - Parameter work: what is to write, for the message.
    /// - Throws: ``ReadOnlySession``, `PostgresError`.
    package func requireWritable(for work: String) async throws {
        let row = try await query(
            "SELECT current_setting('transaction_read_only') = 'on', pg_is_in_recovery()"
        ).first
        if let (isReadOnly, isStandby) = try row?.decode(Bool.self, Bool.self), isReadOnly {
            throw ReadOnlySession(work: work, isStandby: isStandby)
        }
    }
}

/// The server is older than rssctl supports.
package struct UnsupportedServer: ReportableError {
    /// `server_version_num` of the server.
    package let version: Int32

    /// `13.4`, or `9.6.24` from when versions had three numbers.
    var name: String {
        let (major, rest) = version.quotientAndRemainder(dividingBy: 10_000)
        return major >= 10 ? "\(major).\(rest)" : "\(major).\(rest / 100).\(rest % 100)"
    }

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-024", exit: .configuration,
            message: "the server is PostgreSQL \(name), and rssctl needs PostgreSQL 14 or later",
            detail: "Nothing was done.",
            hint: "Upgrade the server, or name another one. See which one is used: rssctl config show")
    }
}

/// Work that changes the database was given a read-only session.
package struct ReadOnlySession: ReportableError {
    /// The work.
    package let work: String
    /// Whether the server is a standby; if not, a setting forbids it.
    package let isStandby: Bool

    package var report: ErrorReport {
        isStandby
            // Once it is promoted, the same command works: cron may run it on both nodes.
            ? ErrorReport(
                code: "RSS-PG-025", exit: .tryAgain, message: "the server is a standby, and \(work) needs the primary",
                hint: "Run it on the primary. See which server is used: rssctl config show")
            : ErrorReport(
                code: "RSS-PG-012", exit: .configuration,
                message: "the session is read-only, and \(work) writes",
                detail: "The setting default_transaction_read_only is on for the role or the database.",
                hint: "Use another role, or change the setting: ALTER ROLE … SET default_transaction_read_only = off")
    }
}
