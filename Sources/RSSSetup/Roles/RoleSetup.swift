import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// Gives a role the rights that what it is for needs, and revokes those in schema `rssctl` that it does not.
package struct RoleSetup: Sendable {
    /// What is wanted.
    package struct Options: Sendable {
        /// What the role is for.
        package var purposes: [RolePurpose]
        /// Its name, as the catalog has it.
        package var role: String
        /// Whether it is made where it is not there.
        package var creates: Bool

        /// Makes options.
        package init(purposes: [RolePurpose], role: String, creates: Bool = false) {
            self.purposes = purposes
            self.role = role
            self.creates = creates
        }
    }

    /// What was done, or would be.
    package struct Outcome: Sendable, Equatable {
        /// The statements.
        package var statements: [String] = []
        /// Those that are left to a superuser.
        package var left: [String] = []
        /// What is worth knowing.
        package var notes: [String] = []
    }

    private let connection: PostgresConnection
    private let runID: String

    /// Makes it, on a session of the tables' owner or of a superuser.
    package init(_ connection: PostgresConnection, runID: String) {
        self.connection = connection
        self.runID = runID
    }

    /// Gives the rights, in one transaction; a dry run only composes the statements.
    ///
    /// - Throws: ``RoleSetupError``, ``BookkeepingUntrusted``, `PostgresError`.
    package func run(_ options: Options, isDryRun: Bool) async throws -> Outcome {
        try Self.refuseReserved(options.role)
        let format = try await BookkeepingSchema.found(connection)
        guard format == BookkeepingSchema.format else {
            throw RoleSetupError.notMigrated(
                missing: format == nil
                    ? "there is no schema rssctl" : "the tables of schema rssctl are of an earlier format")
        }
        let isSuper = try await connection.query(
            "SELECT rolsuper FROM pg_roles WHERE rolname = $1", [options.role]
        ).first?.decode(Bool.self, at: 0)
        guard isSuper != nil || options.creates else {
            throw RoleSetupError.noRole(options.role, purposes: options.purposes)
        }
        let tables = try await ApplicationTables(connection)
        let schema = try await schemas(tables)
        var outcome = Outcome()
        let role = try await connection.quoteIdentifier(options.role)
        if isSuper == nil {
            outcome.statements.append("CREATE ROLE \(role) LOGIN")
            outcome.notes.append("The role has no password yet: \\password \(role) in psql sets one.")
        }
        if isSuper == true {
            outcome.notes.append("\(role) is a superuser: a missing right does not restrict it.")
        }
        outcome.statements += try await grants(options, role, schema, tables)
        if isDryRun { return outcome }
        let run = outcome.statements
        outcome.left = try await connection.transaction {
            var left: [String] = []
            for statement in run {
                if try await execute(statement) { continue }
                left.append(statement)
            }
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "setup.roles", object: role,
                detail: options.purposes.map(\.rawValue).joined(separator: ", "))
            return left
        }
        return outcome
    }

    /// A word that PostgreSQL reads as something else even where it is quoted, or keeps for itself.
    private static func refuseReserved(_ role: String) throws(RoleSetupError) {
        let isReserved = ["", "public", "none"].contains(role) || role.hasPrefix("pg_") || role.utf8.count > 63
        if isReserved { throw .reserved(role) }
    }

    /// The schemas of the application's tables. GRANT on a table that the role does not own is a warning, and grants nothing:
    /// so it is refused.
    private func schemas(_ tables: ApplicationTables) async throws -> String {
        let found = try await connection.query(
            tables.sql(PackageResources.setup_tables_sql), [BookkeepingTrust.tables]
        ).map { try $0.decode(String.self, String.self, Bool.self, String?.self) }
        guard found.count == BookkeepingTrust.tables.count + tables.all.count else {
            throw RoleSetupError.notMigrated(missing: "tables of the application are not there")
        }
        if let (table, owner, _, _) = found.first(where: { !$0.2 }) {
            throw RoleSetupError.notOwner(table: table, owner: owner)
        }
        return found.compactMap(\.3).unique().joined(separator: ", ")
    }

    /// What the role has in schema `rssctl` is revoked first: it may come from a time when it was given more.
    private func grants(
        _ options: Options, _ role: String, _ schema: String, _ tables: ApplicationTables
    ) async throws -> [String] {
        let name = try await connection.query("SELECT current_database()::text").first?.decode(String.self, at: 0) ?? ""
        let names = ["role": role, "database": try await connection.quoteIdentifier(name), "schema": schema]
        let own = BookkeepingTrust.tables.map { "rssctl.\($0)" }.joined(separator: ", ")
        var statements = ["REVOKE ALL ON SCHEMA rssctl FROM \(role)", "REVOKE ALL ON \(own) FROM \(role)"]
        for purpose in options.purposes.unique() {
            if purpose == .maintainer { statements += try await memberships(options.role, role, tables) }
            statements += purpose.statements(names, tables)
        }
        return statements
    }

    private func memberships(
        _ name: String, _ role: String, _ tables: ApplicationTables
    ) async throws -> [String] {
        var statements: [String] = []
        for row in try await connection.query(tables.sql(PackageResources.setup_owners_sql)) {
            let (owner, isSuper) = try row.decode(String.self, Bool.self)
            if owner == name { continue }
            if isSuper { throw RoleSetupError.superuserOwns(owner) }
            statements.append("GRANT \(try await connection.quoteIdentifier(owner)) TO \(role)")
        }
        return statements
    }

    /// Runs a statement; membership in a role of PostgreSQL's own is left to a superuser where this role may not grant it.
    ///
    /// - Returns: whether it was done.
    private func execute(_ statement: String) async throws -> Bool {
        guard statement.hasPrefix("GRANT pg_") else {
            try await connection.execute(statement)
            return true
        }
        do {
            try await connection.savepoint { _ = try await connection.execute(statement) }
            return true
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            return false
        }
    }
}
