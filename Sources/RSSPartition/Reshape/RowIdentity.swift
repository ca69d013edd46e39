import PostgresClient
import RSSCore

/// The columns that identify a row of a table.
struct RowIdentity: Sendable, Codable, Equatable {
    /// One of them.
    struct Column: Sendable, Codable, Equatable {
        let name: String
        /// The type as SQL writes it.
        let type: String
        /// The operator that compares two values, as SQL writes it.
        let equals: String
    }

    let columns: [Column]

    /// The identity that tables have in common: that of a unique index, the parent's first.
    ///
    /// - Throws: ``ReshapeError`` where they have none, or several tables have only indexes of their own.
    init(of sources: [Int64], parent: Int64, table: String, _ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            SQLResource(PackageResources.reshape_identity_sql).text, [parent, sources])
        columns = try rows.map {
            Column(
                name: try $0.decode(String.self, "name"), type: try $0.decode(String.self, "type"),
                equals: try $0.decode(String.self, "equals"))
        }
        let isParents = try rows.first?.decode(Bool.self, "is_parents")
        guard !columns.isEmpty, isParents == true || sources.count == 1 else {
            throw ReshapeError.noIdentity(table: table)
        }
    }

    /// The quoted names of the columns.
    func quoted(_ connection: PostgresConnection) async throws -> [String] {
        var names: [String] = []
        for column in columns { names.append(try await connection.quoteIdentifier(column.name)) }
        return names
    }
}
