import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Runs a repeatable migration: in one transaction, guarded against the second overload, grants kept.
///
/// `CREATE OR REPLACE FUNCTION` with one more parameter that has a default does not replace: it makes a second function,
/// and every caller fails from then on, because both fit (SQLSTATE 42725).
struct RepeatableRun {
    private let migration: RepeatableMigration
    private let migrator: Migrator
    private let progress: ProgressReporter

    private var connection: PostgresConnection { migrator.connection }

    init(_ migration: RepeatableMigration, _ migrator: Migrator, _ progress: ProgressReporter) {
        self.migration = migration
        self.migrator = migrator
        self.progress = progress
    }

    /// Runs it.
    ///
    /// - Returns: milliseconds.
    func run() async throws -> Int64 {
        let started = ContinuousClock.now
        let script = try migration.script
        try await migrator.checkLock()
        do {
            let locks = script.statements.flatMap(\.locks)
            try await migrator.lockPolicy.run(on: connection, locks: locks, progress: progress) {
                try await connection.transaction {
                    try await migrator.lockPolicy.bound(connection)
                    let path = ScriptPath(connection)
                    for statement in script.statements { try await run(statement, of: script, path) }
                    try await migrator.ledger.complete(migration, milliseconds: started.milliseconds)
                    // The stored fingerprint is outdated; the run takes a new one once the locks are released.
                    if let last = try await migrator.ledger.last() {
                        try await SchemaFingerprint.forget(connection, version: last)
                    }
                }
            }
        } catch let error as LockBudgetSpent {
            throw MigrateError.lockBudgetSpent(file: script.file, budget: error.budget, blockers: error.blockers)
        }
        migrator.catalog.forget()
        try await connection.restoreSettings()
        return started.milliseconds
    }

    private func run(
        _ statement: MigrationStatement, of script: MigrationScript, _ path: ScriptPath
    ) async throws {
        guard let object = ReplaceableObject(statement) else {
            return try await runOwn(statement, of: script, path)
        }
        let before = try await object.existing(connection, along: path.text)
        guard statement.directives.contains(.replace) else {
            return try await guarded(statement, of: script, path, object, before)
        }
        let old = try before.first(where: \.isSame) ?? only(of: before.filter { !$0.isFresh }, statement, script)
        if let old { try await connection.execute("DROP \(old.identity)") }
        let kept = before.filter { $0 != old }.map(\.identity)
        try await runOwn(statement, of: script, path)
        guard let old,
            let new = try await object.existing(connection, along: path.text).first(where: {
                !kept.contains($0.identity)
            })
        else { return }
        try await old.handOn(to: new, connection)
    }

    /// The one function of the name that is replaced by one with other arguments. Which of several is meant cannot be known,
    /// and the others do not concern this file.
    private func only(
        of old: [ExistingObject], _ statement: MigrationStatement, _ script: MigrationScript
    ) throws -> ExistingObject? {
        if old.count > 1 {
            throw MigrateError.secondOverload(old.map(\.identity), place: script.place(of: nil, in: statement))
        }
        return old.first
    }

    private func runOwn(
        _ statement: MigrationStatement, of script: MigrationScript, _ path: ScriptPath
    ) async throws {
        path.text = try await connection.along(path.text) {
            try await connection.run(statement, of: script, progress)
            // The file is one transaction: what it sets holds to its end.
            return statement.traits.contains(.setsVariable) || statement.setsSession
                ? try await connection.currentSearchPath() : path.text
        }
    }

    private func guarded(
        _ statement: MigrationStatement, of script: MigrationScript, _ path: ScriptPath, _ object: ReplaceableObject,
        _ before: [ExistingObject]
    ) async throws {
        try await runOwn(statement, of: script, path)
        let after = try await object.existing(connection, along: path.text)
        if !before.isEmpty, after.count > before.count {
            let place = script.place(of: nil, in: statement)
            throw MigrateError.secondOverload(after.map(\.identity), place: place)
        }
    }
}

/// A function or a view that a statement makes or replaces.
private struct ReplaceableObject {
    let name: RelationName
    let kind: String
    /// `public.f(integer)`, to be looked up; nil for a view, of which there is one.
    let signature: String?

    init?(_ statement: MigrationStatement) {
        guard let (type, node) = statement.tree?.tagged else { return nil }
        let name: RelationName?
        switch type {
        case "CreateFunctionStmt": (name, kind) = (RelationName(parts: node.names("funcname")), "FUNCTION")
        case "ViewStmt": (name, kind) = (RelationName(node["view"]), "VIEW")
        case "CreateTableAsStmt": (name, kind) = (RelationName(node["into"]?["rel"]), "VIEW")
        default: return nil
        }
        guard let name else { return nil }
        self.name = name
        signature =
            kind == "FUNCTION"
            ? "\(name.quoted)(\(RoutineSignature(node).arguments.joined(separator: ", ")))" : nil
    }

    func existing(_ connection: PostgresConnection, along path: String) async throws -> [ExistingObject] {
        let schema: String?
        if let written = name.schema {
            schema = written
        } else {
            schema = try await connection.creationSchema(along: path)
        }
        // The types of the arguments are found along the path; each name of this statement is qualified.
        let same: Int64? = try await connection.along(path) {
            try await connection.query(
                "SELECT pg_catalog.to_regprocedure($1::pg_catalog.text)::pg_catalog.oid::pg_catalog.int8", [signature]
            ).first?.decode(Int64?.self, at: 0)
        }
        return try await connection.query(
            SQLResource(PackageResources.routines_named_sql).text, [schema, name.name, kind, same]
        ).map { row in
            let (identity, owner, comment, hasGrants, grants, grantees, isFresh, isSame) = try row.decode(
                String.self, String.self, String?.self, Bool.self, [String].self, [String].self, Bool.self, Bool.self)
            return ExistingObject(
                identity: identity, owner: owner, comment: comment, hasGrants: hasGrants, grants: grants,
                grantees: grantees, isFresh: isFresh, isSame: isSame)
        }
    }
}

/// A function or view as it is, with what a DROP would lose.
private struct ExistingObject: Equatable {
    /// `FUNCTION public.f(integer)`, as statements name it; quoted by the server.
    let identity: String
    let owner: String
    let comment: String?
    let hasGrants: Bool
    /// `EXECUTE TO app WITH GRANT OPTION`; role names quoted by the server.
    let grants: [String]
    /// Who has any; quoted by the server.
    let grantees: [String]
    /// Whether it was made or replaced by the transaction that is open.
    let isFresh: Bool
    /// Whether it is what the statement would replace: a function of the same argument types, or the view.
    let isSame: Bool

    /// Gives owner, comment and grants to the object that has taken this one's place.
    func handOn(to new: ExistingObject, _ connection: PostgresConnection) async throws {
        if owner != new.owner {
            try await connection.execute(
                "ALTER \(new.identity) OWNER TO \(try await connection.quoteIdentifier(owner))")
        }
        if let comment, new.comment == nil {
            try await connection.execute("COMMENT ON \(new.identity) IS \(try await connection.quoteLiteral(comment))")
        }
        guard hasGrants || new.hasGrants else { return }
        // GRANT names a view a TABLE.
        let target = new.identity.replacing(#/^(MATERIALIZED )?VIEW /#, with: "TABLE ")
        // Default privileges may have given the new one what the old one did not have.
        let owner = try await connection.quoteIdentifier(owner)
        let all = (Set(new.grantees).union(["PUBLIC", owner])).sorted().joined(separator: ", ")
        try await connection.execute("REVOKE ALL ON \(target) FROM \(all)")
        let builtIn = ["ALL TO \(owner)"] + (target.hasPrefix("TABLE ") ? [] : ["EXECUTE TO PUBLIC"])
        for grant in hasGrants ? grants : builtIn {
            let parts = grant.split(separator: " TO ", maxSplits: 1)
            try await connection.execute("GRANT \(parts[0]) ON \(target) TO \(parts[1])")
        }
    }
}
