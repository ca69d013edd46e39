import PostgresClient
import RSSCore
import RSSModel
import SQLScript

extension Conversion {
    /// Makes a converted table plain again, as it was before: while all its rows are in the former table.
    ///
    /// - Throws: ``ConversionError``, ``IndexBuildError`` for an index, `PostgresError`, `CancellationError`.
    package func undo(_ table: RelationName, progress: ProgressReporter) async throws -> ConversionOutcome {
        try await connection.keepingPartitions(of: table, changesSchema: true) {
            let record = try await undoable(table)
            var outcome = ConversionOutcome(table: table)
            try await connection.require(record.spec.objects, ofOwnerOf: table)
            if record.phase == .converted {
                try await buildKeys(record.spec, &outcome, progress)
                try await restore(record, &outcome, progress)
            }
            try await validateKeys(record, &outcome, progress)
            return outcome
        }
    }

    private func undoable(_ table: RelationName) async throws -> ConversionRecord {
        guard let record = try await ConversionRecord.newest(of: table, connection),
            record.state == "done" || record.state == "active" && record.phase != .convert
        else { throw ConversionError.nothingToUndo(table: table.quoted, what: "undo") }
        return record
    }

    /// The partitioned table and the former one in it.
    private func converted(_ spec: ConversionSpec) async throws -> PartitionedTable {
        let table = try await PartitionCatalog(connection).table(spec.table)
        guard
            table.partition(named: spec.relation(spec.legacy).quoted) != nil
                || table.partition(named: spec.legacy) != nil
        else { throw ConversionError.nothingToUndo(table: spec.table.quoted, what: "undo") }
        return table
    }

    private func refuseRowsElsewhere(_ table: PartitionedTable, _ spec: ConversionSpec) async throws {
        var filled: [String] = []
        for partition in table.partitions where partition.name != spec.legacy || partition.schema != spec.schema {
            let name = try await connection.quote(partition.relation)
            if try await !connection.query("SELECT FROM \(name) LIMIT 1").isEmpty {
                filled.append(partition.relation.quoted)
            }
        }
        if !filled.isEmpty { throw ConversionError.rowsInOtherPartitions(table: spec.table.quoted, partitions: filled) }
    }

    /// The unique indexes that the plain table had.
    private func keyBuilds(_ spec: ConversionSpec) async throws -> [IndexBuild] {
        var builds: [IndexBuild] = []
        for key in spec.replaced {
            let name = try await connection.quoteIdentifier(spec.undoName(of: key.name))
            let sql =
                "CREATE UNIQUE INDEX \(name) ON \(try await connection.quote(spec.relation(spec.legacy))) (\(try await quoted(key.columns)))"
            if let build = try IndexBuild(sql: sql) { builds.append(build) }
        }
        return builds
    }

    /// Builds them while the former table is still a partition.
    private func buildKeys(
        _ spec: ConversionSpec, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        try await refuseRowsElsewhere(try await converted(spec), spec)
        for build in try await keyBuilds(spec) {
            try await step("build index \(build.name ?? "")", &outcome, progress) {
                try await self.build(build, spec, progress)
            }
        }
    }

    private func quoted(_ names: [String]) async throws -> String {
        var quoted: [String] = []
        for name in names { quoted.append(try await connection.quoteIdentifier(name)) }
        return quoted.joined(separator: ", ")
    }

    /// The one transaction in which the former table gets its name back.
    private func restore(
        _ record: ConversionRecord, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        let spec = record.spec
        let found = try await converted(spec)
        let plain = try await connection.quote(spec.table)
        let (children, locks) = try await restorationLocks(spec, found)
        var started = ContinuousClock.now
        var tries = 0
        try await step("cut over to the former table", &outcome, progress) {
            try await briefly(spec, locking: locks.map { RelationLock($0, .accessExclusive) }, progress) {
                tries += 1
                try await connection.execute("LOCK TABLE \(plain) IN SHARE UPDATE EXCLUSIVE MODE")
                try await connection.refuseForeignCode(.arranging, in: [plain])
                try await connection.query("SELECT set_config('search_path', '', true)")
                let work = try await restoration(spec, found, children)
                let views = try await catalog.viewLocks(found.oid)
                started = .now
                try await take(locks, after: views)
                try await connection.require(spec.objects, ofOwnerOf: spec.table)
                try await refuseRowsElsewhere(found, spec)
                try await FaultPoint.reach("undo.locked")
                try await connection.executeScript(work.joined(separator: ";\n"))
                if !spec.hadPolicy {
                    try await PolicyStore(connection).erase(RelationName(schema: spec.schema, name: spec.table.name))
                }
                try await record.save(.restored, connection)
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "partition.convert", object: spec.table.quoted,
                    detail: "undone")
                try await FaultPoint.reach("undo.restored")
            }
        }
        outcome.cutoverMilliseconds = started.duration(to: .now) / .milliseconds(1)
        outcome.cutoverTries = tries
        try await FaultPoint.reach("undo.committed")
    }

    private func restorationLocks(
        _ spec: ConversionSpec, _ found: PartitionedTable
    ) async throws -> (children: [IncomingKey], locks: [RelationName]) {
        let references = try await catalog.referenced(by: found.oid)
        guard let name = spec.registry, let registry = try await catalog.oid(of: spec.relation(name)) else {
            return ([], [spec.table] + references)
        }
        let children = try await catalog.incomingKeys(registry, to: try await connection.quote(spec.table))
        return (children, children.map(\.table).unique() + [spec.table, spec.relation(name)] + references)
    }

    func undoSteps(_ table: RelationName) async throws -> (ConversionRecord, [ConversionPlan.Step]) {
        let record = try await undoable(table)
        let spec = record.spec
        guard record.phase == .converted else { return (record, []) }
        let found = try await converted(spec)
        try await refuseRowsElsewhere(found, spec)
        let builds = try await keyBuilds(spec)
        return try await catalog.reading {
            let legacy = try await connection.quote(spec.relation(spec.legacy))
            let (children, locks) = try await restorationLocks(spec, found)
            var steps: [ConversionPlan.Step] = []
            for build in builds {
                let name = try await connection.quoteIdentifier(build.name ?? "")
                steps.append(
                    ConversionPlan.Step(
                        "build index \(build.name ?? "")",
                        [RelationLock(spec.relation(spec.legacy), .shareUpdateExclusive)],
                        [build.sql(name: name, on: legacy, concurrently: true)]))
            }
            steps.append(
                ConversionPlan.Step(
                    "cut over to the former table", locks.map { RelationLock($0, .accessExclusive) },
                    try await restoration(spec, found, children)))
            for key in children {
                let statements = ConversionStatements(connection: connection, spec: spec, oid: found.oid)
                steps.append(
                    ConversionPlan.Step(
                        "validate \(key.name) of \(key.table.quoted)",
                        [RelationLock(key.table, .shareUpdateExclusive)],
                        [try await statements.validate(key.name, of: key.table)]))
            }
            return (record, steps)
        }
    }

    private func restoration(
        _ spec: ConversionSpec, _ found: PartitionedTable, _ children: [IncomingKey]
    ) async throws -> [String] {
        let plain = try await connection.quote(spec.table)
        let (legacy, draft) = (
            try await connection.quote(spec.relation(spec.legacy)),
            try await connection.quote(spec.relation(spec.draft))
        )
        let rows = try await connection.query(
            SQLResource(PackageResources.convert_carry_sql).text, [found.oid, plain, draft, false, spec.registry]
        ).map { try $0.decode(Int.self, String.self) }
        var statements: [String] = []
        for key in children {
            let name = try await connection.quoteIdentifier(key.name)
            statements.append("ALTER TABLE \(try await connection.quote(key.table)) DROP CONSTRAINT \(name)")
        }
        statements += rows.filter { $0.0 == 1 }.map(\.1)
        statements += [
            "ALTER TABLE \(plain) DETACH PARTITION \(legacy)",
            "ALTER TABLE \(plain) RENAME TO \(try await connection.quoteIdentifier(spec.draft))",
            "ALTER TABLE \(legacy) RENAME TO \(try await connection.quoteIdentifier(spec.table.name))",
        ]
        statements += rows.filter { $0.0 > 1 }.map(\.1)
        statements.append("DROP TABLE \(draft)")
        for pair in spec.renamedIndexes {
            let name = try await connection.quote(spec.relation(pair[1]))
            statements.append("ALTER INDEX \(name) RENAME TO \(try await connection.quoteIdentifier(pair[0]))")
        }
        for entry in spec.renamedStatistics {
            let name = try await connection.quote(RelationName(schema: entry[0], name: entry[2]))
            statements.append("ALTER STATISTICS \(name) RENAME TO \(try await connection.quoteIdentifier(entry[1]))")
        }
        for key in spec.replaced { statements += try await restored(key, spec, plain) }
        if spec.wasNullable, spec.replaced.contains(where: \.isPrimary) {
            statements.append(
                "ALTER TABLE \(plain) ALTER COLUMN \(try await connection.quoteIdentifier(spec.column)) DROP NOT NULL")
        }
        for key in children {
            let (table, name) = (
                try await connection.quote(key.table), try await connection.quoteIdentifier(key.name)
            )
            statements.append("ALTER TABLE \(table) ADD CONSTRAINT \(name) \(key.definition) NOT VALID")
            if let comment = key.comment {
                statements.append(
                    "COMMENT ON CONSTRAINT \(name) ON \(table) IS \(try await connection.quoteLiteral(comment))")
            }
        }
        if let registry = spec.registry { statements += try await registryDrops(spec, registry) }
        return statements
    }

    private func restored(_ key: ConversionSpec.Key, _ spec: ConversionSpec, _ plain: String) async throws -> [String] {
        let name = try await connection.quoteIdentifier(key.name)
        let legacy = try await connection.quoteIdentifier(spec.legacyName(of: key.name))
        let built = try await connection.quoteIdentifier(spec.undoName(of: key.name))
        var statements: [String] = []
        if key.isPrimary {
            statements.append("ALTER TABLE \(plain) DROP CONSTRAINT \(legacy)")
        } else if !spec.isShipped {
            statements.append("DROP INDEX \(try await connection.quote(spec.relation(spec.legacyName(of: key.name))))")
        }
        statements.append(
            key.isConstraint
                ? "ALTER TABLE \(plain) ADD CONSTRAINT \(name) \(key.isPrimary ? "PRIMARY KEY" : "UNIQUE") USING INDEX \(built)"
                : "ALTER INDEX \(try await connection.quote(spec.relation(spec.undoName(of: key.name)))) RENAME TO \(name)"
        )
        if let comment = key.comment {
            statements.append(
                key.isConstraint
                    ? "COMMENT ON CONSTRAINT \(name) ON \(plain) IS \(try await connection.quoteLiteral(comment))"
                    : "COMMENT ON INDEX \(try await connection.quote(spec.relation(key.name))) IS \(try await connection.quoteLiteral(comment))"
            )
        }
        return statements
    }

    /// The foreign keys were added NOT VALID: every write since was checked, and the rows from before are checked here.
    private func validateKeys(
        _ record: ConversionRecord, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        let spec = record.spec
        guard let oid = try await catalog.oid(of: spec.table) else {
            throw ConversionError.noSuchTable(spec.table.quoted)
        }
        let statements = ConversionStatements(connection: connection, spec: spec, oid: oid)
        for key in try await catalog.incomingKeys(oid, to: try await statements.table()) {
            if try await catalog.constraint(key.name, on: key.table) != false { continue }
            try await step("validate \(key.name) of \(key.table.quoted)", &outcome, progress) {
                try await online(
                    spec, try await statements.validate(key.name, of: key.table),
                    locking: [RelationLock(key.table, .shareUpdateExclusive)], progress)
            }
            try await FaultPoint.reach("undo.key valid")
        }
        try await connection.transaction {
            try await record.save(.restored, state: "undone", connection)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.convert", object: spec.table.quoted,
                detail: "undone, keys validated")
        }
        try await FaultPoint.reach("undo.done")
    }
}
