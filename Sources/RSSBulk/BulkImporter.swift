import CSV
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Imports a file into a table. The file is read once to know what is in it, once more to write down what is rejected,
/// and then it is loaded batch by batch; memory does not grow with it.
package struct BulkImporter: Sendable {
    /// How an import ended, or would end.
    package struct Outcome: Sendable, Equatable {
        /// Rows of the file.
        package var read = 0
        /// New rows in the table.
        package var inserted = 0
        /// Rows of the table that were changed.
        package var updated = 0
        /// Rows of the table that were deleted.
        package var deleted = 0
        /// Rows that the table has already and that were left as they are.
        package var unchanged = 0
        /// What was rejected.
        package var rejects = RejectTally()
        /// Where rejected rows are; nil when there are none, or no file was asked for.
        package var rejectsPath: String?
        /// The visit report of rows that name none.
        package var visit: String?
        /// The organization of that report; nil where the role may not know.
        package var organization: String?
        /// Placeholders in place of identifiers.
        package var placeholders = PlaceholderTally()
        /// Keys that differ in case alone.
        package var caseVariants = CaseVariants()
        /// The names that a column may have, of the columns in which others were found.
        package var names: [String: [String]] = [:]
        /// The column by which rows were matched; nil where they were matched by all of them.
        package var key: String?
        /// The run in the ledger of the database, by which the import can be undone; nil when nothing was loaded.
        package var run: String?
        /// When the run began that this one continued; nil for none.
        package var continued: Date?
        /// The statements that load a batch.
        package var statements: [String] = []
    }

    /// How long another import of the same table is waited for.
    private static let patience = Duration.seconds(3600)

    let connection: PostgresConnection
    let lookups: ConnectionOptions
    let runID: String
    let progress: ProgressReporter
    var batchSize = ImportLoad.BatchSize()

    /// Makes an importer.
    ///
    /// - Parameters:
    ///   - connection: a session that is not used for anything else meanwhile.
    ///   - lookups: how further sessions are opened: one looks references up while rows are sent, one writes every other batch.
    package init(
        _ connection: PostgresConnection, lookups: ConnectionOptions, runID: String, progress: ProgressReporter
    ) {
        self.connection = connection
        self.lookups = lookups
        self.runID = runID
        self.progress = progress
    }

    /// Imports a file.
    ///
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`. What was committed before stays, and the next run
    ///   of the same file continues after it.
    package func run(_ file: ImportFile) async throws -> Outcome {
        let tables = try await ApplicationTables(connection)
        try await requireTable(file.table, tables)
        var outcome = Outcome()
        let validator = try await validator(for: file, tables, &outcome)
        // Made before the first row is read: an import whose rejects cannot be kept does not begin.
        let rejects = try file.rejectsPath.map { path throws(ImportError) in try RejectsFile(path) }
        // In parallel with the first reading, which has the file in the system's page cache.
        async let digest = file.input.digest()
        let scan = FileScan(file, validator, ReferenceResolver(connection, tables), progress)
        let found = try await scan.run()
        outcome.read = found.read
        outcome.placeholders = found.placeholders
        if file.options.operation == .import, file.options.visit == nil, found.read > 0,
            found.withoutVisit == found.read
        {
            throw ImportError.noVisits(file.name, object: file.table.object)
        }
        outcome.caseVariants = try await withTable(found.caseVariants, validator, tables.name(file.table.table))
        if found.rejected > 0 {
            outcome.rejects = try await progress.phase("write rejects") { try await scan.reject(found, into: rejects) }
        }
        try check(outcome.rejects, outcome.read, file.options)
        // In its place before the first row is committed.
        let isKept = outcome.rejects.rows > 0 && rejects != nil
        if isKept { try rejects?.publish() }
        let fileDigest = try await digest
        guard file.input.isUnchanged else { throw ImportError.changedWhileRead(file.name) }
        let refused = try await load(file, tables, validator, found, digest: fileDigest, &outcome)
        if !refused.isEmpty {
            let rejects = isKept ? try file.rejectsPath.map { try RejectsFile($0) } : rejects
            outcome.rejects = try await scan.reject(found, refused: refused, into: rejects)
            try rejects?.publish()
        }
        if outcome.rejects.rows == 0, !file.options.isDryRun { rejects?.discard() }
        outcome.rejectsPath = outcome.rejects.rows > 0 ? rejects?.path : nil
        for kind in outcome.rejects.kinds where kind.code == .unknownName {
            if let column = kind.column { outcome.names[column] = validator.names(of: column) }
        }
        return outcome
    }

    /// Also what the table has in capitals.
    private func withTable(
        _ variants: CaseVariants, _ validator: RowValidator, _ relation: String
    ) async throws -> CaseVariants {
        let capitals = variants.capitals
        guard !capitals.isEmpty, let key = validator.key else { return variants }
        var variants = variants
        // By the index on the key; without one it is one look at the table.
        variants.addOfTable(
            try await connection.query(
                "SELECT DISTINCT \(key.target)::text FROM \(relation) WHERE \(key.target) = ANY ($1)", [capitals]
            ).map { try $0.decode(String.self, at: 0) })
        return variants
    }

    private func requireTable(_ table: ImportTable, _ tables: ApplicationTables) async throws {
        let found = try await connection.query(
            "SELECT 1 WHERE to_regclass($1) IS NOT NULL", [tables.name(table.table)])
        if found.isEmpty { throw ImportError.noTable(table.table) }
        try await connection.refuseOtherThanTable(tables.name(table.table))
        try await connection.refuseForeignCode(.writing, in: [tables.name(table.table)])
        // Where references and names are looked up.
        try await connection.refuseForeignCode(.reading, in: tables)
    }

    /// Loads what rows are validated against.
    private func validator(
        for file: ImportFile, _ tables: ApplicationTables, _ outcome: inout Outcome
    ) async throws -> RowValidator {
        let entries = try await connection.query(tables.sql(PackageResources.bulk_categories_sql))
            .map { row in
                let (id, name) = try row.decode(UUID.self, String.self)
                return (name: name, id: id)
            }
        var constants: [String: ImportValue] = [:]
        if let name = file.options.visit {
            let resolver = ReferenceResolver(connection, tables)
            let (id, number) = try await resolver.visit(name)
            constants["visit_report"] = .id(id)
            outcome.visit = number
            outcome.organization = try await resolver.organization(of: id)
        }
        let validator = RowValidator(
            file.table, header: file.header, key: try file.key()?.target,
            names: ["category": LoadedNames(entries)], constants: constants, encoding: file.encodingName,
            padsShortRows: file.padsShortRows, requiresKey: file.options.operation != .import,
            usesDecimalComma: file.usesDecimalComma, placeholders: Placeholders(file.options.placeholders),
            values: file.options.values)
        outcome.key = validator.key?.name
        return validator
    }

    private func check(_ rejects: RejectTally, _ read: Int, _ options: ImportOptions) throws {
        guard let limit = options.maxErrors, limit.isExceeded(rejects.rows, of: read), let first = rejects.kinds.first
        else { return }
        throw ImportError.tooManyRejects(limit: limit.text, first: "line \(first.line), \(first.reason)")
    }

    /// The same of what the server refuses as well.
    private func check(
        _ refused: [Int: RowProblem], _ outcome: Outcome, _ options: ImportOptions, _ run: String
    ) throws {
        let rejected = outcome.rejects.rows + refused.count
        guard let limit = options.maxErrors, limit.isExceeded(rejected, of: outcome.read),
            let (_, problem) = refused.min(by: { $0.key < $1.key })
        else { return }
        if options.isAtomic || options.isDryRun {
            throw ImportError.tooManyRejects(limit: limit.text, first: problem.reason)
        }
        throw ImportError.tooManyRefused(limit: limit.text, first: problem.reason, run: run)
    }

    /// Loads the valid rows.
    ///
    /// - Returns: the rows that the server refused, by record.
    private func load(
        _ file: ImportFile, _ tables: ApplicationTables, _ validator: RowValidator, _ found: FileScan.Found,
        digest: String, _ outcome: inout Outcome
    ) async throws -> [Int: RowProblem] {
        let options = file.options
        let statements = try await statements(file, tables, validator)
        outcome.statements = statements.all
        guard outcome.read > outcome.rejects.rows else { return [:] }
        let ledger = BulkLedger(connection: connection)
        if !options.isDryRun { try await BookkeepingSchema.prepare(connection) }
        if let same = try await ledger.same(digest: digest, file) {
            progress(
                .note(
                    "The same operation was already done with this file, at \(same.at.formatted(.iso8601)) by run \(same.run)."
                )
            )
        }
        let settings = file.settingsDigest(visit: outcome.visit)
        let unfinished =
            options.isDryRun
            ? nil : try await ledger.unfinished(digest: digest, table: file.table.table, settings: settings)
        let run = unfinished?.run ?? runID
        if let unfinished {
            progress(
                .note(
                    "Resuming after the \(unfinished.done.count) batches that run \(run) loaded before it was interrupted."
                ))
            outcome.continued = unfinished.startedAt
        }
        if !options.isDryRun { try await ledger.prune() }
        let isAlone = try await lock(file, statements, found)
        let sessions = try await LoadSessions(connection, lookups, writing: options.isAtomic ? 1 : 2)
        defer { sessions.close() }
        let numbers = BatchNumbers(after: unfinished?.lastBatch ?? 0)
        let load = ImportLoad(
            sessions.writing.map { session in
                BatchWriter(
                    connection: session, statements: statements, options: options, run: run, numbers: numbers,
                    progress: progress)
            }, reading: sessions.reading, statements,
            try RowSource(
                file, validator, ReferenceResolver(sessions.reading, tables), repeated: found.repeated,
                chunkRows: batchSize.chunkRows),
            size: batchSize, rejected: outcome.rejects.rows, isDryRun: options.isDryRun,
            isTableOurs: isAlone ? try await isEmpty(statements.relation) : false,
            done: unfinished?.done ?? [], progress: progress)
        var refused = unfinished?.refused ?? [:]
        func work() async throws {
            if !options.isDryRun, unfinished == nil {
                try await ledger.begin(run, file, digest: digest, settings: settings, columns: validator.columns)
                try await FaultPoint.reach("bulk.begun")
            }
            try await progress.phase("load", total: Int64(found.good), unit: .rows) {
                try await load.run { written in
                    try check(refused.merging(written.refused) { first, _ in first }, outcome, options, run)
                }
            }
            refused.merge(load.written.refused) { first, _ in first }
            let counts = load.written.counts + (unfinished?.counts ?? LoadCounts())
            (outcome.inserted, outcome.updated, outcome.unchanged) = (counts.inserted, counts.updated, counts.unchanged)
            outcome.deleted = counts.deleted
            let isOne = options.isDryRun || options.isAtomic
            guard file.input.isUnchanged else {
                if isOne { throw ImportError.changedWhileRead(file.name) }
                try await ledger.stop(run)
                throw ImportError.changedWhileLoaded(file.name, run: run)
            }
            let all = counts.inserted + counts.updated + counts.deleted + counts.unchanged + refused.count
            guard all == found.good else {
                // A row of a batch that is loaded may be another one now: what it names may have been made since.
                if !isOne { try await ledger.stop(run) }
                throw ImportError.unaccounted(all, of: found.good)
            }
            try await FaultPoint.reach("bulk.loaded")
            if !options.isDryRun { try await ledger.end(run, outcome, refused: refused.count, file) }
        }
        if options.isAtomic, !options.isDryRun {
            try await connection.transaction { try await work() }
        } else {
            try await work()
        }
        if isAlone { try await connection.release(BulkLedger.lock(table: file.table.table)) }
        if !options.isDryRun {
            try await connection.release(BulkLedger.lock(run))
            outcome.run = run
        }
        return refused
    }

    /// Keeps other imports out of the table where nothing else would keep two of them from inserting the same rows: where
    /// no constraint is on the key, or rows have none.
    ///
    /// - Returns: whether it was necessary.
    private func lock(
        _ file: ImportFile, _ statements: LoadStatements, _ found: FileScan.Found
    ) async throws -> Bool {
        guard file.options.operation == .import, !file.options.isDryRun,
            !statements.isKeyUnique || found.hasKeyless
        else { return false }
        let lock = BulkLedger.lock(table: file.table.table)
        do {
            try await connection.acquire(lock)
        } catch let error as AdvisoryLockError {
            let holder = error.holder.map { " (\($0))" } ?? ""
            progress(.note("Another import writes to \(file.table.table)\(holder); this one waits until it is done."))
            do {
                try await connection.acquire(lock, wait: Self.patience)
            } catch is AdvisoryLockError {
                throw ImportError.contended("Another import writes to \(file.table.table)\(holder).")
            }
        }
        return true
    }

    private func isEmpty(_ relation: String) async throws -> Bool {
        try await connection.query("SELECT FROM \(relation) LIMIT 1").isEmpty
    }

    private func statements(
        _ file: ImportFile, _ tables: ApplicationTables, _ validator: RowValidator
    ) async throws -> LoadStatements {
        let relation = tables.name(file.table.table)
        let unique = try await connection.query(
            SQLResource(PackageResources.bulk_unique_columns_sql).text, [relation]
        ).map { try $0.decode(String.self, at: 0) }
        return LoadStatements(
            table: file.table, relation: relation, columns: validator.columns, key: validator.key,
            isKeyUnique: validator.key.map { unique.contains($0.target) } ?? false, fillsOnly: file.options.fillsOnly,
            operation: file.options.operation, kept: try await KeptColumn.all(of: relation, connection),
            moves: tables.sql(PackageResources.bulk_moves_sql),
            hasRowSecurity: try await connection.query(
                SQLResource(PackageResources.bulk_row_security_sql).text, [relation]
            ).first?.decode(Bool.self, at: 0) ?? false)
    }
}
