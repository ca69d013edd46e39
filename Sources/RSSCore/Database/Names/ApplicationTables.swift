import PostgresClient

/// Where the application's own tables are: `database.search_path` says in which schemas they are looked up.
///
/// Statements name them `public.visit_reports`, as they can be run by psql; ``sql(_:)`` puts the schema in that each is in.
package struct ApplicationTables: Sendable {
    /// The name in the setting's schemas of each table that is not in `public`, quoted by libpq.
    private let moved: [String: String]

    /// The tables that statements of ours name; the rest of the schema is known to the backend alone.
    package static let names = [
        "organizations", "offices", "users", "access_roles", "user_role_assignments", "categories", "visit_reports",
        "visit_report_keys", "hardware_inventory", "recycling_records",
    ]

    /// Looks up where they are for a session.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package init(_ connection: PostgresConnection) async throws {
        let found = try await connection.qualify(
            Self.names.map { RelationName(name: $0) }, along: connection.userSearchPath)
        var moved: [String: String] = [:]
        for (name, place) in zip(Self.names, found) where (place.schema ?? "public") != "public" {
            moved[name] = try await connection.quote(place)
        }
        self.moved = moved
    }

    /// A statement with the schema of each table in place of `public`.
    package func sql(_ text: String) -> String {
        guard !moved.isEmpty else { return text }
        return text.replacing(/\bpublic\.([a-z_]+)\b/) { match in
            moved[String(match.output.1)] ?? String(match.output.0)
        }
    }

    /// The same of a query of the SQL folder.
    package func sql(_ resource: [UInt8]) -> String { sql(SQLResource(resource).text) }

    /// How statements name them all, the attachments of the schema `files` among them.
    package var all: [String] { Self.names.map(name) + ["files.file_attachments"] }

    /// How a statement names a table.
    package func name(_ table: String) -> String { moved[table] ?? "public.\(table)" }
}
