/// What a plan compares: a column or an expression of a relation, as EXPLAIN (VERBOSE) prints it in a filter or a condition.
struct PlanPredicate: Sendable, Equatable {
    enum Operation: Sendable, Equatable { case equal, any, less, greater, isNull, isNotNull, isTrue, isFalse, other }

    /// The relation's name in the plan, as the server reads it.
    let alias: String
    /// The column, as the server reads it; nil for an expression.
    let column: String?
    /// The column or the expression as an index takes it, without the alias.
    let sql: String
    let operation: Operation
    /// The parameters that it is compared with.
    let parameters: [Int]
    /// The parameters in an expression that it is compared with: an interval that is subtracted from a time.
    let spans: [Int]
    /// Whether it is compared with another relation's column.
    let joins: Bool
    /// Whether it stands below an OR.
    let isAlternative: Bool
}

/// A key by which a plan sorts or groups.
struct PlanKey: Sendable, Equatable {
    let alias: String
    let column: String?
    let sql: String
    /// `""`, `" DESC"`, `" DESC NULLS LAST"`, `" NULLS FIRST"`.
    let order: String
}
