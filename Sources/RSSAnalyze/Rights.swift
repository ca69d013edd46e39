import PostgresClient
import RSSCore
import RSSModel

/// What the session may see.
struct Rights {
    let isSuperuser: Bool
    let isMonitor: Bool
    /// The statement that gives the rights of pg_monitor to a role that does not have them, or does not use them.
    let monitorHint: String?
    /// The statement that lets the role read the errors of the configuration file; nil where it may.
    let fileSettingsHint: String?
    let hasStatStatements: Bool
    /// The extension's view with its schema, quoted by the server; it may be in any.
    let statementsView: String?
    /// The columns of the catalog that were asked for and that the server has.
    let columns: Set<String>

    init(_ connection: PostgresConnection, columns: [String] = []) async throws {
        let row = try await connection.query(SQLResource(PackageResources.rights_sql).text, [columns])
            .first
        self.columns = Set(try row?.decode([String].self, "columns") ?? [])
        isSuperuser = try row?.decode(Bool.self, "is_superuser") ?? false
        isMonitor = try row?.decode(Bool.self, "is_monitor") ?? false
        monitorHint = try row?.decode(String.self, "monitor_hint")
        fileSettingsHint = try row?.decode(String?.self, "file_settings_hint")
        hasStatStatements = try row?.decode(Bool.self, "has_stat_statements") ?? false
        statementsView = try row?.decode(String?.self, "statements_view")
    }

    /// pg_stat_statements where it is installed and the session may see the statements of all roles.
    var readableStatements: String? { isMonitor ? statementsView : nil }

    /// A check's statement; they name the view of pg_stat_statements as if it were in `public`.
    func statement(_ sql: String) -> String {
        statementsView.map { sql.replacing("public.pg_stat_statements", with: $0) } ?? sql
    }

    func missing(_ need: PerformanceCheck.Need) -> CheckOutcome? {
        switch need {
        case .pgMonitor where !isMonitor:
            .blind(reason: "the role does not have the rights of pg_monitor", hint: monitorHint)
        case .fileSettings where fileSettingsHint != nil:
            .blind(
                reason: "the role may not read the errors of the configuration file", hint: fileSettingsHint
            )
        case .superuser where !isSuperuser: .blind(reason: "only a superuser can see this", hint: nil)
        case .pgStatStatements where !hasStatStatements:
            .blind(
                reason: "the extension pg_stat_statements is not installed in this database",
                hint:
                    "Add it to shared_preload_libraries, restart the server, and run: CREATE EXTENSION pg_stat_statements"
            )
        default: nil
        }
    }
}
