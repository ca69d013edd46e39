import PostgresClient

/// Schemas in which unqualified names are looked up, in order: what a setting `search_path` says.
package struct SearchPath: Sendable, Equatable {
    /// The schemas; `$user` means the one named like the role.
    package let schemas: [String]

    /// Reads a path as PostgreSQL reads one: names between commas, folded to lower case unless they are quoted
    /// (SplitIdentifierString of its source). A part that cannot be read is left out.
    package init(_ text: String) {
        var schemas: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            guard let first = rest.first else { break }
            var name = ""
            if first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst() {
                    if character == "\"" {
                        guard rest.first == "\"" else { break }
                        rest = rest.dropFirst()
                    }
                    name.append(character)
                }
            } else {
                let word = rest.prefix { $0 != "," && !$0.isWhitespace }
                rest = rest.dropFirst(word.count)
                name = word.lowercased()
            }
            if !name.isEmpty { schemas.append(name) }
            rest = rest.drop { $0 != "," }
        }
        self.schemas = schemas
    }
}

extension PostgresConnection {
    /// Names with the schema to which each leads along a path: the first that has a relation of the name, or, where none
    /// has, the first of the path that exists, in which it would be made.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func qualify(_ names: [RelationName], along path: String) async throws -> [RelationName] {
        let open = names.filter { $0.schema == nil }.map(\.name)
        guard !open.isEmpty else { return names }
        let rows = try await query(
            SQLResource(PackageResources.qualify_names_sql).text, [open, SearchPath(path).schemas])
        let schemas = try rows.map { try $0.decode(String?.self, at: 0) }
        var found = zip(open, schemas).makeIterator()
        return names.map { name in
            guard name.schema == nil, let (_, schema) = found.next() else { return name }
            return RelationName(schema: schema, name: name.name)
        }
    }

    /// A name with the schema to which it leads along a path.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func qualify(_ name: RelationName, along path: String) async throws -> RelationName {
        try await qualify([name], along: path).first ?? name
    }

    /// Runs statements that are the user's own with the user's path, and restores the session's for what follows.
    ///
    /// Only what is the user's own belongs here: with this path, objects that others made may be found before pg_catalog's.
    ///
    /// - Throws: ``ShadowedPath``, `PostgresError`, what the work throws.
    package nonisolated(nonsending) func along<T>(_ path: String, _ work: () async throws -> T) async throws -> T {
        try await refuseShadows(on: path)
        try await setSearchPath(path)
        do {
            let value = try await work()
            try await setSearchPath(searchPath)
            return value
        } catch {
            // In a transaction, its rollback undoes the setting; the first error is the one to report.
            if await transactionStatus == .idle { try? await setSearchPath(searchPath) }
            throw error
        }
    }

    /// Qualified, because it runs with the user's path.
    private func setSearchPath(_ path: String) async throws {
        try await query(
            "SELECT pg_catalog.set_config('search_path'::pg_catalog.text, $1::pg_catalog.text, false)", [path])
    }

    /// The schema in which a path has new objects made; nil where none of it exists.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func creationSchema(along path: String) async throws -> String? {
        try await query(
            """
            SELECT n.nspname::text FROM unnest($1::text[]) WITH ORDINALITY AS p (schema, place)
            JOIN pg_namespace n ON n.nspname = CASE p.schema WHEN '$user' THEN current_user::text ELSE p.schema END
            ORDER BY p.place LIMIT 1
            """, [SearchPath(path).schemas]
        ).first?.decode(String.self, at: 0)
    }

    /// A path of schemas, as `search_path` is written.
    package func path(of schemas: [String]) throws -> String {
        try schemas.map(quoteIdentifier).joined(separator: ", ")
    }

    /// The path after the user's own statements.
    package func currentSearchPath() async throws -> String {
        try await query("SELECT pg_catalog.current_setting('search_path'::pg_catalog.text)").first?
            .decode(String.self, at: 0) ?? searchPath
    }
}
