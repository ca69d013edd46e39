import RSSCore
import SQLScript

/// An UPDATE or DELETE that is run in batches along a key.
package struct Backfill: Sendable, Hashable {
    /// The table.
    package private(set) var table: RelationName
    /// How the statement names the table: its alias, or nil.
    package let alias: String?
    /// The column along which the batches go.
    package let key: String
    /// Rows in a batch.
    package let batch: Int
    /// Pause between two batches.
    package let pause: Duration
    /// The statement up to the word WHERE, or to its end where it has none.
    package let head: String
    /// The condition; nil where the statement has none.
    package let condition: String?

    /// Takes a statement apart.
    ///
    /// - Throws: ``BackfillError`` for a statement that cannot be cut into batches.
    init(_ statement: ScriptStatement, tree: ParseNode?, _ directive: Directive.Backfill) throws(BackfillError) {
        guard let (type, node) = tree?.tagged, type == "UpdateStmt" || type == "DeleteStmt",
            let table = RelationName(node["relation"])
        else { throw BackfillError(.noChange) }
        guard node.list("returningList").isEmpty else { throw BackfillError(.returning) }
        // A row that moves along the key would be met again, without end.
        let isKeySet = node.list("targetList").contains { $0.as("ResTarget")?.string("name") == directive.key }
        guard type == "DeleteStmt" || !isKeySet else { throw BackfillError(.changesKey) }
        self.table = table
        alias = node["relation"]?["alias"]?.string("aliasname")
        key = directive.key
        batch = directive.batch
        pause = directive.pause
        guard let place = Self.whereToken(statement) else {
            guard node["whereClause"] == nil else { throw BackfillError(.noChange) }
            head = statement.text
            condition = nil
            return
        }
        let bytes = Array(statement.text.utf8)
        head = String(decoding: bytes[..<place.lowerBound], as: UTF8.self)
        condition = String(decoding: bytes[place.upperBound...], as: UTF8.self)
    }

    /// The same with the table's whole name. The statement itself stays as it is.
    func on(_ table: RelationName) -> Backfill {
        var other = self
        other.table = table
        return other
    }

    /// The word WHERE of the statement itself, not that of a subquery, which is in parentheses.
    private static func whereToken(_ statement: ScriptStatement) -> Range<Int>? {
        let bytes = Array(statement.text.utf8)
        var depth = 0
        for token in statement.tokens {
            switch token.kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth -= 1
            case .word where depth == 0:
                if String(decoding: bytes[token.range], as: UTF8.self).lowercased() == "where" { return token.range }
            default: break
            }
        }
        return nil
    }
}

/// Why a statement cannot be run in batches.
package struct BackfillError: Error, Sendable, Equatable {
    /// The kinds of error.
    package enum Problem: Sendable, Equatable {
        /// The statement is neither an UPDATE nor a DELETE.
        case noChange
        /// It has a RETURNING clause, whose rows would go nowhere.
        case returning
        /// It changes the column along which the batches go.
        case changesKey
    }

    /// What is wrong.
    package let problem: Problem

    init(_ problem: Problem) { self.problem = problem }

    /// What keeps a statement from being run in batches; nil for one that can be.
    init?(_ statement: ScriptStatement, tree: ParseNode, _ directive: Directive.Backfill) {
        do throws(BackfillError) {
            _ = try Backfill(statement, tree: tree, directive)
            return nil
        } catch {
            self = error
        }
    }
}
