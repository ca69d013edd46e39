import PostgresClient
import RSSCore
import RSSModel

extension PartitionIndexRun {
    /// Rebuilds the parts of an index on all partitions, or all indexes of all partitions of a table, each concurrently.
    ///
    /// An interrupted run resumes after the last part that it rebuilt; invalid copies that it left are dropped first. A part
    /// that cannot be rebuilt does not prevent the others from being rebuilt.
    ///
    /// - Parameter restarts: whether it begins with the first again.
    /// - Throws: ``PartitionIndexError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func reindex(
        _ name: RelationName, restarts: Bool, progress: ProgressReporter
    ) async throws -> PartitionIndexOutcome {
        let target = try await PartitionIndexTarget(name, connection)
        guard target.kind == "I" || target.kind == "p" else {
            let what = target.kind == "i" ? "INDEX" : "TABLE"
            throw PartitionIndexError.notPartitioned(
                target.relation.quoted, instead: "REINDEX \(what) CONCURRENTLY \(target.relation.quoted)")
        }
        return try await keeping(target.table, target.relation.quoted) {
            var outcome = PartitionIndexOutcome(table: target.table, target: target.relation, steps: [])
            let leaves = try await leaves(of: target.relation)
            let rebuilt = restarts ? [] : try await rebuiltBefore(target.relation)
            let isResumed = leaves.contains { rebuilt.contains($0.index.quoted) }
            for leaf in leaves {
                outcome.steps.append(
                    PartitionIndexOutcome.Step(
                        table: leaf.table, index: leaf.index,
                        state: rebuilt.contains(leaf.index.quoted) ? .ok : .pending,
                        statements: ["REINDEX INDEX CONCURRENTLY \(try await connection.quote(leaf.index))"],
                        bytes: leaf.bytes))
            }
            if isDryRun { return outcome }
            if isResumed { progress(.note("A reindex of \(target.relation.quoted) was interrupted: resuming it.")) }
            try await IndexLeftovers(connection).sweep([RelationLock(target.table, .shareUpdateExclusive)])
            if !isResumed { try await mark("begin", target.relation, "\(leaves.count) indexes") }
            for index in outcome.steps.indices where outcome.steps[index].state == .pending {
                try Task.checkCancellation()
                outcome.steps[index] = try await rebuild(outcome.steps[index], progress)
            }
            try await validate(target, progress)
            let failed = outcome.steps.count { $0.state == .failed }
            try await mark("end", target.relation, "\(outcome.steps.count - failed) of \(outcome.steps.count) indexes")
            return outcome
        }
    }

    /// What an interrupted reindex has done.
    private func rebuiltBefore(_ target: RelationName) async throws -> Set<String> {
        guard try await BookkeepingSchema.exists("rssctl.operation", connection) else { return [] }
        return Set(
            try await connection.query(SQLResource(PackageResources.index_rebuilt_sql).text, [target.quoted])
                .map { try $0.decode(String.self, at: 0) })
    }

    private func mark(_ point: String, _ target: RelationName, _ detail: String) async throws {
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "partition.reindex.\(point)", object: target.quoted, detail: detail)
    }

    private func rebuild(
        _ step: PartitionIndexOutcome.Step, _ progress: ProgressReporter
    ) async throws -> PartitionIndexOutcome.Step {
        var step = step
        let started = ContinuousClock.now
        do {
            try await connection.execute("SET lock_timeout = 0")
            try await BuildWatch(observer).observing(connection, step.index.name, progress) {
                for statement in step.statements { try await connection.execute(statement) }
            }
            try await FaultPoint.reach("index.rebuilt")
            step.bytesAfter = try await bytes(step.index)
            step.state = .done
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.reindex", object: step.index.quoted,
                detail: "\(step.bytes ?? 0) bytes before, \(step.bytesAfter ?? 0) after")
        } catch let error as PostgresError where error.code == .server {
            try await IndexLeftovers(connection).sweep([RelationLock(step.table, .shareUpdateExclusive)])
            step.state = .failed
            step.error = ErrorReport(describing: error)
        }
        step.duration = started.duration(to: .now)
        return step
    }

    /// The index of the whole becomes valid with the last of its parts, but only when one of them is attached again.
    private func validate(_ target: PartitionIndexTarget, _ progress: ProgressReporter) async throws {
        let invalid = try await connection.query(
            """
            SELECT x.relname::text FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = to_regclass($1) AND NOT i.indisvalid AND ($2::text IS NULL OR i.indexrelid = to_regclass($2))
            """, [target.table.quoted, target.kind == "I" ? target.relation.quoted : nil]
        ).map { try $0.decode(String.self, at: 0) }
        guard !invalid.isEmpty else { return }
        let table = try await PartitionCatalog(connection).table(target.table, sizes: false)
        for name in invalid {
            try await PartitionIndexes(connection, lockPolicy: lockPolicy, observer: observer, progress: progress)
                .complete(RelationName(schema: table.schema, name: name), of: table)
        }
    }
}
