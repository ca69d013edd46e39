import PostgresClient
import RSSCore

/// A run as the ledger has it, checked before anything is done for it.
struct UndoRun: Sendable {
    let id: String
    /// Its table, from the program's own list.
    let table: ImportTable
    /// The table as statements name it.
    let relation: String
    let file: String
    /// The role that wrote it.
    let author: String
    /// Whether that is the session's role.
    let isOwn: Bool

    /// Finds a run that the session's role may undo.
    ///
    /// What a row of the ledger names decides over the rows of a table, and a role that may import can write such a row. So a
    /// run of another role is undone only where that role is named, and never with `--force`: then each row
    /// must be as the run's own transaction left it.
    ///
    /// - Parameters:
    ///   - name: the id of the run, or what it begins or ends with; `last` for the newest of the author.
    ///   - author: the role that wrote it; nil: the session's own.
    /// - Throws: ``RunUndoError``, `PostgresError`.
    static func find(
        _ name: String, author: String?, force: Bool, _ connection: PostgresConnection
    ) async throws -> UndoRun {
        let rows = try await connection.query(SQLResource(PackageResources.bulk_run_sql).text, [name, author])
        guard let row = rows.first else { throw RunUndoError.unknown(name) }
        if rows.count > 1, name != "last" { throw RunUndoError.ambiguous(name) }
        let id = try row.decode(String.self, "run_id")
        if try row.decode(String.self, "state") == "undone" { throw RunUndoError.undone(id) }
        if try row.decode(Bool.self, "is_over") { throw RunUndoError.over(id) }
        let (object, recorded) = try (row.decode(String.self, "object"), row.decode(String.self, "table_name"))
        guard let table = ImportTable.all.first(where: { $0.object == object && $0.isRecorded(as: recorded) }) else {
            throw RunUndoError.foreignTable(id, object: object, table: recorded)
        }
        let run = UndoRun(
            id: id, table: table, relation: try await ApplicationTables(connection).name(table.table),
            file: try row.decode(String.self, "file_name"),
            author: try row.decode(String.self, "by"), isOwn: try row.decode(Bool.self, "is_own"))
        if run.isOwn, author == nil || author == run.author { return run }
        guard author == run.author else { throw RunUndoError.otherAuthor(id, author: run.author) }
        guard try row.decode(Bool.self, "may_act") else { throw RunUndoError.notMember(id, author: run.author) }
        if force { throw RunUndoError.forceOfOther(id, author: run.author) }
        return run
    }

    /// Refuses to do to rows for another role what that role may not do to them: its record of the run is not evidence that it did so.
    ///
    /// - Throws: ``RunUndoError/authorLacksRight(_:author:table:privilege:)``, `PostgresError`.
    func refuseUnentitled(_ batches: [UndoBatch], _ connection: PostgresConnection) async throws {
        if isOwn { return }
        let needed = [
            ("DELETE", batches.contains { $0.inserted + $0.deleted > 0 }),
            ("INSERT", batches.contains { $0.deleted > 0 }),
            ("UPDATE", batches.contains { $0.updated > 0 }),
        ]
        for (privilege, isNeeded) in needed where isNeeded {
            let isEntitled = try await connection.query(
                SQLResource(PackageResources.bulk_author_sql).text, [author, relation, privilege]
            ).first?.decode(Bool.self, at: 0)
            guard isEntitled == true else {
                throw RunUndoError.authorLacksRight(id, author: author, table: table.table, privilege: privilege)
            }
        }
    }
}
