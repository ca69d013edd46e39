/// A statement with what is known of it.
struct ExplainedStatement: Sendable {
    let use: StatementUse
    let shape: StatementShape
    let types: [String]
    let plan: StatementPlan
    /// The statement with values, as the server planned it.
    var text = ""
    /// The values.
    var constants: [Int: String] = [:]
    /// Its cost with the indexes that exist.
    var cost = 0.0

    /// The table of an alias of its plan, by the relations' tables.
    func table(_ alias: String, _ places: [StatementPlan.Relation: AdvisedTable.Place]) -> AdvisedTable? {
        plan.relation(alias).flatMap { places[$0] }?.named(by: shape)
    }

    /// The tables that it reads.
    func tables(_ places: [StatementPlan.Relation: AdvisedTable.Place]) -> [AdvisedTable] {
        var seen: Set<Int64> = []
        return plan.relations.keys.sorted().compactMap { table($0, places) }.filter { seen.insert($0.id).inserted }
    }

    /// The comparisons with the statistics of their columns.
    func compared(
        _ places: [StatementPlan.Relation: AdvisedTable.Place], _ statistics: [Int64: [String: ColumnStatistics]]
    ) -> [(predicate: PlanPredicate, statistics: ColumnStatistics?)] {
        plan.predicates.map { predicate in
            let table = table(predicate.alias, places)
            return (
                predicate,
                table.flatMap { statistics[$0.id] }.flatMap { known in predicate.column.flatMap { known[$0] } }
            )
        }
    }

    /// The proposals for its tables.
    func candidates(
        _ places: [StatementPlan.Relation: AdvisedTable.Place], _ statistics: [Int64: [String: ColumnStatistics]]
    ) -> [IndexCandidate] {
        tables(places).flatMap { table in
            func isOf(_ alias: String) -> Bool { self.table(alias, places)?.id == table.id }
            func leading(_ keys: [PlanKey]) -> [PlanKey] { Array(keys.prefix { isOf($0.alias) }) }
            // Every partition shows the same comparisons: the first of each counts.
            var seen: Set<String> = []
            let predicates = plan.predicates.filter {
                isOf($0.alias) && seen.insert("\($0.sql) \($0.operation) \($0.joins) \($0.isAlternative)").inserted
            }
            return CandidateMaker(
                table: table.sql, tableID: table.id, rows: table.rows,
                statistics: statistics[table.id] ?? [:], predicates: predicates, sorts: plan.sorts.map(leading),
                groups: plan.groups.map(leading).filter { !$0.isEmpty }
            ).candidates()
        }
    }
}
