import PostgresClient
import RSSCore

/// A table for which an index may be proposed.
struct AdvisedTable: Sendable, Equatable {
    let id: Int64
    let schema: String
    let name: String
    /// Schema and name as SQL writes them.
    let sql: String
    let isPartitioned: Bool
    /// Its rows by the statistics, those of its partitions included.
    let rows: Double
    let isAnalyzed: Bool
    let indexCount: Int
    /// What was written to it in ``seconds``.
    let inserts: Double
    let updates: Double
    let hotUpdates: Double
    let seconds: Double

    /// A relation of a plan, and the tables that it may stand for: itself, and the partitioned table at its top.
    struct Place: Sendable {
        let own: AdvisedTable
        let top: AdvisedTable

        /// The table that a statement named. A plan shows partitions in place of the partitioned table.
        func named(by shape: StatementShape) -> AdvisedTable {
            shape.names.contains(top.name) || !shape.names.contains(own.name) ? top : own
        }
    }

    /// The tables of plans.
    ///
    /// - Throws: `PostgresError`.
    static func read(
        _ relations: Set<StatementPlan.Relation>, _ connection: PostgresConnection
    ) async throws -> [StatementPlan.Relation: Place] {
        if relations.isEmpty { return [:] }
        let list = Array(relations)
        var tables: [StatementPlan.Relation: [AdvisedTable]] = [:]
        let rows = try await connection.query(
            SQLResource(PackageResources.advice_tables_sql).text, [list.map(\.schema), list.map(\.name)])
        for row in rows {
            let (schema, name) = try row.decode(String.self, String.self)
            let table = AdvisedTable(
                id: try row.decode(at: 5), schema: try row.decode(at: 2), name: try row.decode(at: 3),
                sql: try row.decode(at: 4), isPartitioned: try row.decode(at: 6),
                rows: try row.decode(Double?.self, at: 7) ?? 0, isAnalyzed: try row.decode(at: 8),
                indexCount: try row.decode(at: 9), inserts: try row.decode(at: 10), updates: try row.decode(at: 11),
                hotUpdates: try row.decode(at: 12), seconds: try row.decode(at: 13))
            tables[.init(schema: schema, name: name), default: []].append(table)
        }
        return tables.reduce(into: [:]) { places, entry in
            let own = entry.value.first { $0.schema == entry.key.schema && $0.name == entry.key.name }
            guard let own else { return }
            places[entry.key] = Place(own: own, top: entry.value.first { $0.id != own.id } ?? own)
        }
    }
}
