/// The choice among the proposals for all statements.
///
/// For each statement the planner chooses among all proposals at once; of what it uses, everything is left out that the cost hardly
/// rises without. Then all that remains is made together, and, from the least useful one on, an index is left out unless at least one
/// statement would cost five times as much without it. What an index saves is the time of the statements times the part of the cost that
/// it takes away.
struct IndexChoice {
    private let session: PlannerSession
    private let statements: [ExplainedStatement]
    /// What is chosen.
    private(set) var chosen: [IndexCandidate] = []
    /// The cost of each statement with what is chosen.
    private var costs: [Double]
    /// What each statement uses of it.
    private var used: [Set<IndexCandidate>]
    /// The cost of statements without an index, by the index.
    private var without: [IndexCandidate: [Int: Double]] = [:]

    init(session: PlannerSession, statements: [ExplainedStatement]) {
        self.session = session
        self.statements = statements
        costs = statements.map(\.cost)
        used = statements.map { _ in [] }
    }

    /// How much of the cost may be added by leaving out an index or its last columns.
    private static let tolerance = 1.25

    /// Takes the proposals for a statement: what the planner uses of them, made as short as it may be.
    mutating func propose(_ position: Int, _ candidates: [IndexCandidate]) async throws {
        let statement = statements[position]
        guard statement.cost >= IndexAdvisor.leastCost, !candidates.isEmpty else { return }
        guard let best = try await plan(position, candidates), best.cost * IndexAdvisor.leastGain <= statement.cost
        else {
            return
        }
        var kept = candidates.filter(best.used.contains)
        var cost = best.cost
        for index in kept where kept.count > 1 {
            let fewer = kept.filter { $0 != index }
            if let plan = try await plan(position, fewer), plan.cost <= cost * Self.tolerance {
                (kept, cost) = (fewer, max(plan.cost, cost))
            }
        }
        for index in kept {
            for count in 1..<max(index.keys.count, 1) {
                let shorter = kept.map { $0 == index ? index.prefix(count) : $0 }
                if let plan = try await plan(position, shorter), plan.cost <= cost * Self.tolerance {
                    (kept, cost) = (shorter, max(plan.cost, cost))
                    break
                }
            }
        }
        for index in kept where !chosen.contains(index) { chosen.append(index) }
    }

    /// The cost of a statement with some indexes, and which of them it uses; nil where the server refuses to plan it.
    private func plan(
        _ position: Int, _ indexes: [IndexCandidate]
    ) async throws -> (cost: Double, used: Set<IndexCandidate>)? {
        try await session.reset()
        return try await plan(position, made: session.create(indexes))
    }

    private func plan(
        _ position: Int, made: [IndexCandidate: String]
    ) async throws -> (cost: Double, used: Set<IndexCandidate>)? {
        let cost = try await session.cost(statements[position].text)
        return (cost.total, Set(made.filter { cost.indexes.contains($0.value) }.keys))
    }

    /// Leaves out what no statement needs.
    mutating func reduce() async throws {
        if chosen.isEmpty { return try await session.reset() }
        try await session.reset()
        let made = try await session.create(chosen)
        for position in statements.indices {
            guard let plan = try await plan(position, made: made) else { continue }
            (costs[position], used[position]) = (plan.cost, plan.used)
        }
        for _ in 0..<3 {
            let before = chosen.count
            for index in chosen.sorted(by: { promised($0) < promised($1) }) { try await weigh(index) }
            if chosen.count == before { break }
        }
    }

    /// What an index seems to save, before it is known what the others save without it.
    private func promised(_ index: IndexCandidate) -> Double {
        statements.indices.filter { used[$0].contains(index) }.reduce(0) {
            $0 + statements[$1].use.milliseconds * (1 - costs[$1] / max(statements[$1].cost, 1e-9))
        }
    }

    /// Leaves out an index without which no statement that it helps costs five times as much.
    private mutating func weigh(_ index: IndexCandidate) async throws {
        let others = chosen.filter { $0 != index }
        try await session.reset()
        let made = try await session.create(others)
        var plans: [Int: (cost: Double, used: Set<IndexCandidate>)] = [:]
        for position in statements.indices where used[position].contains(index) {
            plans[position] = try await plan(position, made: made)
        }
        let isNeeded = plans.contains { position, plan in
            plan.cost >= costs[position] * IndexAdvisor.leastGain
                && statements[position].cost >= costs[position] * IndexAdvisor.leastGain
        }
        if isNeeded {
            without[index] = plans.mapValues(\.cost)
        } else {
            chosen = others
            without[index] = nil
            for (position, plan) in plans { (costs[position], used[position]) = (plan.cost, plan.used) }
        }
    }

    /// The statements that an index helps, the one that took the most time first.
    func statements(helpedBy index: IndexCandidate) -> [(position: Int, statement: IndexSuggestion.Statement)] {
        statements.indices.filter { position in
            used[position].contains(index) && (without[index]?[position] ?? 0) > costs[position] * Self.tolerance
        }.sorted { statements[$1].use.milliseconds < statements[$0].use.milliseconds }.map { position in
            let statement = statements[position]
            return (
                position,
                IndexSuggestion.Statement(
                    queryID: statement.use.queryID, calls: statement.use.calls,
                    milliseconds: statement.use.milliseconds,
                    costBefore: statement.cost, costAfter: costs[position], isInGenericPlan: nil,
                    text: statement.use.text)
            )
        }
    }

    /// The time that an index saves: that of each statement times the part of its cost that the index takes away.
    func savedMilliseconds(by index: IndexCandidate) -> Double {
        (without[index] ?? [:]).reduce(0) { sum, entry in
            let statement = statements[entry.key]
            let part = (entry.value - costs[entry.key]) / max(statement.cost, 1e-9)
            return sum + statement.use.milliseconds * min(max(part, 0), 1)
        }
    }

    /// Whether a plan that is made once for all values uses an index of those that are chosen.
    func isInGenericPlan(_ index: IndexCandidate, _ position: Int) async throws -> Bool {
        try await session.reset()
        let made = try await session.create(chosen)
        let cost = try await session.genericCost(statements[position].shape, statements[position].constants)
        return made[index].map(cost.indexes.contains) ?? false
    }
}
