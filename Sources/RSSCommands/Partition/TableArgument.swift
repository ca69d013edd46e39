import ArgumentParser
import PostgresClient
import RSSCore

/// A table, partition or index as the user names it: `visit_reports`, `public.visit_reports`, `"My Schema"."a.b"`.
struct TableArgument: ExpressibleByArgument, Equatable {
    /// The name as it was typed; the schema is nil where the search path decides.
    let typed: RelationName

    static let visitReports = TableArgument(typed: RelationName(name: "visit_reports"))

    init(typed: RelationName) { self.typed = typed }

    init?(argument: String) {
        guard let name = RelationName(text: argument) else { return nil }
        typed = name
    }

    var defaultValueDescription: String { typed.quoted }
}

extension Context {
    /// What the user named, with its schema: without one it is looked up along `database.search_path`.
    ///
    /// - Throws: `PostgresError`.
    func resolve(_ argument: TableArgument, on connection: PostgresConnection) async throws -> RelationName {
        try await connection.qualify(argument.typed, along: connection.userSearchPath)
    }

    /// What the user named, each with its schema.
    ///
    /// - Throws: `PostgresError`.
    func resolve(_ arguments: [TableArgument], on connection: PostgresConnection) async throws -> [RelationName] {
        try await connection.qualify(arguments.map(\.typed), along: connection.userSearchPath)
    }
}
