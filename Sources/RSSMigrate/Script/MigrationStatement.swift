import RSSCore
import RSSModel
import SQLScript

/// A statement of a migration: its text and place, what PostgreSQL's grammar makes of it, and how it is run.
package struct MigrationStatement: Sendable, Equatable {
    /// Text, place and comments.
    package let source: ScriptStatement
    /// What the grammar made of it.
    private let reading: Reading
    /// The directives right before it.
    package let directives: [Directive]
    /// How it is run.
    package let action: StatementAction
    /// What ``hash`` is made of.
    private let digest: StatementDigest

    /// What is asked of every statement while it is run.
    let traits: Traits

    /// What is known of the tree, which itself is not kept: a large file of data has hundreds of thousands.
    private indirect enum Reading: Sendable, Equatable {
        case read
        case refused(GrammarError)
        case tooLong
    }

    /// Properties of the tree.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        /// It begins, ends or divides a transaction.
        static let controlsTransaction = Traits(rawValue: 1)
        /// It changes settings of the session that outlive its transaction.
        static let setsSession = Traits(rawValue: 2)
        /// It is SET or RESET.
        static let setsVariable = Traits(rawValue: 4)
        /// It takes another role.
        static let setsRole = Traits(rawValue: 8)
        /// It asks for a lock that blocks writers.
        static let locksStrongly = Traits(rawValue: 16)
        /// It makes, changes or drops objects.
        static let definesObjects = Traits(rawValue: 32)
        /// Its text does not show what it does.
        static let isUnseen = Traits(rawValue: 64)
    }

    /// The parse tree, read again; nil where the grammar of PostgreSQL 15 refuses the statement, or it is too long to be
    /// read.
    package var tree: ParseNode? {
        guard reading == .read, case .tree(let tree)? = Parser.parse([text]).first else { return nil }
        return tree
    }

    /// Why the grammar refuses it; nil when it does not.
    package var grammarError: GrammarError? { if case .refused(let error) = reading { error } else { nil } }

    /// SHA-256 of the statement without comments and white space: what counts as the same statement.
    package var hash: String { digest.text }

    /// The statement as written.
    package var text: String { source.text }

    /// Which one in its file, from 1.
    package var ordinal: Int { source.ordinal }

    /// Reads a statement.
    ///
    /// - Parameter mode: what its file says of its transactions.
    /// - Throws: `DirectiveError`, ``MigrateError/backfillUnsuited(_:place:)``.
    init(
        _ source: ScriptStatement, _ outcome: Parser.Outcome, file: String, mode: Directive.Transaction? = nil
    ) throws {
        self.source = source
        let tree: ParseNode?
        switch outcome {
        case .tree(let read): (tree, reading) = (read, .read)
        case .refused(let error): (tree, reading) = (nil, .refused(error))
        case .tooLong: (tree, reading) = (nil, .tooLong)
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
        traits = Traits(tree, text: source.text)
        digest = StatementDigest(of: source.normalized + key)
    }

    /// Whether the statement begins, ends or divides a transaction.
    var isTransactionControl: Bool { traits.contains(.controlsTransaction) }

    /// Whether it changes settings of the session that outlive its transaction.
    var setsSession: Bool { traits.contains(.setsSession) }

    /// What it locks, as far as its text shows.
    var locks: [RelationLock] { tree.map { LockPrediction.locks(of: $0) } ?? [] }
}

extension MigrationStatement.Traits {
    /// Reads a tree; the first word is used instead where the statement was not parsed.
    init(_ tree: ParseNode?, text: String) {
        guard let tree else {
            let first = text.prefix { $0.isLetter }.lowercased()
            let isControl = ["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"]
                .contains(first)
            self = isControl ? [.controlsTransaction, .isUnseen] : .isUnseen
            return
        }
        self = TransactionMode.isTransactionControl(tree) ? .controlsTransaction : []
        if let node = tree.as("VariableSetStmt") {
            insert(.setsVariable)
            let isOfTransaction = ["TRANSACTION", "TRANSACTION SNAPSHOT"].contains(node.string("name") ?? "")
            if !node.flag("is_local"), !isOfTransaction { insert(.setsSession) }
            if node.string("name") == "role" { insert(.setsRole) }
        }
        // `SELECT set_config(…)` as pg_dump writes it.
        if let targets = tree.as("SelectStmt")?.list("targetList"), !targets.isEmpty,
            targets.allSatisfy({ $0.as("ResTarget")?["val"]?.as("FuncCall")?.names("funcname").last == "set_config" })
        {
            insert(.setsSession)
        }
        switch tree.tagged?.name {
        case "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "VariableSetStmt": break
        case "DoStmt", "CallStmt", "ExecuteStmt": insert(.isUnseen)
        case "SelectStmt": if !contains(.setsSession) { insert(.isUnseen) }
        default: insert(.definesObjects)
        }
        if LockPrediction.locks(of: tree).contains(where: { $0.mode >= .share }) { insert(.locksStrongly) }
    }
}
