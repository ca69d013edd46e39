import PostgresClient
import RSSModel

/// Builds an index without making any session wait, and leaves it valid or not at all.
///
/// `CREATE INDEX CONCURRENTLY` that is interrupted leaves an index that writes maintain and no query uses, and a second
/// try fails on its name, or with IF NOT EXISTS skips it. So the catalog is asked before and after: an index of
/// the wanted name and definition that is valid is done, one that is not is dropped and built again, and one that is
/// something else is an error.
package struct IndexBuilder {
    package let build: IndexBuild
    package let connection: PostgresConnection
    package let lockPolicy: LockPolicy
    package let watch: BuildWatch
    package let progress: ProgressReporter
    package let place: SourcePlace
    /// The path of the statement's names.
    package let path: String

    package var catalog: IndexCatalog { IndexCatalog(connection: connection, path: path) }

    package init(
        _ build: IndexBuild, connection: PostgresConnection, lockPolicy: LockPolicy, watch: BuildWatch,
        progress: ProgressReporter, place: SourcePlace, path: String? = nil
    ) {
        self.build = build
        self.path = path ?? connection.userSearchPath
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.watch = watch
        self.progress = progress
        self.place = place
    }

    /// Builds the index, on every partition where the table is partitioned.
    ///
    /// - Throws: ``IndexBuildError``, `PostgresError`, ``LockBudgetSpent``, `CancellationError`.
    package func build() async throws {
        guard let name = build.name else { throw IndexBuildError.unnamed(place: place) }
        guard let table = try await catalog.table(build.table) else {
            throw IndexBuildError.tableMissing(build.table.quoted, place: place)
        }
        if table.isPartitioned {
            if build.isOnly { throw IndexBuildError.onlyConcurrently(place: place) }
            try await PartitionedIndexBuilder(self).build(name, on: table)
        } else {
            try await build(name, on: table)
        }
    }

    /// Builds it on one table.
    ///
    /// - Parameter wanted: its definition as PostgreSQL writes it, where that is known already.
    package func build(_ name: String, on table: IndexedTable, wanted: String? = nil) async throws {
        if try await settle(name, on: table, wanted: wanted) { return }
        // A partition is not named as the statement names its columns' table.
        let build = wanted.map { self.build.defined(by: $0, unlessFor: table.name) } ?? self.build
        let sql = build.sql(
            name: try await connection.quoteIdentifier(name), on: try await connection.quote(table.relation),
            concurrently: true)
        // Two concurrent builds on one table wait for each other: one of them is cancelled by the deadlock check.
        let retry = RetryPolicy(
            budget: lockPolicy.budget, attempts: 6, base: .milliseconds(400), cap: .milliseconds(1200))
        try await retry.run {
            ($0 as? PostgresError)?.sqlState == .deadlockDetected
        } onRetry: { failure in
            progress(.note("Building \(name) again: attempt \(failure.attempt) ended in a deadlock"))
        } _: {
            try await SnapshotWait(connection, budget: lockPolicy.budget, progress: progress).wait(for: table.oid)
            try await connection.execute("SET lock_timeout = 0")
            do {
                try await watch.observing(connection, name, progress) {
                    try await connection.along(path) { try await connection.executeScript(sql) }
                }
                try await FaultPoint.reach("index.built")
            } catch let error as PostgresError where error.code == .server {
                try await clearAway(name, on: table)
                throw error
            }
        }
        guard try await catalog.index(name, on: table)?.isValid == true else {
            throw IndexBuildError.invalid([RelationName(schema: table.schema, name: name).quoted])
        }
    }

    /// Checks what has the name, and drops what an interrupted build left.
    ///
    /// - Returns: whether nothing is left to do.
    package func settle(_ name: String, on table: IndexedTable, wanted: String?) async throws -> Bool {
        var patience = LockPatience(budget: lockPolicy.budget)
        while let found = try await catalog.index(name, on: table) {
            let qualified = RelationName(schema: table.schema, name: name)
            guard found.isOnTable else { throw IndexBuildError.nameTaken(qualified.quoted, place: place) }
            // The session of a killed run may still be building it: it ends within two seconds.
            if let builder = found.builder {
                let session = BlockingSession(
                    pid: builder, user: nil, application: "building \(qualified.quoted)", state: nil, seconds: 0,
                    query: "")
                try await patience.wait(for: [session], .notBegun, progress)
                continue
            }
            var definition = wanted
            if definition == nil { definition = try await catalog.definition(of: build, on: table) }
            guard found.definition == definition, found.isUnique == build.isUnique else {
                throw IndexBuildError.differs(
                    qualified.quoted, found: found.definition, wanted: definition ?? "", place: place)
            }
            if found.isValid { return true }
            progress(.note("\(qualified.quoted) is invalid after an interrupted build: it is rebuilt."))
            try await drop(found, of: table, qualified)
        }
        return false
    }

    private func drop(_ index: ExistingIndex, of table: IndexedTable, _ name: RelationName) async throws {
        try await SnapshotWait(connection, budget: lockPolicy.budget, progress: progress).wait(for: table.oid)
        try await connection.execute("SET lock_timeout = 0")
        try await watch.observing(connection, name.quoted, progress) {
            try await connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(try await connection.quote(name))")
        }
        try await FaultPoint.reach("index.dropped")
    }

    /// Drops what a failed build has left, as far as that does not take long: the next run would do the same.
    private func clearAway(_ name: String, on table: IndexedTable) async throws {
        guard let found = try await catalog.index(name, on: table), found.isOnTable, !found.isValid,
            found.builder == nil, found.parent == nil
        else { return }
        let quoted = try await connection.quote(RelationName(schema: table.schema, name: name))
        let before = try await connection.query("SELECT current_setting('statement_timeout')").first?
            .decode(String.self, at: 0)
        do {
            try await connection.executeScript("SET statement_timeout = '5s'")
            try await connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(quoted)")
        } catch let error as PostgresError where error.sqlState == .queryCanceled {
            progress(.warning("\(quoted) stays invalid for now; the next run drops it."))
        }
        // RESET would bring back what the role or the database has set, which would cancel the next try.
        try await connection.query("SELECT set_config('statement_timeout', $1, false)", [before])
    }
}
