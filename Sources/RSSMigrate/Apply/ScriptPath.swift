import PostgresClient

/// The path of the names in a file: that of the settings, until the file sets another one. The session has it for the file's own
/// statements only; what rssctl itself asks in between runs with pg_catalog alone.
final class ScriptPath {
    /// As `search_path` is written.
    var text: String

    init(_ connection: PostgresConnection) { text = connection.userSearchPath }
}
