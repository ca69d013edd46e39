import PostgresClient
import RSSCore
import RSSModel

extension Conversion {
    /// An object of rssctl that is dropped when a conversion is undone.
    private struct Removal {
        var what: String
        var locks: [RelationLock]
        var statements: [String]
        /// Tables that only the record says belong to rssctl: locked, and then their owner is checked.
        var recorded: [RelationName] = []
        /// Whether it cannot be part of a transaction.
        var isConcurrent = false
    }

    /// Undoes a conversion in progress: what was created beside the table is dropped, and the table is as it was. After the
    /// cutover, ``undo(_:progress:)`` does it.
    ///
    /// - Throws: ``ConversionError``, `PostgresError`, `CancellationError`.
    package func abort(_ table: RelationName, progress: ProgressReporter) async throws -> ConversionOutcome {
        try await connection.keepingPartitions(of: table, nil, changesSchema: true) {
            let (record, removals) = try await removals(table)
            var outcome = ConversionOutcome(table: table)
            for removal in removals {
                try await step(removal.what, &outcome, progress) {
                    try await remove(removal, record.spec, progress)
                }
                try await FaultPoint.reach("abort.removed")
            }
            try await connection.transaction {
                try await record.save(.convert, state: "aborted", connection)
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "partition.convert", object: table.quoted, detail: "aborted")
            }
            try await FaultPoint.reach("abort.done")
            return outcome
        }
    }

    private func remove(_ removal: Removal, _ spec: ConversionSpec, _ progress: ProgressReporter) async throws {
        guard removal.isConcurrent else {
            return try await briefly(spec, locking: removal.locks, progress) {
                for table in removal.recorded {
                    try await connection.execute(
                        "LOCK TABLE \(try await connection.quote(table)) IN ACCESS EXCLUSIVE MODE")
                }
                try await connection.require(spec.objects, ofOwnerOf: spec.table)
                for statement in removal.statements { try await connection.execute(statement) }
            }
        }
        try await locked(spec) {
            try await lockPolicy.run(on: connection, locks: removal.locks, progress: progress) {
                // A timeout would leave the index invalid; it waits for older transactions, and no session waits for it.
                try await connection.execute("SET lock_timeout = 0")
                for statement in removal.statements {
                    try await connection.execute(statement, timeout: LongStatement.wholeTable)
                }
            }
        }
    }

    /// The objects of rssctl that exist, the latest first.
    private func removals(_ table: RelationName) async throws -> (ConversionRecord, [Removal]) {
        guard let record = try await ConversionRecord.newest(of: table, connection), record.state == "active",
            record.phase != .restored
        else { throw ConversionError.nothingToUndo(table: table.quoted, what: "abort") }
        let spec = record.spec
        guard let plain = try await catalog.table(table, column: spec.column) else {
            throw ConversionError.noSuchTable(table.quoted)
        }
        if plain.isPartitioned { throw ConversionError.alreadyConverted(table: table.quoted) }
        try await connection.require(spec.objects, ofOwnerOf: spec.table)
        var removals: [Removal] = []
        let draft = spec.relation(spec.draft)
        if let oid = try await catalog.oid(of: draft) {
            removals.append(
                Removal(
                    what: "drop \(draft.quoted)",
                    locks: try await catalog.referenced(by: oid).map { RelationLock($0, .accessExclusive) },
                    statements: ["DROP TABLE \(try await connection.quote(draft))"], recorded: [draft]))
        }
        if let removal = try await removal(of: ConversionStatements.bound, on: spec.table) { removals.append(removal) }
        let statements = ConversionStatements(connection: connection, spec: spec, oid: plain.oid)
        for key in try await statements.incomingKeys() {
            guard let registry = spec.registry,
                try await catalog.references(key.draft, of: key.table, to: spec.relation(registry)),
                var removal = try await removal(of: key.draft, on: key.table)
            else { continue }
            removal.locks.append(RelationLock(spec.relation(registry), .accessExclusive))
            removals.append(removal)
        }
        if let removal = try await registryRemoval(spec) { removals.append(removal) }
        for index in spec.indexesToBuild {
            let name = spec.relation(index.name)
            let isMissing = try await connection.query(
                "SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND indrelid = $2::bigint::oid",
                [name.quoted, plain.oid]
            ).isEmpty
            if isMissing { continue }
            removals.append(
                Removal(
                    what: "drop \(name.quoted)", locks: [RelationLock(spec.table, .shareUpdateExclusive)],
                    statements: ["DROP INDEX CONCURRENTLY \(try await connection.quote(name))"], isConcurrent: true))
        }
        return (record, removals)
    }

    private func removal(of constraint: String, on table: RelationName) async throws -> Removal? {
        guard try await catalog.constraint(constraint, on: table) != nil else { return nil }
        let (quoted, name) = (try await connection.quote(table), try await connection.quoteIdentifier(constraint))
        return Removal(
            what: "drop \(constraint) of \(table.quoted)", locks: [RelationLock(table, .accessExclusive)],
            statements: ["ALTER TABLE \(quoted) DROP CONSTRAINT \(name)"])
    }

    private func registryRemoval(_ spec: ConversionSpec) async throws -> Removal? {
        guard let registry = spec.registry, try await catalog.oid(of: spec.relation(registry)) != nil else {
            return nil
        }
        let table = try await connection.quote(spec.table)
        var statements: [String] = []
        for trigger in Self.registryTriggers(registry) {
            statements.append("DROP TRIGGER IF EXISTS \(try await connection.quoteIdentifier(trigger)) ON \(table)")
        }
        return Removal(
            what: "drop \(spec.relation(registry).quoted)", locks: [RelationLock(spec.table, .accessExclusive)],
            statements: statements + (try await registryDrops(spec, registry)),
            recorded: [spec.table, spec.relation(registry)])
    }

    static func registryTriggers(_ registry: String) -> [String] {
        ["zz_\(registry)_update", "\(registry)_insert", "\(registry)_delete", "\(registry)_truncate"]
    }

    /// The registry goes with its functions once no trigger of the table needs them.
    func registryDrops(_ spec: ConversionSpec, _ registry: String) async throws -> [String] {
        var statements = ["DROP TABLE \(try await connection.quote(spec.relation(registry)))"]
        for function in ConversionSpec.registryFunctions {
            statements.append("DROP FUNCTION \(try await connection.quote(spec.relation("\(registry)_\(function)")))")
        }
        return statements
    }

    /// What ``abort(_:progress:)`` or ``undo(_:progress:)`` would do; changes nothing.
    ///
    /// - Throws: ``ConversionError``, `PostgresError`.
    package func planTakingBack(_ table: RelationName, isUndo: Bool) async throws -> ConversionPlan {
        let record: ConversionRecord
        let steps: [ConversionPlan.Step]
        if isUndo {
            (record, steps) = try await undoSteps(table)
        } else {
            let (found, removals) = try await removals(table)
            record = found
            steps = removals.map { ConversionPlan.Step($0.what, $0.locks, $0.statements) }
        }
        let plain = try await catalog.table(table, column: record.spec.column)
        return ConversionPlan(
            table: table, legacy: record.spec.relation(record.spec.legacy), registry: nil,
            upper: record.spec.key.label(record.spec.upper), rows: plain?.rows ?? 0, bytes: plain?.bytes ?? 0,
            steps: steps, carried: [], changes: [], asked: [])
    }
}
