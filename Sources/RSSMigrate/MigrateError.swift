import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// What keeps migrations from being applied.
package enum MigrateError: Error, Equatable {
    /// The folder of migrations cannot be read, or holds none.
    case directoryUnreadable(String, reason: String)
    /// A file is named almost like a migration.
    case fileName(String)
    /// A file beside those of rssctl has a version that is reserved for rssctl.
    case reservedVersion(MigrationVersion, file: String)
    /// Two files have the same version.
    case duplicateVersion(MigrationVersion, files: [String])
    /// A file that reverts a migration has no migration to revert.
    case downWithoutUp(file: String)
    /// A file is not an SQL script.
    case unreadable(ScriptError, file: String)
    /// A comment begins like a directive and is not one.
    case directive(DirectiveError, file: String)
    /// A file says of itself how it is run, and its statements say otherwise.
    case transactionDirective(place: SourcePlace)
    /// A file begins, ends or divides a transaction.
    case transactionControl(place: SourcePlace)
    /// A repeatable file has a statement that cannot run in a transaction.
    case repeatableNotTransactional(place: SourcePlace)
    /// A statement cannot be cut into batches.
    case backfillUnsuited(BackfillError, place: SourcePlace)
    /// The key column of a backfill cannot be used; the reason.
    case backfillKey(String, place: SourcePlace)
    /// A statement that the grammar does not accept, found before anything was run.
    case syntax(String, place: SourcePlace)

    /// A file was changed after it had been applied.
    case checksumMismatch(version: MigrationVersion, file: String)
    /// The database has a migration that the source does not know.
    case unknownApplied(version: MigrationVersion, name: String)
    /// A pending migration is older than one that was applied.
    case outOfOrder(version: MigrationVersion, newest: MigrationVersion)
    /// The rows of the history do not follow from each other.
    case brokenChain(version: MigrationVersion)
    /// A statement of a file that was begun was changed after it had been done.
    case doneStatementChanged(ordinal: Int, place: SourcePlace)

    /// A run that reverted a migration was interrupted.
    case partlyReverted(version: MigrationVersion)
    /// A migration has no file that reverts it.
    case noDownFile(version: MigrationVersion, file: String)
    /// A version is not applied.
    case notApplied(version: MigrationVersion)
    /// A version is not among the files.
    case noSuchVersion(MigrationVersion)
    /// A database that has a history already is to be given a baseline.
    case historyNotEmpty
    /// A database without a history holds tables, the first few of them named.
    case foreignTables([String], count: Int)
    /// Not exactly one migration is pending.
    case notOnePending([String])
    /// The schema is not as the last migration left it.
    case drifted(version: MigrationVersion, differences: Int)

    /// A statement failed; nothing of its transaction was kept.
    case statementFailed(PostgresError, place: SourcePlace)
    /// No lock could be acquired within the budget.
    case lockBudgetSpent(file: String, budget: String, blockers: [BlockingSession])
    /// A statement gave the session's lock back.
    case lockLost
    /// A repeatable file has made a second function of a name.
    case secondOverload([String], place: SourcePlace)
}
