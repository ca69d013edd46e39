import RSSModel
import SQLScript

extension LintRule {
    /// What prevents a file from being run at all.
    static let script: [LintRule] = [
        unreadableScript, psqlCommand,
        LintRule(
            "syntax-error", .error, "PostgreSQL's grammar does not accept the statement",
            why:
                "It would fail when it is run, after the statements before it. The grammar is that of PostgreSQL 15; without a "
                + "database, --server-version names a later one that the file is for."
        ) { context in
            guard case .refused(let error) = context.statement.outcome, !isForLaterServer(context) else { return [] }
            return [LintHit(error.message, character: error.character)]
        },
        LintRule(
            "unknown-statement", .info, "A statement cannot be judged: it is newer than the grammar, or too long",
            why:
                "The server is newer than the grammar that rssctl reads SQL with, and may know the statement. What it locks, "
                + "rewrites and reads is unknown; the other statements of the file are judged as usual."
        ) { context in
            switch context.statement.outcome {
            case .tree: return []
            case .tooLong:
                return [LintHit("not judged: \(context.text.utf8.count) bytes are more than rssctl parses")]
            case .refused(let error):
                guard isForLaterServer(context) else { return [] }
                return [
                    LintHit(
                        "unknown to the grammar of PostgreSQL \(Parser.grammarMajor), and the server is of \(context.catalog.serverVersion / 10_000): what it locks and does is not known (\(error.message))",
                        character: error.character)
                ]
            }
        },
        LintRule(
            "directive", .error, "A comment begins with rssctl: and is not a directive",
            why: "A misspelled directive would be silently ignored."
        ) { context in
            context.statement.directiveErrors.map { LintHit("\($0.message). \($0.hint)", place: $0.position) }
                + misplaced(context)
        },
        LintRule(
            "duplicate-version", .error, "Two files have one version",
            why: "Two branches took the same number. migrate refuses both; the one that was applied hides the other."
        ) { _ in [] },
        LintRule(
            "out-of-order", .error, "A file is older than an existing one",
            why:
                "Where the newer one was applied, migrate refuses it, or with --order linear-skip never runs it. Found with a "
                + "database, with --since and with --base; not with --order non-linear, which applies it."
        ) { _ in [] },
        LintRule(
            "changed-after-applied", .error, "A file is not what was applied under its version",
            why:
                "The database has what the file said then; a new database gets what it says now. Found with a database."
        ) { _ in [] },
        LintRule(
            "copy-from-stdin", .error, "COPY … FROM stdin has no data to read",
            why: "The rows of a dump are between marks of psql, which only psql reads."
        ) { context in
            guard let copy = context.node("CopyStmt"), copy.flag("is_from"), copy.string("filename") == nil,
                !copy.flag("is_program")
            else { return [] }
            return [LintHit("COPY FROM stdin gets no rows from a migration; write them as INSERT")]
        },
        LintRule(
            "allow-unknown", .error, "A directive allows an unknown rule",
            why: "It would silently allow nothing."
        ) { _ in [] },
        LintRule(
            "allow-unused", .warning, "A directive allows what is not found",
            why: "If it stays, it would allow the same fault when it is made later."
        ) { _ in [] },
    ]

    /// Whether the server may know what the grammar does not.
    private static func isForLaterServer(_ context: LintContext) -> Bool {
        context.catalog.serverVersion / 10_000 > Parser.grammarMajor
    }

    private static let unreadableScript = LintRule(
        "unreadable-script", .error, "The file cannot be divided into statements",
        why: "A quote, a comment or a parenthesis is never closed, or the file is not UTF-8 text."
    ) { _ in [] }

    private static let psqlCommand = LintRule(
        "psql-command", .error, "A command of psql is in the file",
        why: "\\i, \\copy, \\gexec and their like are run by psql, not by the server."
    ) { _ in [] }

    /// The finding for a file that cannot be read.
    static func unreadable(_ problem: ScriptError, file: String) -> LintFinding {
        let (rule, message): (LintRule, String) =
            switch problem.problem {
            case .metaCommand(let command): (psqlCommand, "\(command) is a command of psql, not SQL")
            case .unterminated(let what): (unreadableScript, "the \(what) that begins here is never closed")
            case .unopenedParenthesis: (unreadableScript, "this closing parenthesis has no opening one")
            case .unclosedParenthesis: (unreadableScript, "this parenthesis is never closed")
            case .nulByte: (unreadableScript, "the file holds a NUL byte")
            case .notUTF8:
                (
                    unreadableScript,
                    "the file is not UTF-8 text from here on; iconv -f WINDOWS-1252 -t UTF-8 converts what Windows wrote"
                )
            }
        return LintFinding(
            rule: rule.id, severity: .error,
            place: SourcePlace(file: file, line: problem.position.line, column: problem.position.column),
            message: message)
    }

    /// Directives that are before the wrong statement.
    private static func misplaced(_ context: LintContext) -> [LintHit] {
        let type = context.tree.tagged?.name ?? ""
        return context.statement.directives.compactMap { directive, position in
            switch directive {
            case .transaction where context.index > 0, .allowFile where context.index > 0:
                LintHit("this directive is for the whole file and belongs before its first statement", place: position)
            case .backfill(let backfill):
                BackfillError(context.statement.source, tree: context.tree, backfill).map {
                    LintHit($0.message, place: position)
                }
            case .replace where context.file.kind != .repeatable:
                LintHit("replace is for repeatable files, R__….sql; here DROP what is to be replaced", place: position)
            case .replace where !["CreateFunctionStmt", "ViewStmt", "CreateTableAsStmt"].contains(type):
                LintHit("replace belongs before a function or a view", place: position)
            default: nil
            }
        }
    }
}
