import GRDB

extension Journal {
    /// The version of the SQLite that this process is linked with; nil where it does not say.
    package static var sqliteVersion: String? {
        try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
    }
}
