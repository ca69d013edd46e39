import PostgresClient
import RSSCore

extension Migrator {
    /// What migrations make only where it is missing, or replace, must not belong to a role that could change it afterwards.
    ///
    /// - Throws: ``ForeignObject``, ``MigrateError``, `PostgresError`.
    func refuseForeignObjects(_ scripts: [MigrationScript]) async throws {
        var names = AdoptedNames()
        for statement in scripts.flatMap(\.statements)
        where statement.text.prefix(6).lowercased() == "create" {
            if let tree = statement.tree { names.add(tree) }
        }
        try await connection.refuseForeignObjects(of: names, on: connection.userSearchPath)
    }
}
