import PostgresClient
import RSSCore

/// A function that a database has under the name that the backend calls.
package struct ReportFunction: Sendable, Equatable {
    /// The name.
    package static let name = "get_visit_reports_optimized"
    /// How many arguments the backend gives.
    static let arguments = 9

    /// Its OID.
    let oid: Int64
    /// Its schema.
    package let schema: String
    /// Schema, name and types, as SQL quotes them.
    package let signature: String
    /// The types of its arguments.
    let types: [String]
    /// Its owner, as SQL quotes it.
    let owner: String
    /// Whether nine arguments fit it.
    let takesCall: Bool
    /// Whether its types are PostgreSQL's own, so that casting to them runs no code of others.
    let hasPlainTypes: Bool
    /// Whether the role may call it.
    let mayCall: Bool
    /// Whether its schema is on the path along which the backend's names are looked up.
    let isOnPath: Bool

    private init(_ row: Row) throws {
        oid = try row.decode(Int64.self, "oid")
        schema = try row.decode(String.self, "schema")
        signature = try row.decode(String.self, "signature")
        types = try row.decode([String].self, "types")
        owner = try row.decode(String.self, "owner")
        let arguments = try row.decode(Int32.self, "arguments")
        let least = arguments - (try row.decode(Int32.self, "defaults"))
        takesCall = arguments >= Self.arguments && least <= Self.arguments
        hasPlainTypes = try row.decode(Bool.self, "is_plain")
        mayCall = try row.decode(Bool.self, "may_call")
        isOnPath = try row.decode(Int32?.self, "place") != nil
    }

    /// All functions of the name, those on the session's user path first.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    static func all(_ connection: PostgresConnection) async throws -> [ReportFunction] {
        try await connection.query(
            SQLResource(PackageResources.report_functions_sql).text,
            [SearchPath(connection.userSearchPath).schemas]
        ).map(ReportFunction.init)
    }
}
