import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Loads the valid rows of a file into the table, batch by batch.
///
/// Batches are independent of each other: no two rows of a file have the same key. So while the server works on one, the
/// next is read and handed to another session.
final class ImportLoad {
    /// How large a batch becomes.
    struct BatchSize: Sendable {
        /// Bytes of a batch that is copied directly. It is kept until it is committed, to be retried through the staging table.
        var directBytes = 2 << 20
        /// Rows of such a batch.
        var directRows = 50_000
        /// Rows of a batch that goes through the staging table; there, more at once is faster.
        var stagedRows = 125_000
        /// Rows that are read at once.
        var chunkRows = RowSource.chunkRows
    }

    /// The outcome of the batch that a session was given.
    private enum Ended: Sendable {
        /// It was to be copied directly; nil when the server refused one of its rows.
        case direct(BatchWriter, EncodedRows, RowIDs, BatchWriter.Written?)
        /// It went through the staging table.
        case staged(BatchWriter, BatchWriter.Written)
    }

    private typealias Batches = ThrowingTaskGroup<Ended, any Error>

    private let reading: PostgresConnection
    private let statements: LoadStatements
    private let size: BatchSize
    private let rejected: Int
    private let isDryRun: Bool
    private let isTableOurs: Bool
    private let progress: ProgressReporter
    /// The records that an earlier run has loaded, the last first.
    private var done: [ClosedRange<Int>]

    private var source: RowSource
    /// The rows that were read last and are in no batch yet.
    private let chunk = EncodedRows()
    private var hasChunk = false
    private var rows: Int64 = 0
    /// The sessions that wait for a batch.
    private var free: [BatchWriter]
    private var spare: [EncodedRows] = []
    /// What the server refused and is to go through the staging table.
    private var failed: [(rows: EncodedRows, ids: RowIDs)] = []
    /// The outcome of all batches.
    private(set) var written = BatchWriter.Written()

    /// - Parameters:
    ///   - writers: one for each session that batches are written over.
    ///   - reading: a session beside them, through which the table is queried while rows are read.
    ///   - source: the file, from its beginning.
    ///   - rejected: how many rows of the file are rejected already, for the progress.
    ///   - isTableOurs: whether no other session can have put rows of the file into the table.
    ///   - done: the records that are loaded already.
    init(
        _ writers: [BatchWriter], reading: PostgresConnection, _ statements: LoadStatements, _ source: RowSource,
        size: BatchSize, rejected: Int, isDryRun: Bool, isTableOurs: Bool, done: [ClosedRange<Int>],
        progress: ProgressReporter
    ) {
        self.size = size
        self.rejected = rejected
        free = writers
        self.reading = reading
        self.statements = statements
        self.source = source
        self.isDryRun = isDryRun
        self.isTableOurs = isTableOurs
        self.done = done.sorted { $0.lowerBound > $1.lowerBound }
        self.progress = progress
    }

    /// Loads all rows.
    ///
    /// - Parameter check: is called after each batch, and decides whether to continue.
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`, what the check throws; what is committed stays.
    func run(_ check: (BatchWriter.Written) throws -> Void) async throws {
        for writer in free {
            for statement in statements.create { try await writer.connection.execute(statement) }
        }
        let sessions = free.count
        try await withThrowingTaskGroup(of: Ended.self) { group in
            try await readChunk()
            while hasChunk {
                try Task.checkCancellation()
                try check(written)
                try await retryFailed(&group)
                if try await isAllNew() {
                    try await direct(&group)
                } else {
                    try await stage(from: chunk, ids: RowIDs(), readsOn: true, &group)
                }
            }
            while free.count < sessions || !failed.isEmpty {
                try await retryFailed(&group)
                if let ended = try await group.next() { settle(ended) }
                try check(written)
            }
        }
    }

    /// Reads up to the next rows that are to be loaded.
    private func readChunk() async throws {
        hasChunk = false
        while !hasChunk, try await source.next(into: chunk) != nil {
            try Task.checkCancellation()
            for (index, row) in chunk.rows.enumerated() where isDone(row.record) { chunk.drop(index) }
            let count = chunk.rows.count { !$0.isDropped }
            rows += Int64(count)
            hasChunk = count > 0
        }
    }

    /// Whether an earlier run has loaded a record. Records are asked for in their order.
    private func isDone(_ record: Int) -> Bool {
        while let range = done.last, range.upperBound < record { done.removeLast() }
        return done.last?.contains(record) ?? false
    }

    /// Whether a chunk may be copied directly: no other session has put its rows into the table, or the server itself refuses a row that
    /// it has already.
    private var isGuarded: Bool {
        statements.operation == .import && !isDryRun
            && (isTableOurs || statements.isKeyUnique && chunk.rows.allSatisfy { $0.hasKey || $0.isDropped })
    }

    /// Whether the table has none of the current rows. Nothing relies on this; it only saves an attempt that would fail.
    private func isAllNew() async throws -> Bool {
        guard isGuarded else { return false }
        if isTableOurs { return true }
        guard let probe = statements.probe else { return false }
        let keys = chunk.rows.filter { !$0.isDropped }.compactMap { row in
            chunk.key(of: row).map { String(decoding: $0, as: UTF8.self) }
        }
        return try await reading.query(probe, [keys]).first?.decode(Int64.self, at: 0) == 0
    }

    /// A session that waits for a batch.
    private func writer(_ group: inout Batches) async throws -> BatchWriter {
        while free.isEmpty, let ended = try await group.next() { settle(ended) }
        return free.removeLast()
    }

    private func settle(_ ended: Ended) {
        switch ended {
        case .direct(let writer, let rows, let ids, let result):
            free.append(writer)
            guard let result else {
                failed.append((rows, ids))
                return
            }
            rows.removeAll()
            spare.append(rows)
            add(result)
        case .staged(let writer, let result):
            free.append(writer)
            add(result)
        }
    }

    private func reportProgress() {
        progress(.advanced(to: rows, rejected: Int64(rejected + written.refused.count)))
    }

    private func add(_ result: BatchWriter.Written) {
        written.counts = written.counts + result.counts
        written.refused.merge(result.refused) { first, _ in first }
    }

    /// Hands a batch to a session that copies it directly.
    private func direct(_ group: inout Batches) async throws {
        let batch = spare.popLast() ?? EncodedRows(capacity: size.directBytes + RowSource.chunkBytes)
        repeat {
            batch.append(chunk)
            try await readChunk()
        } while hasChunk && isGuarded && batch.count < size.directBytes && batch.rows.count < size.directRows
        let (writer, ids) = (try await writer(&group), RowIDs())
        group.addTask { .direct(writer, batch, ids, try await writer.direct(batch, ids: ids)) }
        reportProgress()
    }

    private func retryFailed(_ group: inout Batches) async throws {
        while let (rows, ids) = failed.popLast() {
            try await stage(from: rows, ids: ids, readsOn: false, &group)
            rows.removeAll()
            spare.append(rows)
        }
    }

    /// Brings rows into the staging table of a session, and has it take them from there into the table.
    ///
    /// - Parameter readsOn: whether the rows are the current chunk, and more are read after it.
    private func stage(from first: EncodedRows, ids: RowIDs, readsOn: Bool, _ group: inout Batches) async throws {
        let writer = try await writer(&group)
        let batch = try await writer.stage(ids: ids) { count in
            if count == 0 { return first }
            guard readsOn else { return nil }
            reportProgress()
            try await readChunk()
            return hasChunk && count < size.stagedRows ? first : nil
        }
        guard let batch else { return free.append(writer) }
        group.addTask { .staged(writer, try await writer.staged(batch)) }
    }
}
