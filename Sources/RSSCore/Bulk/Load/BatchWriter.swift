import Foundation
import PostgresClient
import RSSModel

/// Brings the rows of one batch into the table, in one transaction with its row in the ledger.
///
/// New rows go straight in. Where the table has some of them already, the batch goes through a staging table: compared
/// first, then changed, then inserted, so that rows which are the same are not even locked.
final class BatchWriter {
    /// What became of rows.
    struct Counts: Sendable, Equatable {
        var inserted = 0
        var updated = 0
        var deleted = 0
        var unchanged = 0

        static func + (one: Counts, other: Counts) -> Counts {
            Counts(
                inserted: one.inserted + other.inserted, updated: one.updated + other.updated,
                deleted: one.deleted + other.deleted, unchanged: one.unchanged + other.unchanged)
        }
    }

    /// Records that the server does not take, with the reason.
    private(set) var refused: [Int: RowProblem]
    private(set) var counts = Counts()

    private let connection: PostgresConnection
    private let statements: LoadStatements
    private let options: ImportOptions
    /// The run in the ledger.
    private let run: String
    private var number: Int

    /// Somebody changed a row between two of our statements.
    private struct Overtaken: Error {}

    init(
        _ connection: PostgresConnection, _ statements: LoadStatements, _ options: ImportOptions, run: String,
        after number: Int = 0, refused: [Int: RowProblem] = [:]
    ) {
        self.connection = connection
        self.statements = statements
        self.options = options
        self.run = run
        self.number = number
        self.refused = refused
    }

    /// The rows of a batch by the records of the file.
    typealias Range = ClosedRange<Int>

    /// Writes rows straight into the table.
    ///
    /// - Parameter send: sends the rows, and says which records they are and how many.
    /// - Returns: false when the server does not take one of them; then nothing of the batch is in the table.
    func direct(
        ids: RowIDs, _ send: (CopyWriter) async throws -> (records: Range, count: Int)
    ) async throws -> Bool {
        do {
            let inserted = try await unit {
                try await boundWaits()
                var sent = (records: 0...0, count: 0)
                let inserted = try await connection.copyIn(statements.copyDirect) { sent = try await send($0) }
                try await FaultPoint.reach("bulk.copied")
                // A trigger may have turned rows away.
                guard inserted == sent.count else { throw Overtaken() }
                try await record(
                    sent.records, (ids.id(0).uuid, ids.id(max(0, sent.count - 1)).uuid), Counts(inserted: inserted), [:]
                )
                return inserted
            }
            counts.inserted += inserted
            try await FaultPoint.reach("bulk.batch")
            return true
        } catch is Overtaken {
            return false
        } catch let error as PostgresError where Self.isOfOneRow(error) || Self.isOfConcurrency(error) {
            return false
        }
    }

    /// Compares what is staged with the table, and writes what is new or differs.
    ///
    /// A row that the server does not take is found by halves, and put aside.
    func staged(_ records: Range, blanks: UInt64, hasKeyless: Bool) async throws {
        var attempt = 0
        while true {
            do {
                let (found, problems) = try await unit {
                    try await apply(records, blanks: blanks, hasKeyless: hasKeyless)
                }
                counts = counts + found
                refused.merge(problems) { first, _ in first }
                try await FaultPoint.reach("bulk.batch")
                return
            } catch let error where Self.isWorthAnotherTry(error) && attempt < 4 {
                attempt += 1
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...(50 << attempt))))
            } catch let error as PostgresError where Self.isOfOneRow(error) {
                guard records.count > 1 else {
                    refused[records.lowerBound] = RowProblem(
                        .refusedByServer, "the server refuses the row: \(RowProblem.shown(Self.words(error)))")
                    return
                }
                let middle = records.lowerBound + records.count / 2
                try await staged(records.lowerBound...(middle - 1), blanks: blanks, hasKeyless: hasKeyless)
                try await staged(middle...records.upperBound, blanks: blanks, hasKeyless: hasKeyless)
                return
            } catch is Overtaken {
                throw ImportError.contended("rows were changed or removed again and again while they were compared")
            } catch let error as PostgresError where Self.isOfConcurrency(error) {
                throw ImportError.contended(error.message)
            }
        }
    }

    /// Somebody who holds one of the rows is waited for, but not for ever.
    private func boundWaits() async throws { try await connection.execute("SET LOCAL lock_timeout = '30s'") }

    private func apply(
        _ records: Range, blanks: UInt64, hasKeyless: Bool
    ) async throws -> (Counts, [Int: RowProblem]) {
        let (low, high) = (Int64(records.lowerBound), Int64(records.upperBound))
        guard let range = try await connection.query(LoadStatements.range, [low, high]).first else {
            return (Counts(), [:])
        }
        let (staged, first, last) = try range.decode(Int64.self, UUID?.self, UUID?.self)
        guard staged > 0, let first, let last else { return (Counts(), [:]) }
        try await boundWaits()
        try await connection.execute("TRUNCATE \(LoadStatements.plan)")
        for statement in statements.compare(blanks: blanks) { try await connection.execute(statement, [low, high]) }
        if hasKeyless {
            // A dry run has inserted nothing, and there may be no ledger to ask.
            let own: [any PostgresEncodable] = options.isDryRun ? [] : [run]
            try await connection.execute(
                statements.compareKeyless(besideOwn: !options.isDryRun), [low, high] + own)
        }
        try await connection.execute("ANALYZE \(LoadStatements.plan)")
        guard let row = try await connection.query(LoadStatements.count).first else { throw Overtaken() }
        let (new, matched, ambiguous) = try row.decode(Int64.self, Int64.self, Int64.self)
        var problems: [Int: RowProblem] = [:]
        if ambiguous > 0 { problems = try await self.problems(.ambiguousKey) }
        if options.onConflict == .error, matched > 0 {
            problems.merge(try await self.problems(.exists)) { first, _ in first }
        }
        if options.operation != .import, new > 0 {
            problems.merge(try await self.problems(.notFound)) { first, _ in first }
        }
        let inserted = options.operation == .import ? Int(new) : 0
        let changed = options.onConflict == .update ? Int(matched) : 0
        if ambiguous > 0 || options.onConflict != .update {
            try await connection.execute(LoadStatements.leaveMatched, [options.onConflict != .update])
        }
        var found = Counts(inserted: inserted)
        if options.operation == .delete { found.deleted = changed } else { found.updated = changed }
        found.unchanged = Int(staged) - inserted - changed - problems.count
        guard !options.isDryRun else { return (found, problems) }
        if changed > 0 {
            let kept = try await connection.execute(statements.keepBefore, [run, Int32(number + 1)])
            let done = try await connection.execute(
                options.operation == .delete ? statements.delete : statements.update(blanks: blanks))
            guard kept == changed, done == changed else { throw Overtaken() }
        }
        if inserted > 0 {
            guard try await connection.execute(statements.insert) == inserted else { throw Overtaken() }
        }
        try await FaultPoint.reach("bulk.applied")
        try await record(records, (first, last), found, problems)
        return (found, problems)
    }

    /// Rows that are not taken because of what the table has, or has not.
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

    /// Writes the batch into the ledger.
    private func record(
        _ records: Range, _ ids: (first: UUID, last: UUID), _ found: Counts, _ problems: [Int: RowProblem]
    ) async throws {
        number += 1
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, first_id, last_id, inserted, updated, unchanged, refused, deleted)
            VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)
            """,
            [
                run, Int32(number), Int64(records.lowerBound), Int64(records.upperBound), ids.first,
                ids.last, Int64(found.inserted), Int64(found.updated), Int64(found.unchanged),
                try BulkLedger.text(problems), Int64(found.deleted),
            ])
    }

    /// A transaction, or a part of the one that is open.
    private func unit<T>(_ body: () async throws -> T) async throws -> T {
        let number = number
        do {
            guard options.isAtomic, !options.isDryRun else {
                return try await connection.transaction { try await body() }
            }
            return try await connection.savepoint { try await body() }
        } catch {
            self.number = number
            throw error
        }
    }

    /// Whether an error is about a row, so that the others may be loaded without it.
    static func isOfOneRow(_ error: PostgresError) -> Bool {
        guard error.code == .server, let state = error.sqlState else { return false }
        return ["22", "23", "44", "P0"].contains(state.conditionClass)
    }

    private static func isOfConcurrency(_ error: PostgresError) -> Bool {
        error.sqlState == .deadlockDetected || error.sqlState == .serializationFailure
    }

    private static func isWorthAnotherTry(_ error: any Error) -> Bool {
        if error is Overtaken { return true }
        guard let error = error as? PostgresError else { return false }
        return isOfConcurrency(error) || error.sqlState == .uniqueViolation
    }

    private static func words(_ error: PostgresError) -> String {
        error.detail.map { "\(error.message); \($0)" } ?? error.message
    }
}
