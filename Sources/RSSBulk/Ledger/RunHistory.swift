import Foundation
import PostgresClient
import RSSCore

/// A bulk run as it is recorded in the database.
package struct RunHistoryEntry: Sendable, Equatable, Encodable {
    /// The id, by which it can be undone.
    package let run: String
    /// `import`, `update`, `delete`.
    package let operation: String
    /// What was loaded: `hardware`.
    package let object: String
    /// The file.
    package let file: String
    /// When it began.
    package let startedAt: Date
    /// When it ended; nil while it loads, or when it was interrupted.
    package let endedAt: Date?
    /// The role.
    package let by: String
    /// Rows of the file.
    package let read: Int64
    /// Those that were rejected.
    package let rejected: Int64
    /// Rows that were new.
    package let inserted: Int64
    /// Rows that were changed.
    package let updated: Int64
    /// Rows that were deleted.
    package let deleted: Int64
    /// Rows that were left as they are.
    package let unchanged: Int64
    /// `loading`, `done`, `undone`; `interrupted` where it began to load, did not end, and no session works on it.
    package internal(set) var state: String
    /// Until when it can be undone.
    package let undoUntil: Date
}

/// Lists bulk runs.
package enum RunHistory {
    /// The newest runs, the newest first.
    ///
    /// - Throws: `PostgresError`.
    package static func list(_ connection: PostgresConnection, limit: Int) async throws -> [RunHistoryEntry] {
        guard try await BookkeepingSchema.found(connection) ?? 0 >= 4 else { return [] }
        var runs = try await connection.query(SQLResource(PackageResources.bulk_history_sql).text, [Int64(limit)]).map {
            row in
            RunHistoryEntry(
                run: try row.decode(String.self, "run_id"), operation: try row.decode(String.self, "operation"),
                object: try row.decode(String.self, "object"), file: try row.decode(String.self, "file_name"),
                startedAt: try row.decode(Date.self, "started_at"), endedAt: try row.decode(Date?.self, "ended_at"),
                by: try row.decode(String.self, "by"), read: try row.decode(Int64.self, "read"),
                rejected: try row.decode(Int64.self, "rejected"), inserted: try row.decode(Int64.self, "inserted"),
                updated: try row.decode(Int64.self, "updated"), deleted: try row.decode(Int64.self, "deleted"),
                unchanged: try row.decode(Int64.self, "unchanged"), state: try row.decode(String.self, "state"),
                undoUntil: try row.decode(Date.self, "undo_until"))
        }
        guard runs.contains(where: { $0.state == "loading" }) else { return runs }
        let held = Set(
            try await connection.query(SQLResource(PackageResources.bulk_locks_sql).text).map {
                try $0.decode(Int64.self, at: 0)
            })
        for index in runs.indices where runs[index].state == "loading" {
            if !held.contains(BulkLedger.lock(runs[index].run).key) { runs[index].state = "interrupted" }
        }
        return runs
    }
}
