import PostgresClient
import RSSCore

/// The statements that a run sends in place of one that it takes apart: an index of a partitioned table, a backfill.
package struct StatementPreview: Sendable {
    private let connection: PostgresConnection

    /// Makes a preview by the catalog of a session's database.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// The statements, without semicolons; that of the file where nothing is taken apart, or its table is not there yet.
    ///
    /// - Throws: `PostgresError`.
    package func statements(for statement: MigrationStatement) async throws -> [String] {
        switch statement.action {
        case .createIndex(let build):
            let catalog = IndexCatalog(connection: connection)
            guard let name = build.name, let table = try await catalog.table(build.table), table.isPartitioned else {
                return [statement.text]
            }
            return try await index(build, name, on: table, catalog)
        case .backfill(let written):
            let backfill = written.on(try await connection.qualify(written.table, along: connection.userSearchPath))
            let row = try await connection.query(
                SQLResource(PackageResources.backfill_key_sql).text, [backfill.table.quoted, backfill.key]
            ).first
            guard let type = try row?.decode(String.self, at: 0), let operators = try row?.decode(String.self, at: 4)
            else { return [statement.text] }
            let batch = try await BatchStatement(backfill, type: type, operators: operators, connection)
            return [
                "-- again and again, in batches of \(backfill.batch) along \(backfill.key), each with its checkpoint in one transaction\n"
                    + batch.bound(isFirst: false), batch.change(hasLower: true, hasUpper: true),
            ]
        default: return [statement.text]
        }
    }

    private func index(
        _ build: IndexBuild, _ name: String, on table: IndexedTable, _ catalog: IndexCatalog
    ) async throws -> [String] {
        let quoted = try await connection.quote(table.relation)
        let parent = try await connection.quoteIdentifier(name)
        var all = [build.sql(name: parent, on: quoted, concurrently: false, only: true)]
        for child in try await catalog.children(of: table) {
            let childName = PartitionedIndexBuilder.name(of: name, on: child.name)
            let childIndex = try await connection.quote(RelationName(schema: child.schema, name: childName))
            if child.isPartitioned {
                all += try await index(build, childName, on: child, catalog)
            } else {
                all.append(
                    build.sql(
                        name: try await connection.quoteIdentifier(childName),
                        on: try await connection.quote(child.relation), concurrently: true))
            }
            let parentIndex = try await connection.quote(RelationName(schema: table.schema, name: name))
            all.append("ALTER INDEX \(parentIndex) ATTACH PARTITION \(childIndex)")
        }
        return all
    }
}
