import Foundation
import PostgresClient

/// Finds the schema of names that are typed without one, along the schemas of the setting `database.search_path`: the
/// session's own path is not that of the application.
public struct RelationLookup: Sendable {
    private let connection: PostgresConnection
    private let schemas: [String]

    /// Makes a lookup on a session.
    ///
    /// - Parameter searchPath: schemas as PostgreSQL's `search_path` has them: `app, "My Schema", "$user"`.
    public init(_ connection: PostgresConnection, searchPath: String?) {
        self.connection = connection
        schemas = Self.schemas(searchPath ?? "public")
    }

    /// A name with its schema: the first of the path in which there is such a relation; of none, the first of the path, so
    /// that messages say where it was looked for.
    ///
    /// - Throws: `PostgresError`.
    public func resolve(_ name: RelationName) async throws -> RelationName {
        if name.schema != nil { return name }
        let found = try await connection.query(
            SQLResource(PackageResources.relation_on_path_sql).text, [schemas, name.name]
        ).first?.decode(String.self, at: 0)
        return RelationName(schema: found ?? schemas.first { $0 != "$user" } ?? "public", name: name.name)
    }

    /// The members of a path; PostgreSQL folds those that are not quoted.
    static func schemas(_ path: String) -> [String] {
        var members: [String] = []
        var (current, isQuoted) = ("", false)
        for scalar in path.unicodeScalars {
            if scalar == "\"" { isQuoted.toggle() }
            if scalar == ",", !isQuoted {
                members.append(current)
                current = ""
            } else {
                current.unicodeScalars.append(scalar)
            }
        }
        return (members + [current]).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.compactMap {
            member in
            member.hasPrefix("\"") ? RelationName(text: member)?.name : member.lowercased()
        }
    }
}
