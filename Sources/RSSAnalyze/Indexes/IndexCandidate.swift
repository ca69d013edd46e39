import RSSModel

/// An index that may help.
struct IndexCandidate: Sendable, Hashable {
    /// A column of it, or an expression.
    struct Key: Sendable, Hashable {
        /// The column's name; nil for an expression.
        let column: String?
        /// As the statement of the index has it, with the order.
        let sql: String
    }

    /// The table, as SQL writes it.
    let table: String
    let tableID: Int64
    let keys: [Key]
    /// The condition of a partial index.
    let condition: String?

    /// The statement that makes it, without a name.
    var definition: String { "CREATE INDEX ON \(table) \(columns)" }

    /// The columns and the condition, as a statement has them after the table.
    var columns: String {
        "(\(keys.map(\.sql).joined(separator: ", ")))\(condition.map { " WHERE \($0)" } ?? "")"
    }

    /// The same with fewer columns.
    func prefix(_ count: Int) -> IndexCandidate {
        IndexCandidate(table: table, tableID: tableID, keys: Array(keys.prefix(count)), condition: condition)
    }

    /// Whether another one has these columns first, and holds the same rows.
    func isPrefix(of other: IndexCandidate) -> Bool {
        tableID == other.tableID && condition == other.condition && keys.count < other.keys.count
            && Array(other.keys.prefix(keys.count)) == keys
    }
}

/// Proposes indexes for what a statement compares, sorts and joins; which of them help is for the planner to say.
struct CandidateMaker {
    let table: String
    let tableID: Int64
    let rows: Double
    let statistics: [String: ColumnStatistics]
    /// The comparisons of the table's rows.
    let predicates: [PlanPredicate]
    let sorts: [[PlanKey]]
    let groups: [[PlanKey]]

    /// The most columns of an index.
    private static let widest = 4
    /// The most proposals for a statement's table.
    private static let most = 24
    /// The largest part of the rows for which a partial index is proposed.
    private static let largestPart = 0.2

    /// The proposals, without duplicates.
    func candidates() -> [IndexCandidate] {
        let plain = predicates.filter { !$0.isAlternative }
        // The most selective first: where all are compared with a value the order matters to other statements alone.
        let equal = keys(plain.filter { ($0.operation == .equal || $0.operation == .any) && !$0.joins }).sorted {
            (distinct($1), $0.sql) < (distinct($0), $1.sql)
        }
        let nulls = keys(plain.filter { [.isNull, .isTrue, .isFalse].contains($0.operation) })
        let ranges = keys(plain.filter { $0.operation == .less || $0.operation == .greater })
        let joined = keys(plain.filter { $0.operation == .equal && $0.joins })
        let alternatives = keys(
            predicates.filter { $0.isAlternative && [.equal, .any, .less, .greater].contains($0.operation) })
        let orders = sorts.filter { !$0.isEmpty }.map { keys in
            // An index is read backwards as well, so only a mixed order needs to be written.
            let isBackward = keys.allSatisfy { $0.order == " DESC" }
            return keys.map { isBackward ? IndexCandidate.Key(column: $0.column, sql: $0.sql) : key($0) }
        }

        var lists: [[IndexCandidate.Key]] = []
        if equal.count > 1 { lists.append(equal) }
        for range in ranges { lists.append(equal + [range]) }
        for order in orders { lists += [equal + order, order] }
        for join in joined { lists += [equal + [join], [join] + equal, [join]] }
        for join in joined { for range in ranges { lists.append([join] + equal + [range]) } }
        for order in orders { for join in joined { lists.append([join] + order) } }
        lists += equal.map { [$0] } + ranges.map { [$0] } + nulls.map { [$0] } + alternatives.map { [$0] }
        for (index, first) in equal.enumerated() {
            for second in equal.dropFirst(index + 1) { lists.append([first, second]) }
        }
        for group in groups { lists.append(equal + group.map { key($0) }) }
        for null in nulls { lists.append(equal + [null]) }

        var seen: Set<IndexCandidate> = []
        var found: [IndexCandidate] = []
        func add(_ list: [IndexCandidate.Key], _ condition: String?) {
            var names: Set<String> = []
            let keys = list.filter { names.insert($0.column ?? $0.sql).inserted }
            if keys.isEmpty || keys.count > Self.widest || found.count >= Self.most { return }
            let candidate = IndexCandidate(table: table, tableID: tableID, keys: keys, condition: condition)
            if seen.insert(candidate).inserted { found.append(candidate) }
        }
        for condition in conditions(plain) {
            let isKey = { (key: IndexCandidate.Key) in key.column.map { !condition.hasPrefix("\($0) ") } ?? true }
            for order in orders { add((equal + order).filter(isKey), condition) }
            for range in ranges { add((equal + [range]).filter(isKey), condition) }
            add(equal.filter(isKey), condition)
        }
        for list in lists { add(list, nil) }
        return found
    }

    private func distinct(_ key: IndexCandidate.Key) -> Double {
        key.column.flatMap { statistics[$0]?.distinctValues(rows) } ?? 1000
    }

    private func keys(_ predicates: [PlanPredicate]) -> [IndexCandidate.Key] {
        var seen: Set<String> = []
        return predicates.compactMap {
            seen.insert($0.sql).inserted ? IndexCandidate.Key(column: $0.column, sql: $0.sql) : nil
        }
    }

    private func key(_ key: PlanKey) -> IndexCandidate.Key {
        IndexCandidate.Key(column: key.column, sql: key.sql + key.order)
    }

    /// Conditions that hold for few rows and have no parameter.
    private func conditions(_ predicates: [PlanPredicate]) -> [String] {
        predicates.compactMap { predicate -> String? in
            guard let column = predicate.column, let known = statistics[column] else { return nil }
            func frequency(_ value: String) -> Double {
                zip(known.commonValues, known.commonFractions).first { $0.0 == value }?.1 ?? 0
            }
            let (text, part): (String, Double)
            switch predicate.operation {
            case .isNull: (text, part) = ("\(predicate.sql) IS NULL", known.nullFraction)
            case .isNotNull: (text, part) = ("\(predicate.sql) IS NOT NULL", 1 - known.nullFraction)
            case .isTrue where known.type == "boolean": (text, part) = (predicate.sql, frequency("t"))
            case .isFalse where known.type == "boolean": (text, part) = ("NOT \(predicate.sql)", frequency("f"))
            default: return nil
            }
            return part <= Self.largestPart && !known.type.isEmpty ? text : nil
        }
    }
}
