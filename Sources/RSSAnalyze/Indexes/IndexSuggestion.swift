import RSSModel

/// What `analyze indexes` found.
package struct IndexAdvice: Sendable, Encodable {
    /// The indexes that are missing, the one that saves the most time first.
    package internal(set) var suggestions: [IndexSuggestion] = []
    /// The statements of which nothing is known.
    package internal(set) var unexplained: [UnexplainedStatement] = []
    /// How many statements were explained.
    package internal(set) var explained = 0
    /// The part of the time of all statements that those took, in percent.
    package internal(set) var explainedPercent = 0.0
}

/// A statement that could not be explained.
package struct UnexplainedStatement: Sendable, Encodable, Equatable {
    package let queryID: String
    /// Its part of the time of all statements, in percent.
    package let sharePercent: Double
    package let reason: String
    package let hint: String?
    package let text: String?
}

/// An index that makes statements faster, by the word of the planner.
package struct IndexSuggestion: Sendable, Encodable, Equatable {
    /// A statement that the index helps.
    package struct Statement: Sendable, Encodable, Equatable {
        package let queryID: String
        package let calls: Double
        package let milliseconds: Double
        /// The planner's cost now, and with all suggested indexes.
        package let costBefore: Double
        package let costAfter: Double
        /// Whether a plan that is made once for all values uses the index too.
        package internal(set) var isInGenericPlan: Bool?
        package let text: String?
    }

    /// What the index costs those who write.
    package struct WriteCost: Sendable, Encodable, Equatable {
        /// INSERTs and UPDATEs per hour, each of which writes the index too, but for HOT updates.
        package let insertsPerHour: Double
        package let updatesPerHour: Double
        /// The part of the updates that are HOT and need no index now, in percent; an update of an indexed column is not.
        package let hotPercent: Double
        /// How many indexes the table has already.
        package let indexes: Int
    }

    package let table: String
    /// Whether it is a partitioned table, on each partition of which the index is built.
    package let isPartitioned: Bool
    /// The columns and expressions of the index, as SQL writes them.
    package let keys: [String]
    /// The condition of a partial index.
    package let condition: String?
    /// The statements that it helps, the one that took the most time first.
    package internal(set) var statements: [Statement]
    /// The time that it would have saved in the window, by the planner's costs, in milliseconds and in percent of all statements.
    package let savedMilliseconds: Double
    package let savedPercent: Double
    /// What it takes on disk at most: equal keys, which are stored once, are counted each.
    package let largestBytes: Int64
    package let writeCost: WriteCost
    /// The command that makes it.
    package internal(set) var fix: String
    /// What the command locks and blocks, its risk, and how to undo it.
    package internal(set) var remedy: Remedy
}

extension IndexSuggestion.WriteCost {
    init(_ table: AdvisedTable) {
        let hours = max(table.seconds, 1) / 3600
        insertsPerHour = table.inserts / hours
        updatesPerHour = table.updates / hours
        hotPercent = table.updates > 0 ? 100 * table.hotUpdates / table.updates : 0
        indexes = table.indexCount
    }
}

extension IndexCandidate {
    /// The most that the index takes, by the widths of its columns ("PostgreSQL 15 docs, 73.6"): eight bytes of a tuple's header, four of
    /// its pointer, and pages that are filled to nine tenths. Equal keys are stored once since PostgreSQL 13, which is not counted.
    func largestBytes(rows: Double, _ statistics: [String: ColumnStatistics]) -> Int64 {
        let width = keys.reduce(0) { $0 + ($1.column.flatMap { statistics[$0]?.width } ?? 32) }
        let tuple = 8 + (width + 7) / 8 * 8 + 4
        return Int64(rows * Double(tuple) / 0.9) + 16_384
    }

    /// The name that PostgreSQL would give it, cut to the length of a name.
    func name(of table: AdvisedTable) -> String {
        let columns = keys.map { $0.column ?? "expr" }.joined(separator: "_")
        var name = "\(table.name)_\(columns)"
        while name.utf8.count > 55 { name.removeLast() }
        return name + "_idx"
    }
}
