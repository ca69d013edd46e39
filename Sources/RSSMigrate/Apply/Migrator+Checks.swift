import PostgresClient
import RSSCore

/// What is asked before a run.
extension Migrator {
    /// Refuses a database that has tables and no history: that of another application, or one that needs a baseline.
    ///
    /// - Throws: ``MigrateError/foreignTables(_:count:)``, `PostgresError`.
    package func refuseForeignTables() async throws {
        let history = try await ledger.read()
        guard history.applied.isEmpty, !history.unfinished.contains(where: { $0.state != .planned }) else { return }
        let names = try await connection.query(
            SQLResource(PackageResources.foreign_tables_sql).text,
            [SearchPath(connection.userSearchPath).schemas]
        ).map { try $0.decode(String.self, at: 0) }
        guard !names.isEmpty else { return }
        throw MigrateError.foreignTables(Array(names.prefix(3)), count: names.count)
    }

    /// Refuses a schema that is not as the last migration left it; before the first one there is nothing to compare.
    ///
    /// - Throws: ``MigrateError/drifted(version:differences:)``, and those of ``SchemaDrift/find(_:)``.
    package func refuseDrift() async throws {
        guard try await ledger.last() != nil else { return }
        let drift = try await SchemaDrift.find(connection)
        guard drift.difference.isEmpty else {
            throw MigrateError.drifted(version: drift.version, differences: drift.difference.entries.count)
        }
    }
}

extension MigrationPlan {
    /// Refuses a plan of more or less than one file.
    ///
    /// - Throws: ``MigrateError/notOnePending(_:)``.
    package func requireOne() throws {
        let files = pending.map(\.file) + repeatables.map(\.file)
        if files.count != 1 { throw MigrateError.notOnePending(files) }
    }
}
