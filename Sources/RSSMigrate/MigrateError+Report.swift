import PostgresClient
import RSSModel
import SQLScript

extension MigrateError: ReportableError {
    package var report: ErrorReport {
        switch self {
        case .directoryUnreadable(let path, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-001", exit: .dataError, message: "the folder \(path) holds no migrations to read",
                detail: reason, hint: "Give a folder of files such as V0001__what_it_does.sql with --directory.")
        case .fileName(let file):
            ErrorReport(
                code: "RSS-MIGRATE-042", exit: .dataError, message: "\(file) is named almost like a migration",
                detail:
                    "It would be skipped. A name has letters, digits and underscores, and a version is numbers with dots between them.",
                hint: "Name it V0001__what_it_does.sql, V4.1__what_it_does.sql or R__what_it_makes.sql.")
        case .reservedVersion(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-044", exit: .dataError,
                message: "version \(version) of \(file) is reserved for the migrations of rssctl itself",
                detail: "Later releases of rssctl add migrations with versions below \(MigrationSource.firstOwn).",
                hint: "Give the file the version \(MigrationSource.firstOwn) or a higher one.")
        case .duplicateVersion(let version, let files):
            ErrorReport(
                code: "RSS-MIGRATE-002", exit: .dataError, message: "version \(version) exists twice",
                detail: "Files: \(files.joined(separator: ", ")).", hint: "Give one of the files another number.")
        case .downWithoutUp(let file):
            ErrorReport(
                code: "RSS-MIGRATE-010", exit: .dataError, message: "\(file) reverts a migration that does not exist",
                hint: "Name it as the migration is named, with .down.sql in place of .sql.")
        case .unreadable(let error, let file):
            ErrorReport(
                code: "RSS-MIGRATE-008", exit: .dataError, message: "\(file) is not an SQL script: \(error.message)",
                hint: error.hint, place: SourcePlace(error.position, in: file))
        case .directive(let error, let file):
            ErrorReport(
                code: "RSS-MIGRATE-011", exit: .dataError, message: error.message, hint: error.hint,
                place: SourcePlace(error.position, in: file))
        case .transactionDirective(let place):
            ErrorReport(
                code: "RSS-MIGRATE-012", exit: .dataError,
                message: "the file says 'rssctl:transaction file', and this statement cannot run in a transaction",
                hint:
                    "Remove the directive, and each statement is run as it needs; or put this one into a file of its own.",
                place: place)
        case .transactionControl(let place):
            ErrorReport(
                code: "RSS-MIGRATE-009", exit: .dataError,
                message: "a migration must not begin, end or divide a transaction",
                hint: "Remove the statement: each statement is run in a transaction wherever PostgreSQL allows it.",
                place: place)
        case .repeatableNotTransactional(let place):
            ErrorReport(
                code: "RSS-MIGRATE-013", exit: .dataError,
                message: "a repeatable migration is run in one transaction, and this statement cannot be",
                hint: "Put it into a versioned migration.", place: place)
        case .backfillUnsuited(let error, let place):
            ErrorReport(
                code: "RSS-MIGRATE-014", exit: .dataError, message: error.message,
                hint: "Write rssctl:backfill before one UPDATE or DELETE without RETURNING.", place: place)
        case .backfillKey(let reason, let place):
            ErrorReport(
                code: "RSS-MIGRATE-015", exit: .dataError, message: "the key of a backfill cannot be used: \(reason)",
                hint: "Name a column that is NOT NULL and with which an index begins, as the primary key.", place: place
            )
        case .syntax(let message, let place):
            ErrorReport(
                code: "RSS-MIGRATE-016", exit: .dataError, message: message,
                hint: "Nothing was run. Fix the file and run it again: rssctl migrate", place: place)
        case .checksumMismatch(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-003", exit: .pending,
                message: "\(file) was changed after version \(version) had been applied",
                hint:
                    "Restore the file as it was, and put the change into a new migration; or accept it: rssctl migrate repair --accept \(version) --reason '…'"
            )
        case .unknownApplied(let version, let name):
            ErrorReport(
                code: "RSS-MIGRATE-004", exit: .pending,
                message: "the database has version \(version) (\(name)), which is not among the migrations here",
                hint:
                    "Use the version of rssctl, or the folder, that applied it. The setting migrate.directories names folders beside the migrations of rssctl."
            )
        case .outOfOrder(let version, let newest):
            ErrorReport(
                code: "RSS-MIGRATE-005", exit: .pending,
                message: "version \(version) is pending, though the newer version \(newest) was applied already",
                hint: "Give the file a number above \(newest), or give --order non-linear or --order linear-skip.")
        case .brokenChain(let version):
            ErrorReport(
                code: "RSS-MIGRATE-017", exit: .pending,
                message:
                    "the history of migrations was changed by hand: version \(version) does not follow from what is before it",
                detail: "A row of rssctl.migration was added, removed or changed.",
                hint: "Check what was done, then accept it: rssctl migrate repair --accept \(version) --reason '…'"
            )
        case .doneStatementChanged(let ordinal, let place):
            ErrorReport(
                code: "RSS-MIGRATE-018", exit: .pending,
                message: "statement \(ordinal) was changed after it had been done; the rest of the file is still to do",
                hint: "Restore the statement as it was. What follows it may be changed.", place: place)
        case .partlyReverted(let version):
            ErrorReport(
                code: "RSS-MIGRATE-027", exit: .pending,
                message: "version \(version) is half reverted: a run of migrate down was interrupted",
                hint: "Revert the rest of it: rssctl migrate down")
        case .noDownFile(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-028", exit: .dataError, message: "version \(version) has no file that reverts it",
                hint: "Write \(file.dropLast(4)).down.sql beside it, and test it: rssctl migrate verify --round-trip")
        case .notApplied(let version):
            ErrorReport(
                code: "RSS-MIGRATE-029", exit: .failed, message: "version \(version) is not applied",
                hint: "List the versions that are applied: rssctl migrate status")
        case .noSuchVersion(let version):
            ErrorReport(
                code: "RSS-MIGRATE-040", exit: .dataError, message: "no migration has version \(version)",
                hint: "List the versions: rssctl migrate status")
        case .historyNotEmpty:
            ErrorReport(
                code: "RSS-MIGRATE-041", exit: .failed,
                message: "the database has a history of migrations already, so it needs no baseline",
                hint: "See the history: rssctl migrate status")
        case .foreignTables(let names, let count):
            ErrorReport(
                code: "RSS-MIGRATE-046", exit: .failed,
                message: "the database has no history of migrations, and holds \(Self.list(names, of: count))",
                detail: "No migration of rssctl made them. It may be another application's database.",
                hint:
                    "Give --yes to migrate beside them. If they are the tables of the migrations, mark those as applied: rssctl migrate baseline VERSION"
            )
        case .notOnePending(let files):
            ErrorReport(
                code: "RSS-MIGRATE-047", exit: .failed,
                message: files.isEmpty
                    ? "nothing is pending, and --expect-one expects one migration"
                    : "\(files.count) migrations are pending, and --expect-one expects one",
                detail: files.isEmpty ? nil : "Files: \(files.joined(separator: ", ")).", hint: "rssctl migrate status")
        case .drifted(let version, let differences):
            ErrorReport(
                code: "RSS-MIGRATE-048", exit: .pending,
                message:
                    "the schema is not as version \(version) left it: \(differences) object\(differences == 1 ? "" : "s") differ",
                detail: "Nothing was run.", hint: "rssctl migrate drift")
        case .statementFailed(let error, let place):
            ErrorReport(
                code: "RSS-MIGRATE-006", exit: error.isConnectivity ? .unavailable : .failed,
                message: error.message, detail: error.detail ?? error.context,
                hint: error.hint ?? Self.hint(error),
                sqlState: error.sqlState?.rawValue, place: place)
        case .lockBudgetSpent(let file, let budget, let blockers):
            ErrorReport(
                code: "RSS-MIGRATE-007", exit: .tryAgain,
                message: "no lock for \(file) could be acquired within \(budget)",
                hint: "Try again when the sessions named have ended, or allow more time with --lock-budget.",
                blockers: blockers)
        case .lockLost:
            ErrorReport(
                code: "RSS-MIGRATE-019", exit: .failed,
                message: "a statement released the lock that prevents concurrent runs of migrate",
                hint: "Remove DISCARD ALL and pg_advisory_unlock_all() from the file, and run it again: rssctl migrate")
        case .secondOverload(let functions, let place):
            ErrorReport(
                code: "RSS-MIGRATE-020", exit: .failed,
                message: "CREATE OR REPLACE would make a second function of the name, and its callers would fail",
                detail: "Functions: \(functions.joined(separator: "; ")).",
                hint:
                    "Write -- rssctl:replace before the statement: the old function is then dropped, and its grants go to the new one.",
                place: place)
        }
    }
}

extension MigrateError {
    /// What to do about a statement that failed.
    private static func hint(_ error: PostgresError) -> String {
        if error.isConnectivity || error.sqlState?.rawValue.hasPrefix("57P") == true {
            return
                "The session was ended, and its transaction was rolled back. Run the command again, which resumes: rssctl migrate"
        }
        let endsTransaction: [SQLState?] = [.activeSQLTransaction, .invalidTransactionTermination]
        if endsTransaction.contains(error.sqlState) {
            return
                "Begin the file with -- rssctl:transaction none, which runs each statement by itself, and run it again: rssctl migrate"
        }
        let fix = "Its transaction was rolled back. Fix the file and run it again: rssctl migrate"
        let isThere = ["42P07", "42710", "42P06", "42723", "42701"].contains(error.sqlState?.rawValue ?? "")
        return isThere
            ? "\(fix); if the database already has what the migrations create: rssctl migrate baseline VERSION" : fix
    }

    /// `tables a, b and 7 others`
    private static func list(_ names: [String], of count: Int) -> String {
        let rest = count - names.count
        let words = names.joined(separator: ", ")
        return "\(count == 1 ? "the table" : "the tables") \(words)\(rest > 0 ? " and \(rest) more" : "")"
    }
}

extension ScriptError {
    /// One sentence without a full stop.
    var message: String {
        switch problem {
        case .unterminated(let what): "the \(what) that begins here is never closed"
        case .unopenedParenthesis: "this closing parenthesis has no opening one"
        case .unclosedParenthesis: "this parenthesis is never closed"
        case .metaCommand("\\."): "the rows of a COPY … FROM stdin cannot be part of a migration"
        case .metaCommand(let command): "\(command) is a command of psql, not SQL"
        case .nulByte: "a NUL byte, where libpq would cut the statement"
        case .notUTF8: "here it is not UTF-8"
        }
    }

    /// The next step.
    var hint: String? {
        switch problem {
        case .metaCommand("\\."): "Write INSERT statements, or load the rows: rssctl bulk import"
        case .metaCommand("\\restrict"), .metaCommand("\\unrestrict"):
            "Remove it: pg_dump wrote it for psql. Or dump the structure with: rssctl migrate dump"
        case .metaCommand: "Remove it. What it includes must be a migration of its own."
        case .notUTF8: "Convert the file, from the encoding of Windows for example: iconv -f WINDOWS-1252 -t UTF-8"
        case .nulByte: "Remove it."
        default: nil
        }
    }
}

extension MigrateError {
    /// What to do about a statement that the server refused and said nothing more of.
}

extension BackfillError {
    /// One sentence without a full stop.
    var message: String {
        switch problem {
        case .noChange: "only an UPDATE or DELETE can be run in batches"
        case .returning: "a statement that is run in batches cannot return rows"
        case .changesKey: "a statement that is run in batches cannot change the key of its batches"
        }
    }
}
