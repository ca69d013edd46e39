import PostgresClient
import RSSModel
import RedisClient

/// Runs the checks against a database, without ever waiting for a lock or reading a user's table.
public struct PerformanceAnalyzer: Sendable {
    private let connection: PostgresConnection

    /// Makes an analyzer on a session that is read-only by its settings.
    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// Runs every check; one that fails is blind, and never stops the others.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    public func run(_ checks: [PerformanceCheck], _ progress: ProgressReporter) async throws -> [CheckReport] {
        let rights = try await Rights(connection)
        return try await progress.phase("checks", total: Int64(checks.count)) {
            var reports: [CheckReport] = []
            for check in checks {
                let outcome = try await run(check, rights)
                reports.append(CheckReport(check: check.key, title: check.title, why: check.why, outcome: outcome))
                progress(.advanced(to: Int64(reports.count), rejected: 0))
            }
            return reports
        }
    }

    private func run(_ check: PerformanceCheck, _ rights: Rights) async throws -> CheckOutcome {
        if let missing = check.needs.lazy.compactMap(rights.missing).first { return missing }
        do {
            let rows = try await connection.query(rights.statement(check.sql))
            let findings = try rows.map { row in
                let (object, detail, measured, threshold, fix) = try row.decode(
                    String.self, String.self, Double?.self, Double?.self, String?.self)
                return Finding(
                    check: check.key, severity: check.severity, object: object, detail: Redaction.scrub(detail),
                    measured: measured,
                    threshold: threshold, fix: fix)
            }
            return findings.isEmpty ? .ok(nil) : .findings(findings)
        } catch let error as PostgresError where !error.isConnectivity {
            return .blind(reason: error.message, hint: error.hint)
        }
    }

    /// What the session may see.
    private struct Rights {
        let isSuperuser: Bool
        let isMonitor: Bool
        let hasStatStatements: Bool
        /// The extension's view with its schema, quoted by the server; it may be in any.
        let statementsView: String?

        init(_ connection: PostgresConnection) async throws {
            let row = try await connection.query(SQLResource(PackageResources.rights_sql).text).first
            isSuperuser = try row?.decode(Bool.self, "is_superuser") ?? false
            isMonitor = try row?.decode(Bool.self, "is_monitor") ?? false
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
                .blind(reason: "the role is no member of pg_monitor", hint: "GRANT pg_monitor TO CURRENT_USER")
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

/// A check with its outcome.
public struct CheckReport: Sendable, Equatable {
    /// Stable key.
    public let check: String
    /// A few words.
    public let title: String
    /// Why it matters.
    public let why: String
    /// How it ended.
    public let outcome: CheckOutcome
}
