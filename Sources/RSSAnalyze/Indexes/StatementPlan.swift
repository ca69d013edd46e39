import Foundation

/// What a plan of EXPLAIN (VERBOSE, FORMAT JSON) reads, and by what it finds, joins and sorts the rows.
struct StatementPlan: Sendable {
    /// A relation of the plan.
    struct Relation: Sendable, Hashable {
        let schema: String
        let name: String
    }

    /// The relations by their names in the plan.
    private(set) var relations: [String: Relation] = [:]
    private(set) var predicates: [PlanPredicate] = []
    private(set) var sorts: [[PlanKey]] = []
    private(set) var groups: [[PlanKey]] = []

    /// Reads the JSON of the server.
    init?(json: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]],
            let plan = object.first?["Plan"] as? [String: Any]
        else { return nil }
        read(plan)
    }

    private static let conditions = [
        "Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "TID Cond", "One-Time Filter",
    ]

    private mutating func read(_ node: [String: Any]) {
        if let name = node["Relation Name"] as? String, let schema = node["Schema"] as? String {
            relations[node["Alias"] as? String ?? name] = Relation(schema: schema, name: name)
        }
        for condition in Self.conditions {
            if let text = node[condition] as? String { predicates += ConditionReader.predicates(text) }
        }
        if let keys = node["Sort Key"] as? [String] { sorts.append(keys.compactMap(ConditionReader.key)) }
        if let keys = node["Group Key"] as? [String] { groups.append(keys.compactMap(ConditionReader.key)) }
        for child in node["Plans"] as? [[String: Any]] ?? [] { read(child) }
    }

    /// The relation of an alias. The columns of a partitioned table are those of its first partition, or have the alias that
    /// the statement gave it, to which the planner adds a number for each.
    func relation(_ alias: String) -> Relation? {
        relations[alias] ?? relations["\(alias)_1"]
    }
}
