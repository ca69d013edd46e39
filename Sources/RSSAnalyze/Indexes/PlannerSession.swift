import Foundation
import PostgresClient
import RSSCore

/// What the planner says of a statement.
struct PlanCost: Sendable, Equatable {
    let total: Double
    /// The rows that it expects.
    let rows: Double
    /// The indexes that it would use.
    let indexes: Set<String>
}

/// A session of its own in which statements are explained, never run, and hypothetical indexes are made: they exist for this
/// session alone, until it resets them or ends.
///
/// The texts are handed over as a setting and run by a DO block whose text is always the same: pg_stat_statements counts
/// that one statement, not hundreds of EXPLAINs that would push out others. In the block the path of the user is set for the
/// statement alone, and the session is read-only.
struct PlannerSession: Sendable {
    private let connection: PostgresConnection
    /// The schema of hypopg, quoted.
    private let schema: String

    /// The longest that a statement may be planned.
    private static let longestPlanning = Duration.seconds(5)

    /// Takes over a session.
    ///
    /// - Parameters:
    ///   - path: the path along which statements name relations.
    ///   - schema: the schema of hypopg, quoted.
    /// - Throws: `PostgresError`.
    init(_ connection: PostgresConnection, path: String, schema: String) async throws {
        self.connection = connection
        self.schema = schema
        let settings = [
            ("lock_timeout", "\(PerformanceAnalyzer.lockTimeout.components.attoseconds / 1_000_000_000_000_000)"),
            ("statement_timeout", "\(Self.longestPlanning.components.seconds * 1000)"), ("jit", "off"),
            ("rssctl.path", path),
            ("default_transaction_read_only", "on"),
        ]
        for (name, value) in settings { try await set(name, value) }
        // Only a superuser may: others leave a few lines in it.
        _ = try await refused { try await set("pg_stat_statements.track", "none") }
    }

    private func set(_ name: String, _ value: String) async throws {
        try await connection.query("SELECT set_config($1, $2, false)", [name, value])
    }

    /// Whether the server refuses something.
    private func refused(_ work: () async throws -> Void) async throws -> Bool {
        do {
            try await work()
            return false
        } catch let error as PostgresError where error.sqlState != nil && !error.isConnectivity {
            return true
        }
    }

    /// Runs a block after it was handed its texts, and returns what it left.
    private func run(_ block: [UInt8], _ texts: [(name: String, value: String)]) async throws -> String {
        for (name, value) in texts { try await set(name, value) }
        try await connection.execute(SQLResource(block).text)
        return try await connection.query("SELECT current_setting('rssctl.result')").first?.decode(String.self, at: 0)
            ?? ""
    }

    /// The types of a statement's parameters, and its plan without any values.
    ///
    /// Partitions are not pruned, so that each shows what it is searched by.
    ///
    /// - Throws: `PostgresError`, ``NotExplained``.
    func outline(_ shape: StatementShape) async throws -> (types: [String], plan: StatementPlan) {
        try await connection.execute("DEALLOCATE ALL")
        let nulls = Array(repeating: "NULL", count: shape.parameterCount).joined(separator: ", ")
        let result = try await run(
            PackageResources.plan_outline_sql,
            [
                ("rssctl.statement", "PREPARE rssctl_advice AS \(shape.sql)"),
                (
                    "rssctl.explain",
                    "EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE rssctl_advice\(nulls.isEmpty ? "" : "(\(nulls))")"
                ),
            ])
        let types = try await connection.query(
            "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'rssctl_advice'"
        ).first?.decode([String].self, at: 0)
        guard let types, let plan = StatementPlan(json: result) else { throw NotExplained("its plan cannot be read") }
        return (types, plan)
    }

    /// What a statement costs with the indexes that exist, hypothetical ones included.
    ///
    /// - Throws: `PostgresError`, ``NotExplained``.
    func cost(_ statement: String) async throws -> PlanCost {
        try Self.cost(
            await run(PackageResources.plan_cost_sql, [("rssctl.explain", "EXPLAIN (FORMAT JSON) \(statement)")]))
    }

    /// The same where the statement is prepared and planned once for all values, as a client's prepared statement may be from its
    /// sixth execution on.
    ///
    /// A plan that was prepared before an index was made does not know it, so it is prepared each time.
    ///
    /// - Throws: `PostgresError`, ``NotExplained``.
    func genericCost(_ shape: StatementShape, _ constants: [Int: String]) async throws -> PlanCost {
        try await connection.execute("DEALLOCATE ALL")
        let values = (1...max(shape.parameterCount, 1)).compactMap { constants[$0] }.joined(separator: ", ")
        return try Self.cost(
            await run(
                PackageResources.plan_generic_sql,
                [
                    ("rssctl.statement", "PREPARE rssctl_advice AS \(shape.sql)"),
                    (
                        "rssctl.explain",
                        "EXPLAIN (FORMAT JSON) EXECUTE rssctl_advice\(values.isEmpty ? "" : "(\(values))")"
                    ),
                ]))
    }

    private struct Cost: Decodable {
        let total: Double
        let rows: Double
        let indexes: [String]
    }

    private static func cost(_ json: String) throws -> PlanCost {
        guard let cost = try? JSONDecoder().decode(Cost.self, from: Data(json.utf8)) else {
            throw NotExplained("its plan cannot be read")
        }
        return PlanCost(total: cost.total, rows: cost.rows, indexes: Set(cost.indexes))
    }

    /// Makes hypothetical indexes.
    ///
    /// - Returns: the name of each in plans; nil for one that the server refuses: its type has no order, its expression is not
    ///   immutable.
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    func create(_ candidates: [IndexCandidate]) async throws -> [IndexCandidate: String] {
        if candidates.isEmpty { return [:] }
        let sql = """
            SELECT c.place, h.indexname FROM unnest($1::text[]) WITH ORDINALITY AS c (sql, place)
            CROSS JOIN LATERAL \(schema).hypopg_create_index(c.sql) AS h ORDER BY 1
            """
        var made: [IndexCandidate: String] = [:]
        let isRefused = try await refused {
            for row in try await connection.query(sql, [candidates.map(\.definition)]) {
                let (place, name) = try row.decode(Int.self, String.self)
                made[candidates[place - 1]] = name
            }
        }
        guard isRefused else { return made }
        // Which of them it is only trying each shows; those before it were made.
        try await reset()
        made = [:]
        for candidate in candidates {
            _ = try await refused {
                for row in try await connection.query(sql, [[candidate.definition]]) {
                    made[candidate] = try row.decode(String.self, "indexname")
                }
            }
        }
        return made
    }

    /// Removes all hypothetical indexes.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func reset() async throws { try await connection.query("SELECT \(schema).hypopg_reset()") }

    /// Leaves nothing in the session, which ends soon.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func end() async throws {
        try await reset()
        try await connection.execute("DEALLOCATE ALL")
    }
}
