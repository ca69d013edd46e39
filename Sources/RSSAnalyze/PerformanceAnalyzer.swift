import PostgresClient
import RSSCore
import RSSModel

/// Runs the checks that are queries, without reading a user's table.
///
/// No query waits long for a lock that another session holds; what wait remains is bounded by the session's
/// `lock_timeout` (``lockTimeout``), after which a check is blind.
package struct PerformanceAnalyzer: Sendable {
    /// The longest wait for a lock of a session that runs checks.
    package static let lockTimeout = Duration.milliseconds(100)

    private let connection: PostgresConnection

    /// Makes an analyzer on a session that is read-only and has ``lockTimeout`` by its settings.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// Runs every check; one that fails is blind, and never stops the others.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func run(_ checks: [PerformanceCheck], _ progress: ProgressReporter) async throws -> [CheckReport] {
        let rights = try await Rights(connection, columns: checks.flatMap { $0.queries.compactMap(\.reads) })
        return try await progress.phase("checks", total: Int64(checks.count)) {
            var reports: [CheckReport] = []
            for check in checks {
                let outcome = try await CheckOutcome.of { try await run(check, rights) }
                reports.append(CheckReport(check: check.key, title: check.title, why: check.why, outcome: outcome))
                progress(.advanced(to: Int64(reports.count), rejected: 0))
            }
            return reports
        }
    }

    /// Runs a check's query; a row without an object is what could not be checked.
    private func run(_ check: PerformanceCheck, _ rights: Rights) async throws -> CheckOutcome {
        if let missing = check.needs.lazy.compactMap(rights.missing).first { return missing }
        guard let query = check.queries.first(where: { $0.reads.map(rights.columns.contains) ?? true }) else {
            return .blind(
                reason: "this server has none of the columns that the check reads: "
                    + check.queries.compactMap(\.reads).joined(separator: ", "), hint: nil)
        }
        var findings: [Finding] = []
        var unseen: (reason: String, hint: String?)?
        for row in try await connection.query(rights.statement(query.sql)) {
            let (object, detail, measured, threshold, fix) = try row.decode(
                String?.self, String.self, Double?.self, Double?.self, String?.self)
            if let object {
                findings.append(
                    Finding(
                        check: check.key, severity: check.severity, object: object, detail: Redaction.scrub(detail),
                        measured: measured, threshold: threshold, fix: fix))
            } else {
                unseen = (unseen.map { "\($0.reason); \(detail)" } ?? detail, unseen?.hint ?? fix)
            }
        }
        return CheckOutcome(findings, unseen: unseen)
    }

    /// What the session may see.
    private struct Rights {
        let isSuperuser: Bool
        let isMonitor: Bool
        /// The statement that gives the rights of pg_monitor to a role that does not have them, or does not use them.
        let monitorHint: String?
        let hasStatStatements: Bool
        /// The extension's view with its schema, quoted by the server; it may be in any.
        let statementsView: String?
        /// The columns of the catalog that were asked for and that the server has.
        let columns: Set<String>

        init(_ connection: PostgresConnection, columns: [String]) async throws {
            let row = try await connection.query(SQLResource(PackageResources.rights_sql).text, [columns]).first
            self.columns = Set(try row?.decode([String].self, "columns") ?? [])
            isSuperuser = try row?.decode(Bool.self, "is_superuser") ?? false
            isMonitor = try row?.decode(Bool.self, "is_monitor") ?? false
            monitorHint = try row?.decode(String.self, "monitor_hint")
            hasStatStatements = try row?.decode(Bool.self, "has_stat_statements") ?? false
            statementsView = try row?.decode(String?.self, "statements_view")
        }

        /// A check's statement; they name the view of pg_stat_statements as if it were in `public`.
        func statement(_ sql: String) -> String {
            statementsView.map { sql.replacing("public.pg_stat_statements", with: $0) } ?? sql
        }

        func missing(_ need: PerformanceCheck.Need) -> CheckOutcome? {
            switch need {
            case .pgMonitor where !isMonitor:
                .blind(reason: "the role does not have the rights of pg_monitor", hint: monitorHint)
            case .superuser where !isSuperuser: .blind(reason: "only a superuser can see this", hint: nil)
            case .pgStatStatements where !hasStatStatements:
                .blind(
                    reason: "the extension pg_stat_statements is not installed in this database",
                    hint: "add it to shared_preload_libraries, restart, CREATE EXTENSION pg_stat_statements")
            default: nil
            }
        }
    }
}
