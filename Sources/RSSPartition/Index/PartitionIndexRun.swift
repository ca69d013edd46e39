import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Creates, drops and rebuilds indexes of partitioned tables without blocking readers and writers.
package struct PartitionIndexRun: Sendable {
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let observer: ConnectionOptions?
    let isDryRun: Bool

    /// Makes a run on a session of its own without a statement timeout.
    ///
    /// - Parameter observer: how to open a second session, which reads the progress of long statements; nil for none.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil,
        isDryRun: Bool = false
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.runID = runID
        self.observer = observer
        self.isDryRun = isDryRun
    }

    /// Runs work while no other run changes the table's partitions, and reports a spent lock budget as such.
    func keeping<T>(
        _ table: RelationName, _ what: String, _ use: ForeignCode.Use? = .arranging,
        isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> T
    ) async throws -> T {
        if isDryRun { return try await work() }
        try await BookkeepingSchema.prepare(connection)
        do {
            return try await connection.keepingPartitions(of: table, use) { try await work() }
        } catch let spent as LockBudgetSpent {
            throw PartitionError.lockBudgetSpent(partition: what, budget: spent.budget, blockers: spent.blockers)
        }
    }

    /// Builds an index on every partition, each concurrently, and joins them to one of the table. What exists already
    /// is used; an interrupted run resumes at its partition.
    ///
    /// - Parameter sql: a CREATE INDEX, as it would be run in psql; a table without a schema is looked up along the user's path.
    /// - Throws: ``PartitionIndexError``, ``PartitionError``, ``IndexBuildError``, `PostgresError`, `CancellationError`.
    package func create(_ sql: String, progress: ProgressReporter) async throws -> PartitionIndexOutcome {
        guard let parsed = try IndexBuild(sql: sql) else {
            throw PartitionIndexError.notCreateIndex(problem: "it is something else, or more than one statement")
        }
        guard let name = parsed.name else { throw PartitionIndexError.notCreateIndex(problem: "the index has no name") }
        let (build, catalog) = (parsed.onWholeTable(), IndexCatalog(connection: connection))
        guard let table = try await catalog.table(build.table), table.isPartitioned else {
            let name = try await connection.qualify(build.table, along: catalog.path)
            throw try await PartitionCatalog(connection).notPartitioned(name)
        }
        let target = RelationName(schema: table.schema, name: name)
        return try await keeping(table.relation, target.quoted) {
            var outcome = try await plan(build, target, on: table)
            guard !isDryRun, outcome.steps.contains(where: { $0.state == .pending }) else { return outcome }
            let clock = ContinuousClock.now
            try await PartitionIndexes.tellingDuplicates(target) {
                try await IndexBuilder(
                    build, connection: connection, lockPolicy: lockPolicy, watch: BuildWatch(observer),
                    progress: progress, place: SourcePlace(file: "CREATE INDEX", line: 1)
                ).build()
            }
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.index", object: target.quoted,
                detail:
                    "created on \(outcome.steps.count - 1) partitions in \(clock.duration(to: .now).components.seconds) s"
            )
            for index in outcome.steps.indices where outcome.steps[index].state == .pending {
                outcome.steps[index].state = .done
                outcome.steps[index].bytes = try await bytes(outcome.steps[index].index)
            }
            progress(.done("Created \(target.quoted) on \(outcome.steps.count - 1) partitions."))
            return outcome
        }
    }

    /// What building takes, read from the catalog.
    private func plan(
        _ build: IndexBuild, _ target: RelationName, on table: IndexedTable
    ) async throws -> PartitionIndexOutcome {
        let catalog = IndexCatalog(connection: connection)
        let wanted = try await catalog.definition(of: build, on: table)
        let parent = try await catalog.index(target.name, on: table)
        // An index of the name that is valid would otherwise be mistaken for the one that is wanted.
        if let parent, parent.isOnTable, parent.definition != wanted || parent.isUnique != build.isUnique {
            func text(_ isUnique: Bool, _ definition: String) -> String { (isUnique ? "UNIQUE " : "") + definition }
            throw PartitionIndexError.differs(
                target.quoted, found: text(parent.isUnique, parent.definition), wanted: text(build.isUnique, wanted))
        }
        let quotedParent = try await connection.quote(target)
        var steps = [
            PartitionIndexOutcome.Step(
                table: table.relation, index: target, state: parent?.isValid == true ? .ok : .pending,
                statements: parent == nil
                    ? [
                        build.defined(by: wanted, unlessFor: table.name).sql(
                            name: try await connection.quoteIdentifier(target.name),
                            on: try await connection.quote(table.relation), concurrently: false, only: true)
                    ] : [])
        ]
        for child in try await catalog.children(of: table) {
            let indexes = try await catalog.indexes(on: child)
            let attached = parent.flatMap { parent in indexes.first { $0.parent == parent.oid } }
            let fitting = indexes.first {
                $0.isValid && $0.parent == nil && $0.definition == wanted && $0.isUnique == build.isUnique
            }
            let name = attached?.name ?? fitting?.name ?? PartitionedIndexBuilder.name(of: target.name, on: child.name)
            let relation = RelationName(schema: child.schema, name: name)
            let isDone = attached?.isValid == true
            var statements: [String] = []
            if !isDone {
                if attached != nil {
                    statements.append("REINDEX INDEX CONCURRENTLY \(try await connection.quote(relation))")
                } else if fitting == nil {
                    statements.append(
                        build.defined(by: wanted, unlessFor: child.name).sql(
                            name: try await connection.quoteIdentifier(name),
                            on: try await connection.quote(child.relation), concurrently: true))
                }
                statements.append(
                    "ALTER INDEX \(quotedParent) ATTACH PARTITION \(try await connection.quote(relation))")
            }
            steps.append(
                PartitionIndexOutcome.Step(
                    table: child.relation, index: relation, state: isDone ? .ok : .pending, statements: statements))
        }
        return PartitionIndexOutcome(table: table.relation, target: target, steps: steps)
    }

    func bytes(_ index: RelationName) async throws -> Int64? {
        try await connection.query("SELECT pg_relation_size(to_regclass($1))", [index.quoted]).first?
            .decode(Int64?.self, at: 0) ?? nil
    }
}
