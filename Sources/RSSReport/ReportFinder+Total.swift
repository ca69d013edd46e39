import Foundation
import PostgresClient
import RSSCore

extension ReportFinder {
    /// How many reports match, exactly.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func total() async throws -> Int64 {
        var statement = ReportStatement()
        let counts = conditions.selects("count(*)", &statement).map { "(\($0))" }
        return try await number("SELECT \(counts.joined(separator: " + ")) AS total", statement)
    }

    /// How many match, counted up to one more than a number.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func total(upTo cap: Int) async throws -> Int64 {
        var statement = ReportStatement()
        let selects = conditions.selects("vr.id", &statement).joined(separator: " UNION ALL ")
        let most = statement.bind(cap + 1, "bigint")
        return try await number(
            "SELECT count(*) AS total FROM (SELECT FROM (\(selects)) hits LIMIT \(most)) counted", statement)
    }

    /// How many match as the planner estimates; nothing is read.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func estimatedTotal() async throws -> Int64 {
        var statement = ReportStatement()
        let selects = conditions.selects("vr.id", &statement).joined(separator: " UNION ALL ")
        let rows = try await connection.query(tables.sql("EXPLAIN (FORMAT JSON) \(selects)"), statement.parameters)
        guard let text = try rows.first?.decode(String.self, at: 0) else { return 0 }
        let plan = try JSONDecoder().decode([ExplainedPlan].self, from: Data(text.utf8)).first
        return Int64(plan?.plan.rows ?? 0)
    }

    private func number(_ sql: String, _ statement: ReportStatement) async throws -> Int64 {
        try await trace?("total", tables.sql(sql), statement.parameters)
        let rows = try await connection.query(tables.sql(sql), statement.parameters)
        return try rows.first?.decode(Int64.self, at: 0) ?? 0
    }
}
