import PostgresClient

extension PostgresConnection {
    /// Refuses relations with which statements would run code of roles that have fewer rights than this session; see
    /// ``ForeignCode``. For a session that has no more rights than the owners of all there is, this is one short query.
    ///
    /// In an open transaction that is going to write rows, the relations are locked first against whoever could give them
    /// other triggers, rules, constraints or defaults; what is found then holds until the transaction ends.
    ///
    /// - Parameters:
    ///   - relations: their names as SQL writes them; one that does not exist is ignored.
    ///   - others: relations that are only read by the same statements.
    /// - Throws: ``ForeignCode``, `PostgresError`.
    package nonisolated(nonsending) func refuseForeignCode(
        _ use: ForeignCode.Use, in relations: [String], reading others: [String] = []
    ) async throws {
        let roles = try await query(SQLResource(PackageResources.lesser_roles_sql).text).map {
            try $0.decode(Int64.self, at: 0)
        }
        if roles.isEmpty { return }
        guard await transactionStatus == .idle else {
            if use.rawValue >= ForeignCode.Use.copying.rawValue { try await lockAgainstChange(relations) }
            try await refuse(use, in: relations, of: roles)
            return try await refuse(.reading, in: others, of: roles)
        }
        try await transaction(readOnly: true) {
            try await refuse(use, in: relations, of: roles)
            try await refuse(.reading, in: others, of: roles)
        }
    }

    /// Refuses functions of roles that have fewer rights than this session: a call would run their bodies with the session's
    /// rights. What a function of a trusted role calls in turn is on its owner's account.
    ///
    /// - Parameter functions: OIDs of functions; nil for all of the database.
    /// - Throws: ``ForeignCode``, `PostgresError`.
    package nonisolated(nonsending) func refuseForeignFunctions(_ functions: [Int64]? = nil) async throws {
        let roles = try await query(SQLResource(PackageResources.lesser_roles_sql).text).map {
            try $0.decode(Int64.self, at: 0)
        }
        if roles.isEmpty { return }
        let row = try await query(
            SQLResource(PackageResources.foreign_functions_sql).text, [functions, roles] as [any PostgresEncodable]
        ).first
        guard let (name, role) = try row?.decode(String.self, String.self) else { return }
        throw ForeignCode(relation: name, owner: role, part: "the body", code: "code", role: role)
    }

    private nonisolated(nonsending) func refuse(
        _ use: ForeignCode.Use, in relations: [String], of roles: [Int64]
    ) async throws {
        if let code = try await foreignCode(use, in: relations, of: roles) { throw code }
    }

    /// Code of these roles that statements over the relations would have PostgreSQL evaluate; nil where there is none.
    /// It belongs into a transaction.
    ///
    /// - Parameters:
    ///   - relations: their names as SQL writes them; one that does not exist is ignored.
    ///   - roles: the OIDs of the roles whose code counts.
    /// - Throws: `PostgresError`.
    package nonisolated(nonsending) func foreignCode(
        _ use: ForeignCode.Use, in relations: [String], of roles: [Int64]
    ) async throws -> ForeignCode? {
        if relations.isEmpty, use == .reading { return nil }
        // A query of many joins over few rows: compiling it would take seconds.
        try await execute("SET LOCAL jit = off")
        let rows = try await query(
            SQLResource(PackageResources.foreign_code_sql).text, [relations, use.rawValue, roles])
        guard let row = rows.first else { return nil }
        let (relation, owner, part, code, role) = try row.decode(
            String.self, String.self, String.self, String.self, String.self)
        return ForeignCode(relation: relation, owner: owner, part: part, code: code, role: role)
    }

    /// ROW EXCLUSIVE, which the writing takes anyway, blocks CREATE TRIGGER, CREATE RULE, CREATE POLICY and ALTER TABLE.
    private nonisolated(nonsending) func lockAgainstChange(_ relations: [String]) async throws {
        let names = try await query(SQLResource(PackageResources.lockable_relations_sql).text, [relations]).map {
            try $0.decode(String.self, at: 0)
        }
        if names.isEmpty { return }
        try await execute("LOCK TABLE \(names.joined(separator: ", ")) IN ROW EXCLUSIVE MODE")
    }

    /// The same for the tables of the application.
    package nonisolated(nonsending) func refuseForeignCode(_ use: ForeignCode.Use, in tables: ApplicationTables)
        async throws
    {
        try await refuseForeignCode(use, in: tables.all)
    }

    /// Refuses a relation that is not a table; a name that no relation has is ignored.
    ///
    /// - Throws: ``NotATable``, `PostgresError`.
    package nonisolated(nonsending) func refuseOtherThanTable(_ relation: String) async throws {
        let kind = try await query(
            """
            SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                ELSE 'relation of another kind' END
            FROM pg_class WHERE oid = to_regclass($1) AND relkind NOT IN ('r', 'p')
            """, [relation]
        ).first?.decode(String.self, at: 0)
        if let kind { throw NotATable(relation: relation, kind: kind) }
    }
}
