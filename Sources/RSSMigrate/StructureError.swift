import PostgresClient
import RSSCore
import RSSModel

/// What keeps the structure of a database from being compared, dumped or tried out.
package enum StructureError: ReportableError, Equatable {
    /// No fingerprint is kept for the newest migration, so nothing can be said about drift.
    case noFingerprint(version: MigrationVersion?)
    /// The fingerprint was written by other rules than those of this rssctl and this server.
    case fingerprintIncomparable(version: MigrationVersion, reason: String)
    /// pg_dump is not installed.
    case dumpProgramMissing
    /// Every pg_dump there is belongs to an older PostgreSQL than the server's.
    case dumpProgramTooOld(path: String, version: Int, server: Int)
    /// pg_dump ended with an error.
    case dumpFailed(words: String)
    /// The file for the dump cannot be written.
    case dumpUnwritable(path: String, reason: String)
    /// The role may not make databases.
    case noRightToCreateDatabases(role: String)
    /// A structure could not be loaded into a scratch database.
    case structureNotLoadable(PostgresError)

    package var report: ErrorReport {
        switch self {
        case .noFingerprint(let version):
            ErrorReport(
                code: "RSS-MIGRATE-030", exit: .failed,
                message: "blind: the database has no fingerprint to compare with",
                detail: version.map { "none was taken after version \($0)" } ?? "no migration was applied by rssctl",
                hint: "rssctl migrate takes one, also when nothing is pending")
        case .fingerprintIncomparable(let version, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-031", exit: .failed,
                message: "blind: the fingerprint of version \(version) cannot be compared with the database",
                detail: reason, hint: "rssctl migrate takes a new one, also when nothing is pending")
        case .dumpProgramMissing:
            ErrorReport(
                code: "RSS-MIGRATE-033", exit: .failed, message: "the program pg_dump is not installed",
                hint: "apt-get install postgresql-client")
        case .dumpProgramTooOld(let path, let version, let server):
            ErrorReport(
                code: "RSS-MIGRATE-034", exit: .failed,
                message: "\(path) is of PostgreSQL \(version), and the server of \(server)",
                detail: "pg_dump refuses servers that are newer than itself",
                hint:
                    "apt-get install postgresql-client-\(server); where Debian does not have it, from apt.postgresql.org"
            )
        case .dumpFailed(let words):
            ErrorReport(
                code: "RSS-MIGRATE-035", exit: .failed, message: "pg_dump failed", detail: words,
                hint: "the role must be able to read every table: GRANT pg_read_all_data TO it, or use the owner")
        case .dumpUnwritable(let path, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-036", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint: "name another place with --file")
        case .noRightToCreateDatabases(let role):
            ErrorReport(
                code: "RSS-MIGRATE-037", exit: .permission, message: "the role \(role) may not make a scratch database",
                hint: "ALTER ROLE \(role) CREATEDB, or use a role that has the right", sqlState: "42501")
        case .structureNotLoadable(let error):
            ErrorReport(
                code: "RSS-MIGRATE-038", exit: error.isConnectivity ? .unavailable : .failed,
                message: "the structure could not be loaded into a scratch database: \(error.message)",
                detail: error.detail ?? error.context,
                hint: error.hint ?? "use a role that may make everything the database holds, extensions too",
                sqlState: error.sqlState?.rawValue)
        }
    }
}
