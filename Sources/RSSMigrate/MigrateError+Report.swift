import PostgresClient
import RSSModel
import SQLScript

extension MigrateError: ReportableError {
    package var report: ErrorReport {
        switch self {
        case .directoryUnreadable(let path, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-001", exit: .dataError, message: "the folder \(path) holds no migrations to read",
                detail: reason, hint: "name a folder of V0001__what_it_does.sql files with --directory")
        case .fileName(let file):
            ErrorReport(
                code: "RSS-MIGRATE-042", exit: .dataError, message: "\(file) is named almost like a migration",
                detail:
                    "it would be skipped; a name has letters, digits and underscores, a version numbers with dots between them",
                hint: "name it V0001__what_it_does.sql, V4.1__what_it_does.sql or R__what_it_makes.sql")
        case .reservedVersion(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-044", exit: .dataError,
                message: "version \(version) of \(file) is reserved for the migrations of rssctl itself",
                detail: "later releases of rssctl add migrations with versions below \(MigrationSource.firstOwn)",
                hint: "give the file a version from \(MigrationSource.firstOwn) on")
        case .duplicateVersion(let version, let files):
            ErrorReport(
                code: "RSS-MIGRATE-002", exit: .dataError, message: "version \(version) exists twice",
                detail: files.joined(separator: ", "), hint: "give one of the files another number")
        case .downWithoutUp(let file):
            ErrorReport(
                code: "RSS-MIGRATE-010", exit: .dataError, message: "\(file) reverts a migration that does not exist",
                hint: "name it as the migration is named, with .down.sql in place of .sql")
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
                    "remove the directive, and each statement is run as it needs; or put this one into a file of its own",
                place: place)
        case .transactionControl(let place):
            ErrorReport(
                code: "RSS-MIGRATE-009", exit: .dataError,
                message: "a migration must not begin, end or divide a transaction",
                hint: "remove the statement: each statement is run in a transaction wherever PostgreSQL allows it",
                place: place)
        case .repeatableNotTransactional(let place):
            ErrorReport(
                code: "RSS-MIGRATE-013", exit: .dataError,
                message: "a repeatable migration is run in one transaction, and this statement cannot be",
                hint: "put it into a versioned migration", place: place)
        case .backfillUnsuited(let error, let place):
            ErrorReport(
                code: "RSS-MIGRATE-014", exit: .dataError, message: error.message,
                hint: "rssctl:backfill belongs before one UPDATE or DELETE without RETURNING", place: place)
        case .backfillKey(let reason, let place):
            ErrorReport(
                code: "RSS-MIGRATE-015", exit: .dataError, message: "the key of a backfill cannot be used: \(reason)",
                hint: "name a column that is NOT NULL and with which an index begins: the primary key", place: place)
        case .syntax(let message, let place):
            ErrorReport(
                code: "RSS-MIGRATE-016", exit: .dataError, message: message,
                hint: "nothing was run; fix the file and run rssctl migrate again", place: place)
        case .checksumMismatch(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-003", exit: .pending,
                message: "\(file) was changed after version \(version) had been applied",
                hint:
                    "restore the file as it was, and put the change into a new migration; or accept it: rssctl migrate repair --accept \(version) --reason '…'"
            )
        case .unknownApplied(let version, let name):
            ErrorReport(
                code: "RSS-MIGRATE-004", exit: .pending,
                message: "the database has version \(version) (\(name)), which is not among the migrations here",
                hint:
                    "use the rssctl, or the folder, that applied it; folders beside the migrations of rssctl are named by migrate.directories"
            )
        case .outOfOrder(let version, let newest):
            ErrorReport(
                code: "RSS-MIGRATE-005", exit: .pending,
                message: "version \(version) is pending, though the newer version \(newest) was applied already",
                hint: "give the file a number above \(newest), or give --order non-linear or linear-skip")
        case .brokenChain(let version):
            ErrorReport(
                code: "RSS-MIGRATE-017", exit: .pending,
                message:
                    "the history of migrations was changed by hand: version \(version) does not follow from what is before it",
                detail: "a row of rssctl.migration was added, removed or changed",
                hint: "see what was done, then accept it: rssctl migrate repair --accept \(version) --reason '…'"
            )
        case .doneStatementChanged(let ordinal, let place):
            ErrorReport(
                code: "RSS-MIGRATE-018", exit: .pending,
                message: "statement \(ordinal) was changed after it had been done; the rest of the file is still to do",
                hint: "restore the statement as it was; what follows it may be changed", place: place)
        case .partlyReverted(let version):
            ErrorReport(
                code: "RSS-MIGRATE-027", exit: .pending,
                message: "version \(version) is half reverted: a run of migrate down was interrupted",
                hint: "revert it to the end: rssctl migrate down")
        case .noDownFile(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-028", exit: .dataError, message: "version \(version) has no file that reverts it",
                hint: "write \(file.dropLast(4)).down.sql beside it, and prove it: rssctl migrate verify --round-trip")
        case .notApplied(let version):
            ErrorReport(
                code: "RSS-MIGRATE-029", exit: .failed, message: "version \(version) is not applied",
                hint: "rssctl migrate status lists what is")
        case .noSuchVersion(let version):
            ErrorReport(
                code: "RSS-MIGRATE-040", exit: .dataError, message: "no migration has version \(version)",
                hint: "rssctl migrate status lists them")
        case .historyNotEmpty:
            ErrorReport(
                code: "RSS-MIGRATE-041", exit: .failed,
                message: "the database has a history of migrations already, so it needs no baseline",
                hint: "rssctl migrate status shows it")
        case .foreignTables(let names, let count):
            ErrorReport(
                code: "RSS-MIGRATE-046", exit: .failed,
                message: "the database has no history of migrations, and holds \(Self.list(names, of: count))",
                detail: "no migration of rssctl made them; it may be another application's database",
                hint:
                    "where the tables are those of the migrations: rssctl migrate baseline VERSION; to migrate beside them: --yes"
            )
        case .notOnePending(let files):
            ErrorReport(
                code: "RSS-MIGRATE-047", exit: .failed,
                message: files.isEmpty
                    ? "nothing is pending, and --expect-one expects one migration"
                    : "\(files.count) migrations are pending, and --expect-one expects one",
                detail: files.isEmpty ? nil : files.joined(separator: ", "), hint: "rssctl migrate status")
        case .drifted(let version, let differences):
            ErrorReport(
                code: "RSS-MIGRATE-048", exit: .pending,
                message:
                    "the schema is not as version \(version) left it: \(differences) object\(differences == 1 ? "" : "s") differ",
                detail: "nothing was run", hint: "rssctl migrate drift")
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
                hint: "try again when the sessions named have ended, or allow more with --lock-budget",
                blockers: blockers)
        case .lockLost:
            ErrorReport(
                code: "RSS-MIGRATE-019", exit: .failed,
                message: "a statement released the lock that prevents concurrent runs of migrate",
                hint: "remove DISCARD ALL and pg_advisory_unlock_all() from the file, and run rssctl migrate again")
        case .secondOverload(let functions, let place):
            ErrorReport(
                code: "RSS-MIGRATE-020", exit: .failed,
                message: "CREATE OR REPLACE would make a second function of the name, and its callers would fail",
                detail: functions.joined(separator: "; "),
                hint:
                    "write -- rssctl:replace before the statement: the old one is then dropped, and its grants go to the new one",
                place: place)
        }
    }
}

extension MigrateError {
    /// What to do about a statement that failed.
    private static func hint(_ error: PostgresError) -> String {
        if error.isConnectivity || error.sqlState?.rawValue.hasPrefix("57P") == true {
            return
                "the session was ended, and nothing of its transaction was kept; run rssctl migrate again: it resumes"
        }
        let endsTransaction: [SQLState?] = [.activeSQLTransaction, .invalidTransactionTermination]
        if endsTransaction.contains(error.sqlState) {
            return
                "begin the file with -- rssctl:transaction none, which runs each statement by itself, and run rssctl migrate again"
        }
        let fix = "nothing of its transaction was kept; fix the file and run rssctl migrate again"
        let isThere = ["42P07", "42710", "42P06", "42723", "42701"].contains(error.sqlState?.rawValue ?? "")
        return isThere
            ? "\(fix); where the database has what the migrations make already: rssctl migrate baseline VERSION" : fix
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
        case .metaCommand("\\."): "write INSERT statements, or load the rows with rssctl bulk import"
        case .metaCommand("\\restrict"), .metaCommand("\\unrestrict"):
            "pg_dump wrote it for psql: remove it, or dump with rssctl migrate dump"
        case .metaCommand: "remove it; what it includes must be a migration of its own"
        case .notUTF8: "convert it: iconv -f WINDOWS-1252 -t UTF-8 for what Windows wrote"
        case .nulByte: "remove it"
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
