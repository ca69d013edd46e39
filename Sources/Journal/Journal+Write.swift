import Foundation
import GRDB

extension Journal {
    /// Records that a run has begun.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, as all that write.
    package func begin(_ run: Run) throws { try write { try run.insert($0) } }

    /// Records how a run ended; the record replaces the one written at its begin.
    package func finish(_ run: Run) throws { try write { try run.upsert($0) } }

    /// Writes a phase that has ended.
    package func add(_ phase: RunPhase) throws { try write { try phase.upsert($0) } }

    /// Writes a warning or a note.
    package func add(_ message: RunMessage) throws { try write { try message.insert($0) } }

    /// Removes runs that began before a time, but keeps the given number of newest runs, and all that are running.
    ///
    /// - Returns: the number of runs removed, or that would be.
    package func prune(before: Date, keeping newest: Int, now: Date = Date(), dryRun: Bool) throws -> Int {
        try write { database in
            let rule = """
                FROM run WHERE started_at < ? AND (ended_at IS NOT NULL OR started_at < ?)
                AND id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT ?)
                """
            // A run without an end that is a week old was killed.
            let weekAgo = now.addingTimeInterval(-7 * 86_400)
            let arguments: StatementArguments = [
                Int64(before.timeIntervalSince1970 * 1000), Int64(weekAgo.timeIntervalSince1970 * 1000), newest,
            ]
            let count = try Int.fetchOne(database, sql: "SELECT count(*) \(rule)", arguments: arguments) ?? 0
            if !dryRun { try database.execute(sql: "DELETE \(rule)", arguments: arguments) }
            return count
        }
    }
}
