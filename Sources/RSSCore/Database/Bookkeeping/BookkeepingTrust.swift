import PostgresClient
import RSSModel

/// Whether the schema `rssctl` may be used: whose it is, and what is on its tables.
///
/// An INSERT there runs defaults, checks, triggers and rules with the rights of the role that writes. A schema that another
/// role made in advance would therefore run that role's code with the rights of the role that migrates.
package enum BookkeepingTrust {
    /// An object of another role.
    package struct Problem: Sendable, Equatable {
        /// What it is on.
        package let object: String
        /// What is wrong.
        package let problem: String
        /// The statement that a trusted role runs.
        package let fix: String
    }

    /// The names that bookkeeping.sql gives to its tables.
    package static let tables = names(/CREATE TABLE IF NOT EXISTS rssctl\.([a-z_]+)/)
    /// The names that it gives to its functions.
    package static let functions = names(/CREATE OR REPLACE FUNCTION rssctl\.([a-z_]+)/)

    /// Why the schema may not be used; empty for no reason, or where it does not exist. Runs nothing of the schema.
    package static func problems(_ connection: PostgresConnection) async throws -> [Problem] {
        try await connection.query(SQLResource(PackageResources.bookkeeping_trust_sql).text, [tables, functions]).map {
            row in
            Problem(
                object: try row.decode(String.self, "object"), problem: try row.decode(String.self, "problem"),
                fix: try row.decode(String.self, "fix"))
        }
    }

    /// Refuses a schema that may not be used.
    ///
    /// - Throws: ``BookkeepingUntrusted``, `PostgresError`.
    package static func require(_ connection: PostgresConnection) async throws {
        let found = try await problems(connection)
        if !found.isEmpty { throw BookkeepingUntrusted(problems: found) }
    }

    /// The same, once in a session.
    package static func requireOnce(_ connection: PostgresConnection) async throws {
        let mark = "rssctl.bookkeeping is trusted"
        if await connection.isMarked(mark) { return }
        try await require(connection)
        await connection.mark(mark)
    }

    private static func names(_ pattern: Regex<(Substring, Substring)>) -> [String] {
        Set(SQLResource(PackageResources.bookkeeping_sql).text.matches(of: pattern).map { String($0.output.1) })
            .sorted()
    }
}

/// The schema `rssctl`, or something on it, belongs to a role that the session's role has no reason to trust.
struct BookkeepingUntrusted: ReportableError {
    let problems: [BookkeepingTrust.Problem]

    var report: ErrorReport {
        let first = problems.first
        let others = problems.dropFirst().prefix(9).map { "\($0.object) \($0.problem)" }
        let more = problems.count > 10 ? "; and \(problems.count - 10) more" : ""
        return ErrorReport(
            code: "RSS-PG-013", exit: .permission,
            message: "the schema rssctl is not used: \(first?.object ?? "") \(first?.problem ?? "")",
            detail: others.isEmpty ? nil : "Others: \(others.joined(separator: "; "))\(more).",
            hint:
                "If you trust what it contains, run as superuser: \(first?.fix ?? ""); else rename it and run rssctl migrate: ALTER SCHEMA rssctl RENAME TO rssctl_foreign"
        )
    }
}
