import RSSModel
import SQLScript

/// A statement of a migration: its text and place, what PostgreSQL's grammar makes of it, and how it is run.
public struct MigrationStatement: Sendable, Equatable {
    /// Text, place and comments.
    public let source: ScriptStatement
    /// The parse tree; nil where the grammar refuses the statement, or it is too long to be read.
    public let tree: ParseNode?
    /// Why the grammar refuses it; nil when it does not.
    public let grammarError: GrammarError?
    /// The directives right before it.
    public let directives: [Directive]
    /// How it is run.
    public let action: StatementAction
    /// SHA-256 of the statement without comments and white space: what counts as the same statement.
    public let hash: String

    /// The statement as written.
    public var text: String { source.text }

    /// Which one in its file, from 1.
    public var ordinal: Int { source.ordinal }

    /// Reads a statement.
    ///
    /// - Parameter mode: what its file says of its transactions.
    /// - Throws: `DirectiveError`, ``MigrateError/backfillUnsuited(_:place:)``.
    init(
        _ source: ScriptStatement, _ outcome: Parser.Outcome, file: String, mode: Directive.Transaction? = nil
    ) throws {
        self.source = source
        (tree, grammarError) =
            switch outcome {
            case .tree(let tree): (tree, nil)
            case .refused(let error): (nil, error)
            case .tooLong: (nil, nil)
            }
        directives = try source.comments.compactMap { comment in
            do {
                return try Directive.parse(comment)
            } catch let error as DirectiveError {
                throw MigrateError.directive(error, file: file)
            }
        }
        let backfill = directives.lazy.compactMap { if case .backfill(let backfill) = $0 { backfill } else { nil } }
        do {
            action = try StatementAction(source, tree: tree, backfill: backfill.first, mode: mode)
        } catch {
            throw MigrateError.backfillUnsuited(error, place: SourcePlace(source.position, in: file))
        }
        // A checkpoint means something along the key only by which it was made.
        let key = backfill.first.map { "\nkey \($0.key)" } ?? ""
        hash = Digest.sha256.hex((source.normalized + key).utf8)
    }

    /// Whether the statement begins, ends or divides a transaction, told by its first word where it was not parsed.
    var isTransactionControl: Bool {
        if let tree { return TransactionMode.isTransactionControl(tree) }
        let first = source.text.prefix { $0.isLetter }.lowercased()
        return ["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"].contains(first)
    }

    /// Whether it changes settings of the session that outlive its transaction: SET, or `SELECT set_config(…)` as pg_dump
    /// writes it.
    var setsSession: Bool {
        if let node = tree?.as("VariableSetStmt") {
            return !node.flag("is_local")
                && !["TRANSACTION", "TRANSACTION SNAPSHOT"].contains(node.string("name") ?? "")
        }
        guard let targets = tree?.as("SelectStmt")?.list("targetList"), !targets.isEmpty else { return false }
        return targets.allSatisfy {
            $0.as("ResTarget")?["val"]?.as("FuncCall")?.names("funcname").last == "set_config"
        }
    }

    /// What it locks, as far as its text tells.
    var locks: [RelationLock] { tree.map { LockPrediction.locks(of: $0) } ?? [] }
}
