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
                detail: version.map { "None was taken after version \($0)." } ?? "No migration was applied by rssctl.",
                hint: "Take one, which needs no pending migration: rssctl migrate")
        case .fingerprintIncomparable(let version, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-031", exit: .failed,
                message: "blind: the fingerprint of version \(version) cannot be compared with the database",
                detail: reason, hint: "Take a new one, which needs no pending migration: rssctl migrate")
        case .dumpProgramMissing:
            ErrorReport(
                code: "RSS-MIGRATE-033", exit: .failed, message: "the program pg_dump is not installed",
                hint: "Install it: apt-get install postgresql-client")
        case .dumpProgramTooOld(let path, let version, let server):
            ErrorReport(
                code: "RSS-MIGRATE-034", exit: .failed,
                message: "\(path) is of PostgreSQL \(version), and the server of \(server)",
                detail: "The program pg_dump refuses servers that are newer than itself.",
                hint:
                    "Install the newer one, from apt.postgresql.org if Debian does not have it: apt-get install postgresql-client-\(server)"
            )
        case .dumpFailed(let words):
            ErrorReport(
                code: "RSS-MIGRATE-035", exit: .failed, message: "pg_dump failed", detail: words,
                hint: "Use the owner, or a role that can read every table by GRANT pg_read_all_data.")
        case .dumpUnwritable(let path, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-036", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint: "Give another place with --file.")
        case .noRightToCreateDatabases(let role):
            ErrorReport(
                code: "RSS-MIGRATE-037", exit: .permission, message: "the role \(role) may not make a scratch database",
                hint: "Use a role that has the right, or grant it: ALTER ROLE \(role) CREATEDB", sqlState: "42501")
        case .structureNotLoadable(let error):
            ErrorReport(
                code: "RSS-MIGRATE-038", exit: error.isConnectivity ? .unavailable : .failed,
                message: "the structure could not be loaded into a scratch database: \(error.message)",
                detail: error.detail ?? error.context,
                hint: error.hint ?? "Use a role that may create everything the database holds, extensions too.",
                sqlState: error.sqlState?.rawValue)
        }
    }
}
