import Foundation
import PostgresClient
import RSSModel

/// Takes the good rows of a file into the table, batch by batch.
final class ImportLoad {
    /// Bytes of a batch that goes straight in. It is kept until it is committed, to be tried the other way.
    private static let directBytes = 8 << 20
    /// Rows of such a batch.
    private static let directRows = 50_000
    /// Rows of a batch that goes through the staging table; there, more at once is faster.
    private static let stagedRows = 250_000

    private let connection: PostgresConnection
    private let writer: BatchWriter
    private let statements: LoadStatements
    private let directStream: RowStream
    private let stagedStream: RowStream
    private let isDryRun: Bool
    private let progress: ProgressReporter
    /// The records that an earlier run has loaded.
    private let done: [ClosedRange<Int>]

    private var source: RowSource
    /// The rows that were read last and are in no batch yet.
    private let chunk = EncodedRows()
    private let batch = EncodedRows(capacity: ImportLoad.directBytes + RowSource.chunkBytes * 2)
    private var rows: Int64 = 0

    /// - Parameters:
    ///   - source: the file, from its beginning.
    ///   - done: the records that are loaded already.
    init(
        _ connection: PostgresConnection, _ writer: BatchWriter, _ statements: LoadStatements, _ source: RowSource,
        isDryRun: Bool, done: [ClosedRange<Int>], progress: ProgressReporter
    ) {
        self.connection = connection
        self.writer = writer
        self.statements = statements
        self.source = source
        self.isDryRun = isDryRun
        self.done = done
        self.progress = progress
        directStream = RowStream(statements, isStaged: false)
        stagedStream = RowStream(statements, isStaged: true)
    }

    /// Loads all rows.
    ///
    /// - Parameter check: is asked behind each batch whether to go on.
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`, what the check throws; what is committed stays.
    func run(_ check: () throws -> Void) async throws {
        for statement in statements.create { try await connection.execute(statement) }
        var hasChunk = try await readChunk()
        while hasChunk {
            try Task.checkCancellation()
            try check()
            batch.removeAll()
            batch.append(chunk)
            let ids = RowIDs()
            if try await isAllNew() {
                if try await direct(ids, &hasChunk) { continue }
            } else {
                hasChunk = false
            }
            try await staged(ids, &hasChunk)
        }
        try check()
    }

    /// Reads on up to the next rows that are to be loaded.
    private func readChunk() async throws -> Bool {
        while try await source.next(into: chunk) != nil {
            try Task.checkCancellation()
            for (index, row) in chunk.rows.enumerated() where done.contains(where: { $0.contains(row.record) }) {
                chunk.drop(index)
            }
            let count = chunk.rows.count { !$0.isDropped }
            rows += Int64(count)
            if count > 0 { return true }
        }
        return false
    }

    /// Whether a chunk may go straight in: the server itself refuses a row that it has already.
    private var isGuarded: Bool {
        statements.operation == .import && statements.isKeyUnique && chunk.rows.allSatisfy { $0.hasKey || $0.isDropped }
    }

    /// Whether the table has none of the rows at hand. Not what is relied on, but what saves a vain attempt.
    private func isAllNew() async throws -> Bool {
        guard !isDryRun, isGuarded, let probe = statements.probe else { return false }
        let keys = chunk.rows.filter { !$0.isDropped }.compactMap { row in
            chunk.key(of: row).map { String(decoding: $0, as: UTF8.self) }
        }
        return try await connection.query(probe, [keys]).first?.decode(Int64.self, at: 0) == 0
    }

    /// Sends rows straight in, and reads on while the server works.
    private func direct(_ ids: RowIDs, _ hasChunk: inout Bool) async throws -> Bool {
        var isChunkLeft = false
        let isDone = try await writer.direct(ids: ids) { copy in
            try await copy.write(RowStream.header)
            var sent = 0
            while true {
                try await directStream.portions(batch, from: sent, ids: ids) { try await copy.write($0) }
                sent = batch.rows.count
                isChunkLeft = false
                guard batch.count < Self.directBytes, batch.rows.count < Self.directRows, try await readChunk() else {
                    break
                }
                isChunkLeft = true
                guard isGuarded else { break }
                batch.append(chunk)
            }
            try await copy.write(RowStream.trailer)
            progress(.advanced(to: rows, rejected: 0))
            return (batch.rows[0].record...batch.rows[sent - 1].record, sent)
        }
        hasChunk = isChunkLeft
        if isDone, !hasChunk { hasChunk = try await readChunk() }
        return isDone
    }

    /// Brings rows into the staging table, the batch and what follows it, and from there into the table.
    private func staged(_ ids: RowIDs, _ hasChunk: inout Bool) async throws {
        try await connection.execute("TRUNCATE \(LoadStatements.stage)")
        var count = 0
        var blanks: UInt64 = 0
        var hasKeyless = false
        let first = batch.rows[0].record
        var last = first
        func note(_ rows: EncodedRows) {
            for row in rows.rows where !row.isDropped {
                blanks |= row.blanks
                hasKeyless = hasKeyless || !row.hasKey
                last = row.record
            }
        }
        var isChunkLeft = hasChunk
        _ = try await connection.copyIn(statements.copyStaged) { copy in
            try await copy.write(RowStream.header)
            try await stagedStream.portions(batch, ids: ids) { try await copy.write($0) }
            note(batch)
            count = batch.rows.count
            while count < Self.stagedRows {
                if !isChunkLeft {
                    guard try await readChunk() else { break }
                    isChunkLeft = true
                }
                try await stagedStream.portions(chunk, offset: count, ids: ids) { try await copy.write($0) }
                note(chunk)
                count += chunk.rows.count
                isChunkLeft = false
                progress(.advanced(to: rows, rejected: 0))
            }
            try await copy.write(RowStream.trailer)
        }
        hasChunk = isChunkLeft
        if !hasChunk { hasChunk = try await readChunk() }
        try await FaultPoint.reach("bulk.staged")
        try await connection.execute("ANALYZE \(LoadStatements.stage) (\(statements.joined))")
        try await writer.staged(first...last, blanks: blanks, hasKeyless: hasKeyless)
    }
}
