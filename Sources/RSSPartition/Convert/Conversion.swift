import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Makes a plain table partitioned without blocking readers and writers or moving a row: the table becomes the first
/// partition of a new one that takes over its name. Foreign keys hold at every moment.
///
/// What can be prepared is prepared without blocking others: a registry holds what must stay unique over all partitions, the
/// foreign keys to the table reference it in addition to the table, the partitioned table is ready under another name. The
/// cutover is one transaction of some ten milliseconds. The next step is decided from the catalog: an interrupted run is
/// simply run again.
package struct Conversion: Sendable {
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let observer: ConnectionOptions?

    var catalog: ConversionCatalog { ConversionCatalog(connection: connection) }

    /// Makes the conversion of one session, which can hold locks.
    ///
    /// - Parameter observer: how to open a second session, which reads the progress of long statements; nil for none.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.runID = runID
        self.observer = observer
    }

    /// Converts, or resumes what an earlier run began.
    ///
    /// - Throws: ``ConversionError``, ``IndexBuildError`` for an index, `PostgresError`, `CancellationError`.
    package func run(
        _ request: ConversionRequest, at date: Date, progress: ProgressReporter
    ) async throws -> ConversionOutcome {
        try await connection.keepingPartitions(of: request.table, .copying, changesSchema: true) {
            var outcome = ConversionOutcome(table: request.table)
            guard var record = try await begin(request, at: date, &outcome) else { return outcome }
            let table = try await catalog.table(request.table, column: request.column)
            if table?.isPartitioned != true {
                if let table {
                    let spec = record.spec
                    outcome.changes = try await catalog.reading {
                        try await catalog.dependents(table.oid, spec).changes
                    }
                }
                try await prepare(&record, at: date, &outcome, progress)
                try await cutOver(&record, &outcome, progress)
            }
            try await finish(record, &outcome, progress)
            try await describe(record.spec, &outcome)
            return outcome
        }
    }

    /// The row of the conversion in progress, or of the new one; nil when the table is converted.
    private func begin(
        _ request: ConversionRequest, at date: Date, _ outcome: inout ConversionOutcome
    ) async throws -> ConversionRecord? {
        if let record = try await ConversionRecord.newest(of: request.table, connection) {
            if record.state == "active" {
                guard record.phase != .restored, record.spec.answers(request) else {
                    throw ConversionError.otherConversion(
                        table: request.table.quoted,
                        begun: record.phase == .restored
                            ? "an undo, which --undo resumes"
                            : "by \(record.spec.column), every \(record.spec.policy.interval), unique: \(record.spec.globalUnique.joined(separator: ","))"
                    )
                }
                return record
            }
            if record.state == "done", record.spec.answers(request),
                try await catalog.table(request.table, column: request.column)?.isPartitioned == true
            {
                try await describe(record.spec, &outcome)
                return nil
            }
        }
        let (spec, _) = try await ConversionPlanner(connection: connection).spec(request, at: date)
        try await BookkeepingSchema.prepare(connection)
        let record = try await connection.transaction {
            let record = try await ConversionRecord.begin(spec, runID: runID, connection)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.convert", object: spec.table.quoted, detail: "begun")
            return record
        }
        try await FaultPoint.reach("convert.begun")
        return record
    }

    private func finish(
        _ record: ConversionRecord, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        let table = try await connection.quote(record.spec.table)
        try await step("analyze \(record.spec.table.quoted)", &outcome, progress) {
            try await locked(record.spec) {
                try await lockPolicy.run(on: connection, progress: progress) {
                    try await lockPolicy.bound(connection, transactionOnly: false)
                    try await connection.execute("ANALYZE \(table)", timeout: LongStatement.wholeTable)
                }
            }
        }
        try await FaultPoint.reach("convert.analyzed")
        try await connection.transaction {
            try await record.save(.converted, state: "done", connection)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.convert", object: record.spec.table.quoted,
                detail: "done: \(record.spec.legacy) holds what is before \(record.spec.key.label(record.spec.upper))")
        }
        try await FaultPoint.reach("convert.done")
    }

    private func describe(_ spec: ConversionSpec, _ outcome: inout ConversionOutcome) async throws {
        let found = try await PartitionCatalog(connection).table(spec.table)
        let legacy = spec.relation(spec.legacy)
        outcome.former = legacy
        outcome.interval = spec.policy.interval
        outcome.legacy = found.partitions.contains { $0.relation == legacy } ? legacy : nil
        outcome.upper = spec.key.label(spec.upper)
        outcome.partitions = found.partitions.map(\.relation).filter { $0 != legacy }
    }

    // MARK: What steps have in common

    /// Runs a step, reports it and notes how long it took.
    func step(
        _ what: String, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter,
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Void
    ) async throws {
        let started = ContinuousClock.now
        try await progress.phase(what) { try await work() }
        let milliseconds = Int64(started.duration(to: .now) / .milliseconds(1))
        outcome.steps.append(ConversionOutcome.Step(what: what, milliseconds: milliseconds))
        progress(.done("\(what) (\(milliseconds) ms)"))
    }

    /// Names the table in the error of a budget that is spent.
    func locked<T>(
        _ spec: ConversionSpec, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> T
    ) async throws -> T {
        do {
            return try await work()
        } catch let error as LockBudgetSpent {
            throw ConversionError.lockBudgetSpent(
                table: spec.table.quoted, budget: error.budget, blockers: error.blockers)
        }
    }

    /// Runs statements in one transaction whose lock waits are bounded, tried again while a lock is not available.
    func briefly(
        _ spec: ConversionSpec, locking locks: [RelationLock], _ progress: ProgressReporter,
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Void
    ) async throws {
        try await locked(spec) {
            try await lockPolicy.run(on: connection, locks: locks, progress: progress) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    try await work()
                }
            }
        }
    }

    /// Runs a statement that may take long under a lock that blocks neither readers nor writers.
    func online(
        _ spec: ConversionSpec, _ sql: String, locking locks: [RelationLock] = [], _ progress: ProgressReporter
    ) async throws {
        try await locked(spec) {
            try await lockPolicy.run(on: connection, locks: locks, progress: progress) {
                try await lockPolicy.bound(connection, transactionOnly: false)
                try await connection.refuseForeignCode(.arranging, in: [spec.table.quoted])
                try await connection.execute(sql, timeout: LongStatement.wholeTable)
            }
        }
    }
}
