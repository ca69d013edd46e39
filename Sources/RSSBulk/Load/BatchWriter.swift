import Foundation
import PostgresClient
import RSSCore
import RSSModel
import Synchronization

/// Brings the rows of one batch into the table, in one transaction with its row in the ledger, over a session of its own.
///
/// New rows are copied directly into the table. Where the table has some of them already, the batch goes through a staging table: compared
/// first, then changed, then inserted, so that rows which are the same are not even locked.
struct BatchWriter: Sendable {
    /// The outcome of a batch.
    struct Written: Sendable {
        var counts = LoadCounts()
        /// Records that the server refused, with the reason.
        var refused: [Int: RowProblem] = [:]
    }

    /// The rows in the staging table: how many, and the first and the last of their ids, which follow each other.
    struct StagedRows: Sendable {
        var count: Int
        var first: UUID
        var last: UUID
    }

    /// A batch in the staging table.
    struct StagedBatch: Sendable {
        var rows: StagedRows
        var records: Range
        /// The columns, a bit for each, that some row leaves as they are.
        var blanks: UInt64
        /// Whether some row has no key.
        var hasKeyless: Bool
    }

    /// The rows of a batch by the records of the file.
    typealias Range = ClosedRange<Int>

    let connection: PostgresConnection
    let statements: LoadStatements
    let options: ImportOptions
    /// The run in the ledger.
    let run: String
    let numbers: BatchNumbers
    let progress: ProgressReporter

    /// Another session changed a row between two statements of the batch.
    private struct Overtaken: Error {}

    /// Writes rows straight into the table.
    ///
    /// - Returns: nil when the server refuses one of them; then nothing of the batch is in the table.
    func direct(_ rows: EncodedRows, ids: RowIDs) async throws -> Written? {
        guard let first = rows.rows.first, let last = rows.rows.last else { return Written() }
        let count = rows.rows.count
        let stream = RowStream(statements, isStaged: false)
        do {
            try await unit {
                try await begin()
                let inserted = try await copy(into: statements.copyDirect) { send in
                    try await stream.portions(rows, ids: ids, send)
                }
                try await FaultPoint.reach("bulk.copied")
                // A trigger may have skipped rows.
                guard inserted == count else { throw Overtaken() }
                try await record(
                    numbers.next(), first.record...last.record,
                    StagedRows(count: count, first: ids.id(0).uuid, last: ids.id(count - 1).uuid),
                    Written(counts: LoadCounts(inserted: inserted)))
            }
            try await FaultPoint.reach("bulk.batch")
            return Written(counts: LoadCounts(inserted: count))
        } catch is Overtaken {
            return nil
        } catch let error as PostgresError
            // COPY is not supported under policies, INSERT is.
            where Self.isOfOneRow(error) || Self.isOfConcurrency(error) || error.sqlState == .featureNotSupported
        {
            return nil
        }
    }

    /// Sends rows to the server with COPY.
    ///
    /// - Returns: how many the server stored.
    private func copy(
        into statement: String, _ rows: (_ send: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws -> Int {
        try await connection.copyIn(statement) { copy in
            try await copy.write(RowStream.header)
            try await rows { try await copy.write($0) }
            try await copy.write(RowStream.trailer)
        }
    }

    /// Brings rows into the staging table, in place of those that are there.
    ///
    /// - Parameter next: gives the next rows, by how many went before; nil at the end.
    /// - Returns: the batch; nil where all rows were dropped.
    func stage(
        ids: RowIDs, _ next: (_ count: Int) async throws -> EncodedRows?
    ) async throws -> StagedBatch? {
        try await connection.execute("TRUNCATE \(LoadStatements.stage)")
        let stream = RowStream(statements, isStaged: true)
        var batch: StagedBatch?
        _ = try await copy(into: statements.copyStaged) { send in
            var count = 0
            while let rows = try await next(count) {
                try await stream.portions(rows, offset: count, ids: ids, send)
                for (index, row) in rows.rows.enumerated() where !row.isDropped {
                    let id = ids.id(count + index).uuid
                    let begun = batch
                    batch = StagedBatch(
                        rows: StagedRows(count: (begun?.rows.count ?? 0) + 1, first: begun?.rows.first ?? id, last: id),
                        records: (begun?.records.lowerBound ?? row.record)...row.record,
                        blanks: (begun?.blanks ?? 0) | row.blanks, hasKeyless: begun?.hasKeyless ?? false || !row.hasKey
                    )
                }
                count += rows.rows.count
            }
        }
        try await FaultPoint.reach("bulk.staged")
        return batch
    }

    /// Writes a staged batch.
    func staged(_ batch: StagedBatch) async throws -> Written {
        if let analyze = statements.analyze { try await connection.execute(analyze) }
        return try await staged(batch.records, batch.rows, blanks: batch.blanks, hasKeyless: batch.hasKeyless)
    }

    /// Compares what is staged with the table, and writes what is new or differs.
    ///
    /// A row that the server refuses is found by bisection, and set aside.
    ///
    /// - Parameter rows: how many rows are staged, with their first and last id; nil when only some of them are meant.
    private func staged(_ records: Range, _ rows: StagedRows?, blanks: UInt64, hasKeyless: Bool) async throws -> Written
    {
        let retry = RetryPolicy(
            budget: .seconds(300), attempts: .max, base: .milliseconds(20), cap: .milliseconds(1600))
        var failures = 0
        do {
            let written = try await retry.run {
                failures < Self.tries($0, isWhole: rows != nil)
            } onRetry: {
                failures = $0.attempt
            } _: {
                try await unit { try await apply(records, rows, blanks: blanks, hasKeyless: hasKeyless) }
            }
            if failures > 0 {
                progress(
                    .note(
                        "Records \(records.lowerBound) to \(records.upperBound): loaded at attempt \(failures + 1), after other sessions had written the same rows"
                    ))
            }
            try await FaultPoint.reach("bulk.batch")
            return written
        } catch let error as PostgresError where refusesRow(error) {
            guard records.count > 1 else {
                let problem = RowProblem(
                    .refusedByServer, "the server refuses the row: \(RowProblem.shown(Self.words(error)))")
                return Written(refused: [records.lowerBound: problem])
            }
            return try await byHalves(records, isWhole: rows != nil, blanks: blanks, hasKeyless: hasKeyless)
        } catch is Overtaken {
            guard records.count > 1 else {
                let problem = RowProblem(
                    .refusedByServer,
                    "the row was not stored, and no error was raised: a trigger may have skipped it")
                return Written(refused: [records.lowerBound: problem])
            }
            return try await byHalves(records, isWhole: rows != nil, blanks: blanks, hasKeyless: hasKeyless)
        } catch let error as PostgresError where Self.isOfConcurrency(error) {
            throw ImportError.contended(error.message)
        }
    }

    private func byHalves(
        _ records: Range, isWhole: Bool, blanks: UInt64, hasKeyless: Bool
    ) async throws -> Written {
        // Else each half reads all that is staged.
        if isWhole {
            try await connection.execute(
                "CREATE INDEX IF NOT EXISTS rssctl_stage_record ON \(LoadStatements.stage) (_record)")
        }
        let middle = records.lowerBound + records.count / 2
        var written = Written()
        for half in [records.lowerBound...(middle - 1), middle...records.upperBound] {
            let part = try await staged(half, nil, blanks: blanks, hasKeyless: hasKeyless)
            written.counts = written.counts + part.counts
            written.refused.merge(part.refused) { first, _ in first }
        }
        return written
    }

    /// What the transaction of a batch begins with.
    private func begin() async throws {
        // A session that holds a lock on one of the rows is waited for, but not indefinitely.
        try await connection.executeScript(statements.settings)
        try await connection.refuseForeignCode(.writing, in: [statements.relation])
        // A session that resumes a killed run waits for the batches that the server is still about to commit.
        if !options.isDryRun, !options.isAtomic {
            try await connection.execute(BulkLedger.hold, [run])
        }
    }

    private func apply(
        _ records: Range, _ rows: StagedRows?, blanks: UInt64, hasKeyless: Bool
    ) async throws -> Written {
        let (low, high) = (Int64(records.lowerBound), Int64(records.upperBound))
        var staged = rows
        if staged == nil { staged = try await count(low, high) }
        guard let staged else { return Written() }
        try await begin()
        try await connection.execute("TRUNCATE \(LoadStatements.plan)")
        for statement in statements.compare(blanks: blanks) { try await connection.execute(statement, [low, high]) }
        if hasKeyless {
            try await connection.executeScript(LoadStatements.anyJoin)
            // A dry run has inserted nothing, and there may be no ledger to ask.
            let own: [any PostgresEncodable] = options.isDryRun ? [] : [run]
            try await connection.execute(
                statements.compareKeyless(besideOwn: !options.isDryRun),
                [low, high] + statements.keylessWords(options.placeholders) + own)
        }
        try await connection.execute("ANALYZE \(LoadStatements.plan)")
        guard let row = try await connection.query(LoadStatements.count).first else { throw Overtaken() }
        let (new, matched, ambiguous, moved) = try row.decode(Int64.self, Int64.self, Int64.self, Int64.self)
        var problems: [Int: RowProblem] = [:]
        if ambiguous > 0 { problems = try await self.problems(.ambiguousKey) }
        if options.onConflict == .error, matched > 0 {
            problems.merge(try await self.problems(.exists)) { first, _ in first }
        }
        if options.operation != .import, new > 0 {
            problems.merge(try await self.problems(.notFound)) { first, _ in first }
        }
        var left = 0
        if moved > 0, options.onConflict == .update, !options.allowsMove {
            let moves = try await movesOfOrganization()
            left = moves.count
            problems.merge(moves) { first, _ in first }
            if left > 0 { try await connection.execute(LoadStatements.leaveRecords, [moves.keys.map(Int64.init)]) }
        }
        let inserted = options.operation == .import ? Int(new) : 0
        let changed = options.onConflict == .update ? Int(matched) - left : 0
        if ambiguous > 0 || options.onConflict != .update {
            try await connection.execute(LoadStatements.leaveMatched, [options.onConflict != .update])
        }
        var found = LoadCounts(inserted: inserted)
        if options.operation == .delete { found.deleted = changed } else { found.updated = changed }
        found.unchanged = staged.count - inserted - changed - problems.count
        let written = Written(counts: found, refused: problems)
        guard !options.isDryRun else { return written }
        let number = numbers.next()
        if changed > 0 {
            let kept = try await connection.execute(statements.keepBefore, [run, number])
            let done = try await connection.execute(
                options.operation == .delete ? statements.delete : statements.update(blanks: blanks))
            guard kept == changed, done == changed else { throw Overtaken() }
        }
        if inserted > 0 {
            guard try await connection.execute(statements.insert) == inserted else { throw Overtaken() }
        }
        try await FaultPoint.reach("bulk.applied")
        try await record(number, records, staged, written)
        return written
    }

    private func count(_ low: Int64, _ high: Int64) async throws -> StagedRows? {
        guard let row = try await connection.query(LoadStatements.range, [low, high]).first else { return nil }
        let (count, first, last) = try row.decode(Int64.self, UUID?.self, UUID?.self)
        guard let first, let last else { return nil }
        return StagedRows(count: Int(count), first: first, last: last)
    }

    /// Rows that are rejected because of what the table has, or does not have.
    private func problems(_ code: RowProblem.Code) async throws -> [Int: RowProblem] {
        var problems: [Int: RowProblem] = [:]
        let name = statements.key?.name ?? ""
        let condition =
            switch code {
            case .ambiguousKey: "matches > 1"
            case .notFound: "old IS NULL"
            default: "old IS NOT NULL AND matches = 1"
            }
        for row in try await connection.query("SELECT record, matches FROM \(LoadStatements.plan) WHERE \(condition)") {
            let (record, matches) = try row.decode(Int64.self, Int64.self)
            let words =
                switch code {
                case .ambiguousKey: "\(matches) rows of the table have this value"
                case .notFound: "the table has no row with this value"
                default: "the table has this row already, and it differs"
                }
            problems[Int(record)] = RowProblem(code, column: name, "\(name): \(words)")
        }
        return problems
    }

    /// Rows that would take a device from one organization to another.
    private func movesOfOrganization() async throws -> [Int: RowProblem] {
        var problems: [Int: RowProblem] = [:]
        for row in try await connection.query(statements.moves) {
            let record = try row.decode(Int64.self, "record")
            func words(_ report: String, _ organization: String) throws -> String {
                guard let number = try row.decode(String?.self, report),
                    let name = try row.decode(String?.self, organization)
                else { return "a report of an organization that this role may not read" }
                return "\(number) of \(RowProblem.shown(name))"
            }
            let (old, new) = (
                try words("old_report", "old_organization"), try words("new_report", "new_organization")
            )
            problems[Int(record)] = RowProblem(
                .movesOrganization, column: "visit_report",
                "visit_report: the row belongs to \(old), and would go to \(new); --allow-move allows that")
        }
        return problems
    }

    /// Writes the batch into the ledger.
    private func record(_ number: Int32, _ records: Range, _ rows: StagedRows, _ written: Written) async throws {
        try await BulkLedger(connection: connection).record(
            BatchRecord(
                number: number, records: records, ids: (rows.first, rows.last), counts: written.counts,
                refused: written.refused), of: run)
    }

    /// A transaction, or a part of the one that is open.
    private func unit<T>(_ body: () async throws -> T) async throws -> T {
        guard options.isAtomic, !options.isDryRun else {
            return try await connection.transaction { try await body() }
        }
        return try await connection.savepoint { try await body() }
    }

    /// Whether an error is about a row, so that the others may be loaded without it.
    static func isOfOneRow(_ error: PostgresError) -> Bool {
        guard error.code == .server, let state = error.sqlState else { return false }
        return ["22", "23", "44", "P0"].contains(state.conditionClass)
    }

    /// The same, where a policy may have refused the row.
    private func refusesRow(_ error: PostgresError) -> Bool {
        Self.isOfOneRow(error) || statements.hasRowSecurity && error.sqlState == .insufficientPrivilege
    }

    private static func isOfConcurrency(_ error: PostgresError) -> Bool {
        error.sqlState == .deadlockDetected || error.sqlState == .serializationFailure
    }

    /// How often a batch is tried again. A key that another session has inserted meanwhile is found by the next comparison;
    /// one that is still there then is that of another row.
    private static func tries(_ error: any Error, isWhole: Bool) -> Int {
        if error is Overtaken { return isWhole ? 4 : 1 }
        guard let error = error as? PostgresError else { return 0 }
        if isOfConcurrency(error) { return 12 }
        return error.sqlState == .uniqueViolation && isWhole ? 2 : 0
    }

    private static func words(_ error: PostgresError) -> String {
        error.detail.map { "\(error.message); \($0)" } ?? error.message
    }
}

/// The numbers of a run's batches, which several sessions write at once. The number of a batch that was not committed is skipped.
final class BatchNumbers: Sendable {
    private let last: Mutex<Int32>

    /// Numbers after one that is taken.
    init(after last: Int) { self.last = Mutex(Int32(last)) }

    /// A number that no other batch has.
    func next() -> Int32 {
        last.withLock { last in
            last += 1
            return last
        }
    }
}
