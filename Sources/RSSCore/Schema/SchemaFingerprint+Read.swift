import Foundation
import PostgresClient
import RSSModel

extension SchemaFingerprint {
    /// Reads the schema of the session's database from its catalog.
    ///
    /// Outside a transaction it reads one snapshot. In an open transaction it sees what that transaction has done, and
    /// leaves nothing in it. Needs no right but to connect, and takes no lock longer than to read a view's text.
    ///
    /// - Throws: `PostgresError`, with SQLSTATE 55P03 when a table that a view reads stays locked for two seconds;
    ///   `CancellationError`.
    package static func read(_ connection: PostgresConnection) async throws -> SchemaFingerprint {
        try await RetryPolicy(attempts: 10, cap: .milliseconds(50)).run {
            ($0 as? PostgresError)?.sqlState == vanished
        } _: {
            try await readOnce(connection)
        }
    }

    /// A snapshot holds for the rows of the catalog, and not for the functions that write definitions: what another session
    /// drops in between makes one of them fail with "could not open relation", `internal_error`.
    private static let vanished = SQLState(rawValue: "XX000")

    private static func readOnce(_ connection: PostgresConnection) async throws -> SchemaFingerprint {
        guard await connection.transactionStatus != .idle else {
            return try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
                try await collect(connection)
            }
        }
        // Settings made for a transaction last to its end; only going back to a savepoint undoes them before.
        do {
            return try await connection.savepoint("rssctl_fingerprint") {
                throw Finished(value: try await collect(connection))
            }
        } catch let finished as Finished {
            return finished.value
        }
    }

    /// Carries a fingerprint past the savepoint that it was read after.
    private struct Finished: Error { let value: SchemaFingerprint }

    private static func collect(_ connection: PostgresConnection) async throws -> SchemaFingerprint {
        try await connection.query(SQLResource(PackageResources.fingerprint_settings_sql).text)
        var found = CatalogObjects()
        for query in [
            PackageResources.fingerprint_database_sql, PackageResources.fingerprint_types_sql,
            PackageResources.fingerprint_routines_sql, PackageResources.fingerprint_tables_sql,
            PackageResources.fingerprint_indexes_sql, PackageResources.fingerprint_constraints_sql,
        ] {
            for row in try await connection.query(SQLResource(query).text) { try found.add(row) }
        }
        for row in try await connection.query(SQLResource(PackageResources.fingerprint_comments_sql).text) {
            try found.addComment(row)
        }
        for row in try await connection.query(SQLResource(PackageResources.fingerprint_grants_sql).text) {
            try found.addGrant(row)
        }
        return SchemaFingerprint(found.objects, serverMajor: Int(await connection.serverVersion) / 10_000)
    }
}

/// The objects read so far, and by which catalog entry a comment or a grant finds the one it belongs to.
private struct CatalogObjects {
    private struct Entry: Hashable {
        let catalog: UInt32
        let oid: UInt32
    }

    private(set) var objects: [SchemaObject] = []
    private var names: [Entry: (kind: SchemaObject.Kind, identity: String)] = [:]

    mutating func add(_ row: Row) throws {
        let (catalog, oid, kind, identity, definition) = try row.decode(
            UInt32.self, UInt32.self, SchemaObject.Kind.self, String.self, String?.self)
        objects.append(
            SchemaObject(kind: kind, identity: identity, definition: Self.canonical(definition ?? "", kind)))
        names[Entry(catalog: catalog, oid: oid)] = (kind, identity)
    }

    /// The definition with its expressions in one form. The body of a function is its author's text and stays, unless it
    /// is one that the server keeps parsed.
    private static func canonical(_ definition: String, _ kind: SchemaObject.Kind) -> String {
        guard kind == .function || kind == .procedure, let body = definition.range(of: "\nAS $") else {
            return ExpressionText.canonical(definition)
        }
        return ExpressionText.canonical(String(definition[..<body.lowerBound])) + definition[body.lowerBound...]
    }

    mutating func addComment(_ row: Row) throws {
        let (catalog, oid, column, text) = try row.decode(UInt32.self, UInt32.self, String?.self, String.self)
        guard let name = name(catalog, oid, column) else { return }
        objects.append(SchemaObject(kind: .comment, identity: name, definition: text))
    }

    mutating func addGrant(_ row: Row) throws {
        let (catalog, oid, column, grantee, privileges) = try row.decode(
            UInt32.self, UInt32.self, String?.self, String.self, String?.self)
        guard let name = name(catalog, oid, column) else { return }
        objects.append(
            SchemaObject(kind: .grant, identity: "\(name) TO \(grantee)", definition: privileges ?? "no privilege"))
    }

    /// Kind and name; nil for what is not part of the fingerprint.
    private func name(_ catalog: UInt32, _ oid: UInt32, _ column: String?) -> String? {
        guard let (kind, identity) = names[Entry(catalog: catalog, oid: oid)] else { return nil }
        return column.map { "column \(identity).\($0)" } ?? "\(kind.rawValue) \(identity)"
    }
}

extension SchemaObject.Kind: PostgresDecodable {
    /// Reads the words that the queries use.
    package static func decode(_ field: Field) throws -> SchemaObject.Kind {
        guard let kind = SchemaObject.Kind(rawValue: try field.text()) else { throw field.mismatch(Self.self) }
        return kind
    }
}
