import RSSCore
import SQLScript

extension LintRule {
    /// What concerns the transaction and the session that a file is run in.
    static let transactions: [LintRule] = [
        LintRule(
            "transaction-statement", .error, "A file begins, ends or divides a transaction itself",
            why:
                "rssctl opens the transactions, and records what was done in them. Statements that cannot share one are "
                + "run by themselves without a directive."
        ) { context in
            if !context.statement.isAlone, let word = endsTransaction(context.node("DoStmt")) {
                return [
                    LintHit(
                        "\(word) in a DO block fails in a transaction; begin the file with -- rssctl:transaction none")
                ]
            }
            guard TransactionMode.isTransactionControl(context.tree) else { return [] }
            return [LintHit("remove \(context.effect.command): rssctl opens and ends the transaction")]
        },
        LintRule(
            "transaction-mode", .error, "The transaction directive does not agree with the statements",
            why:
                "Whether a statement may run in a transaction is decided by PostgreSQL; transaction none suits any statement."
        ) { context in
            let modes = context.file.statements.first?.directives.compactMap {
                if case .transaction(let mode) = $0.directive { mode } else { nil }
            }
            return (modes ?? []).compactMap { mode in
                guard mode == .file, !context.effect.runsInTransaction else { return nil }
                return LintHit(
                    "\(context.effect.command) cannot run in a transaction, and the file says transaction file")
            }
        },
        LintRule(
            "repeatable-not-transactional", .error,
            "A repeatable file has a statement that cannot run in a transaction",
            why:
                "A repeatable file is run again as a whole, or not at all. Such a statement belongs in a versioned file."
        ) { context in
            guard context.file.kind == .repeatable, !context.effect.runsInTransaction else { return [] }
            return [LintHit("put \(context.effect.command) into a versioned file")]
        },
        LintRule(
            "mixed-transaction", .info, "A file is run in more than one transaction",
            why: "If it fails in the middle, what came before stays; the next run resumes at the statement that failed."
        ) { context in
            guard !context.effect.runsInTransaction, context.file.statements.count > 1,
                context.file.statements[..<context.index].allSatisfy(\.mayShareTransaction),
                // The file says so itself.
                !context.statement.isAlone
            else { return [] }
            return [LintHit("\(context.effect.command) is run by itself; what comes before it is committed first")]
        },
        LintRule(
            "session-state", .error, "A statement discards the state of the session",
            why: "DISCARD and pg_advisory_unlock_all release the lock against concurrent migrations; a session-level "
                + "advisory lock of a file is never released."
        ) { context in
            if let discard = context.node("DiscardStmt"), discard.string("target") == "DISCARD_ALL" {
                return [LintHit("DISCARD ALL releases the lock that prevents concurrent migrations")]
            }
            return calls(
                context,
                where: {
                    $0.hasPrefix("pg_advisory_") && !$0.hasPrefix("pg_advisory_xact_")
                        || $0.hasPrefix("pg_try_advisory_lock")
                }
            )
            .map {
                LintHit("\($0)() changes session locks; use pg_advisory_xact_lock(), which ends with the transaction")
            }
        },
        LintRule(
            "lock-timeout-set", .warning, "A file sets lock_timeout or statement_timeout itself",
            why:
                "rssctl bounds each wait for a lock by the kind of statement, and tries again; a value of the file's own "
                + "undoes that, and a timeout on a concurrent build leaves an invalid index."
        ) { context in
            guard let set = context.node("VariableSetStmt"), let name = set.string("name"),
                ["lock_timeout", "statement_timeout"].contains(name), set.string("kind") == "VAR_SET_VALUE"
            else { return [] }
            return [LintHit("remove SET \(name): rssctl bounds the waits by its lock policy (--lock-budget)")]
        },
        longWork, validateInSameTransaction,
    ]

    /// The word by which a block ends a transaction: COMMIT or ROLLBACK as a statement of PL/pgSQL.
    private static func endsTransaction(_ block: ParseNode?) -> String? {
        let body = block?.list("args").lazy.compactMap { $0.as("DefElem") }.first { $0.string("defname") == "as" }
        guard let text = body?["arg"]?.as("String")?.string("sval") else { return nil }
        let bytes = Array(text.utf8)
        var lexer = Lexer(bytes)
        var begins = true
        // A body that cannot be read as SQL is one of another language.
        while let token = try? lexer.next() {
            if token.isComment { continue }
            let word = token.kind == .word ? String(decoding: bytes[token.range], as: UTF8.self).uppercased() : ""
            if begins, ["COMMIT", "ROLLBACK"].contains(word) { return word }
            begins = token.kind == .semicolon || ["BEGIN", "THEN", "ELSE", "LOOP"].contains(word)
        }
        return nil
    }

    private static let longWork = LintRule(
        "long-work-behind-lock", .warning, "Long work follows a strong lock in the same transaction",
        why:
            "A lock is held to the end of its transaction. Long work in between blocks every session that needs the "
            + "table. Put it into a file of its own."
    ) { context in
        // Of a statement that was not read nothing is said, also not that it works long.
        guard context.effect.runsInTransaction, context.effect.isRead, !context.statement.isBackfill,
            [.proportional, .unknown].contains(context.effect.duration),
            context.effect.work.contains(where: { work in
                work == .unseen || work.relation.map { context.exists($0) && !context.isSmall($0) } == true
            })
        else { return [] }
        // What cannot be seen counts as short where no lock blocks readers.
        let floor: LockMode = context.effect.duration == .unknown ? .accessExclusive : .share
        guard
            let held = context.before.last(where: { earlier in
                guard let lock = earlier.lock, lock.mode >= floor, lock.mode.stopsWriters else { return false }
                // No session waits for a table that is dropped.
                return earlier.effect.command != "DROP TABLE" || context.catalog.relation(lock.relation) != nil
            }),
            let lock = held.lock, !isValidation(context)
        else { return [] }
        return [
            LintHit(
                "\(context.effect.command) runs while \(lock.relation.quoted) is locked (\(lock.mode.name)) by the statement of line \(held.statement.source.position.line); put it into a file of its own"
            )
        ]
    }

    private static let validateInSameTransaction = LintRule(
        "validate-in-same-transaction", .warning, "VALIDATE CONSTRAINT in the transaction that added the constraint",
        why:
            "NOT VALID keeps the lock short; the validation in the same transaction holds it for the whole scan after all."
    ) { context in
        context.alterations("AT_ValidateConstraint").compactMap { alteration in
            guard
                let held = context.before.last(where: {
                    $0.lock.map { context.catalog.resolve($0.relation) } == context.catalog.resolve(alteration.table)
                        && $0.lock?.mode.stopsWriters == true
                })
            else { return nil }
            return LintHit(
                "the lock of line \(held.statement.source.position.line) is held while \(alteration.table.quoted) is scanned; put VALIDATE into a file of its own",
                rewrite: "\(alteration.head) VALIDATE CONSTRAINT \(RelationName(name: alteration.name).quoted);")
        }
    }

    private static func isValidation(_ context: LintContext) -> Bool {
        !context.alterations("AT_ValidateConstraint").isEmpty
    }

    /// The names of the functions that a SELECT calls and that match.
    static func calls(_ context: LintContext, where isMeant: (String) -> Bool) -> [String] {
        guard let select = context.node("SelectStmt") else { return [] }
        var found: [String] = []
        select.walk { type, node in
            guard type == "FuncCall", let name = node.names("funcname").last, isMeant(name) else { return }
            found.append(name)
        }
        return found
    }
}
