/// How many rows were rejected, and why: one entry per kind of problem, with its first example.
package struct RejectTally: Sendable, Equatable {
    /// A kind of problem.
    package struct Kind: Sendable, Equatable, Encodable {
        /// The stable code.
        package let code: RowProblem.Code
        /// The column; nil where whole rows are meant.
        package let column: String?
        /// How many problems of this kind there are.
        package internal(set) var count: Int
        /// The line of the first.
        package let line: Int
        /// Its value.
        package let value: String?
        /// What is wrong with it.
        package let reason: String
    }

    private struct Key: Hashable {
        let code: RowProblem.Code
        let column: String?
    }

    /// A row that would change its organization.
    package struct Move: Sendable, Equatable, Encodable {
        /// Its line.
        package let line: Int
        /// Where it is, and where it would go.
        package let reason: String
    }

    /// The most moves that are kept.
    private static let mostMoves = 100

    /// Rejected rows.
    package private(set) var rows = 0
    /// The first of the rows that would change their organization.
    package private(set) var moves: [Move] = []
    private var found: [Key: Kind] = [:]

    /// The kinds, in the order of their first examples.
    package var kinds: [Kind] { found.values.sorted { ($0.line, $0.column ?? "") < ($1.line, $1.column ?? "") } }

    /// Counts a rejected row.
    mutating func add(_ problems: [RowProblem], line: Int) {
        guard !problems.isEmpty else { return }
        rows += 1
        for problem in problems {
            add(problem, line: line)
            if problem.code == .movesOrganization, moves.count < Self.mostMoves {
                moves.append(Move(line: line, reason: problem.reason))
            }
        }
    }

    private mutating func add(_ problem: RowProblem, line: Int) {
        let key = Key(code: problem.code, column: problem.column)
        if found[key] == nil {
            found[key] = Kind(
                code: problem.code, column: problem.column, count: 0, line: line, value: problem.value,
                reason: problem.reason)
        }
        found[key]?.count += 1
    }
}
