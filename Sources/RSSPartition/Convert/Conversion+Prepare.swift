import Foundation
import PostgresClient
import RSSCore
import RSSModel
import SQLScript

extension Conversion {
    /// All that comes before the cutover. Each step checks whether it is done already.
    func prepare(
        _ record: inout ConversionRecord, at date: Date, _ outcome: inout ConversionOutcome,
        _ progress: ProgressReporter
    ) async throws {
        guard let table = try await catalog.table(record.spec.table, column: record.spec.column) else {
            throw ConversionError.noSuchTable(record.spec.table.quoted)
        }
        try await connection.require(record.spec.objects, ofOwnerOf: record.spec.table)
        let statements = ConversionStatements(connection: connection, spec: record.spec, oid: table.oid)
        try await makeRegistry(record.spec, table, statements, &outcome, progress)
        for build in try await statements.indexes() {
            try await step("build index \(build.name ?? "")", &outcome, progress) {
                try await self.build(build, record.spec, progress)
            }
        }
        try await fillRegistry(&record, table, &outcome, progress)
        try await turnKeys(record.spec, statements, &outcome, progress)
        try await raiseBound(record.spec, statements, &outcome, progress)
        try await makeDraft(record.spec, table, statements, at: date, &outcome, progress)
    }

    func build(_ build: IndexBuild, _ spec: ConversionSpec, _ progress: ProgressReporter) async throws {
        try await locked(spec) {
            try await IndexBuilder(
                build, connection: connection, lockPolicy: lockPolicy, watch: BuildWatch(observer),
                progress: progress, place: SourcePlace(file: "rssctl partition convert", line: 1)
            ).build()
        }
    }

    private func makeRegistry(
        _ spec: ConversionSpec, _ table: PlainTable, _ statements: ConversionStatements,
        _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        guard let registry = spec.registry else { return }
        if try await catalog.oid(of: spec.relation(registry)) != nil { return }
        let made = try await statements.registry(table)
        let path = try await connection.quoteIdentifier(spec.schema)
        try await step("create the key registry \(registry)", &outcome, progress) {
            // CREATE TRIGGER waits for the transactions that write without it; later ones write with it.
            try await briefly(spec, locking: [RelationLock(spec.table, .shareRowExclusive)], progress) {
                // First the lock: all the rest is of new objects.
                try await connection.execute("LOCK TABLE \(try await statements.table()) IN SHARE ROW EXCLUSIVE MODE")
                try await connection.along(path) {
                    for statement in made { try await connection.execute(statement) }
                }
                try await FaultPoint.reach("convert.registry")
            }
        }
        try await FaultPoint.reach("convert.registered")
    }

    private func fillRegistry(
        _ record: inout ConversionRecord, _ table: PlainTable, _ outcome: inout ConversionOutcome,
        _ progress: ProgressReporter
    ) async throws {
        guard record.spec.registry != nil else { return }
        let spec = record.spec
        let fill = try await KeyRegistryFill(
            spec, table, connection: connection, lockPolicy: lockPolicy, progress: progress)
        var kept = record
        do {
            try await step("fill the key registry", &outcome, progress) {
                try await locked(spec) {
                    try await fill.fill(from: spec.checkpoint) { end in
                        if let end { kept.spec.checkpoint = end }
                        try await kept.save(.convert, connection)
                    }
                }
            }
            try await FaultPoint.reach("convert.complete")
            var corrected = 0
            try await step("compare the key registry with the table", &outcome, progress) {
                corrected = try await locked(spec) { try await fill.verify() }
            }
            if corrected > 0 { progress(.note("\(corrected) keys that were changed meanwhile were entered again.")) }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw ConversionError.duplicate(table: spec.table.quoted, detail: error.detail ?? error.message)
        }
        record = kept
        try await FaultPoint.reach("convert.verified")
    }

    /// The foreign keys of other tables, to the registry: both hold until the cutover drops the old ones.
    private func turnKeys(
        _ spec: ConversionSpec, _ statements: ConversionStatements, _ outcome: inout ConversionOutcome,
        _ progress: ProgressReporter
    ) async throws {
        guard let registry = spec.registry else { return }
        for key in try await statements.incomingKeys() {
            var isValid = try await catalog.constraint(key.draft, on: key.table)
            if isValid == true { continue }
            try await step("add \(key.name) of \(key.table.quoted) referencing \(registry)", &outcome, progress) {
                if isValid == nil {
                    let add = try await statements.add(key)
                    try await briefly(
                        spec,
                        locking: [
                            RelationLock(key.table, .shareRowExclusive),
                            RelationLock(spec.relation(registry), .shareRowExclusive),
                        ], progress
                    ) { try await connection.execute(add) }
                    try await FaultPoint.reach("convert.key")
                    isValid = false
                }
                try await online(
                    spec, try await statements.validate(key.draft, of: key.table),
                    locking: [RelationLock(key.table, .shareUpdateExclusive)], progress)
            }
            try await FaultPoint.reach("convert.key valid")
        }
    }

    private func raiseBound(
        _ spec: ConversionSpec, _ statements: ConversionStatements, _ outcome: inout ConversionOutcome,
        _ progress: ProgressReporter
    ) async throws {
        let isValid = try await catalog.constraint(ConversionStatements.bound, on: spec.table)
        if isValid == true { return }
        try await step("validate the bounds of \(spec.table.quoted)", &outcome, progress) {
            if isValid == nil {
                let raise = try await statements.raiseBound()
                try await briefly(spec, locking: [RelationLock(spec.table, .accessExclusive)], progress) {
                    try await connection.execute(raise)
                }
                try await FaultPoint.reach("convert.bound")
            }
            try await online(
                spec, try await statements.validate(ConversionStatements.bound, of: spec.table),
                locking: [RelationLock(spec.table, .shareUpdateExclusive)], progress)
        }
        try await FaultPoint.reach("convert.bound valid")
    }

    /// The partitioned table under its draft name with the partitions that come after the plain one. A draft that is no
    /// longer like the table is re-created.
    private func makeDraft(
        _ spec: ConversionSpec, _ table: PlainTable, _ statements: ConversionStatements, at date: Date,
        _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        let (mark, made) = try await catalog.reading {
            (try await statements.draftMark(), try await statements.draft())
        }
        let draft = spec.relation(spec.draft)
        if let found = try await catalog.oid(of: draft) {
            if try await comment(of: found) == mark { return }
            progress(.note("\(spec.table.quoted) was changed meanwhile: \(draft.quoted) is re-created."))
            try await dropDraft(spec, progress)
        }
        let referenced = try await catalog.referenced(by: table.oid).map { RelationLock($0, .shareRowExclusive) }
        try await step("create the partitioned table under a draft name", &outcome, progress) {
            try await briefly(spec, locking: referenced, progress) {
                try await connection.refuseForeignCode(.arranging, in: [spec.table.quoted])
                for statement in made { try await connection.execute(statement) }
                let quoted = try await connection.quote(draft)
                try await connection.execute(
                    "COMMENT ON TABLE \(quoted) IS \(try await connection.quoteLiteral(mark))")
                for statement in try await partitions(of: draft, spec, at: date) {
                    try await connection.execute(statement)
                }
                try await FaultPoint.reach("convert.draft")
            }
        }
        try await FaultPoint.reach("convert.drafted")
    }

    /// The partitions after the plain table, as the policy wants them.
    private func partitions(of draft: RelationName, _ spec: ConversionSpec, at date: Date) async throws -> [String] {
        var table = try await PartitionCatalog(connection).table(draft)
        let template = try await PartitionTemplate(table, policy: spec.policy, connection: connection)
        var statements: [String] = []
        for partition in try await futurePartitions(&table, spec, at: date) {
            let name = try await connection.quote(spec.relation(partition.name))
            statements += template.create(name) + [template.attach(name, partition.bound, key: spec.key)]
        }
        return statements
    }

    func futurePartitions(
        _ draft: inout PartitionedTable, _ spec: ConversionSpec, at date: Date
    ) async throws -> [PartitionToCreate] {
        let cells = PartitionCells(policy: spec.policy, key: spec.key, connection: connection)
        var plain = draft
        plain.name = spec.table.name
        let now = try await cells.now(date, of: plain)
        let end = try await cells.span(around: now, ahead: spec.policy.premake).end
        guard spec.upper < end else { return [] }
        // They are named after the table, and begin where it ends.
        return PartitionPlanner.missing(
            in: plain,
            cells: try await cells.cells(from: spec.upper, to: end).map { cell in
                cell.lower < spec.upper
                    ? PartitionCell(lower: spec.upper, upper: cell.upper, suffix: "\(cell.suffix)_part") : cell
            }, now: now, takenNames: try await PartitionCatalog(connection).takenNames(in: spec.schema))
    }

    private func comment(of oid: Int64) async throws -> String? {
        try await connection.query("SELECT obj_description($1::bigint::oid, 'pg_class')", [oid]).first?
            .decode(String?.self, at: 0)
    }

    func dropDraft(_ spec: ConversionSpec, _ progress: ProgressReporter) async throws {
        guard let oid = try await catalog.oid(of: spec.relation(spec.draft)) else { return }
        let drop = "DROP TABLE \(try await connection.quote(spec.relation(spec.draft)))"
        let locks = try await catalog.referenced(by: oid).map { RelationLock($0, .accessExclusive) }
        let lock = "LOCK TABLE \(try await connection.quote(spec.relation(spec.draft))) IN ACCESS EXCLUSIVE MODE"
        try await briefly(spec, locking: locks, progress) {
            try await connection.execute(lock)
            try await connection.require(spec.objects, ofOwnerOf: spec.table)
            try await connection.execute(drop)
        }
        try await FaultPoint.reach("convert.draft dropped")
    }
}
