import CSV
import Foundation
import PostgresClient
import RSSModel

/// Imports a file into a table: reads and validates row by row, stages good rows, puts rejected ones into a file beside
/// it, and inserts or updates in one transaction. Memory does not grow with the file.
public struct BulkImporter: Sendable {
    /// How an import ended, or would end.
    public struct Outcome: Sendable, Equatable {
        /// Rows of the file.
        public var read = 0
        /// New rows in the table.
        public var inserted = 0
        /// Rows of the table that were changed.
        public var updated = 0
        /// Rows that the table has already, as they are in the file.
        public var unchanged = 0
        /// What was rejected.
        public var rejects = RejectTally()
        /// Where rejected rows are; nil when there are none, or no file was asked for.
        public var rejectsPath: String?
        /// The visit report of rows that name none.
        public var visit: String?
        /// The statements of the transaction.
        public var statements: [String] = []
    }

    /// Rows that are sent at once; one round trip resolves their references.
    static let chunkRows = 1000
    /// The bytes at which a chunk is full before it has so many rows.
    static let chunkBytes = 1 << 20

    let connection: PostgresConnection
    let runID: String
    let progress: ProgressReporter

    /// Makes an importer on a session that is not used for anything else meanwhile.
    public init(_ connection: PostgresConnection, runID: String, progress: ProgressReporter) {
        self.connection = connection
        self.runID = runID
        self.progress = progress
    }

    /// Imports a file, all of its good rows or nothing.
    ///
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`; nothing is loaded then.
    public func run(_ file: ImportFile) async throws -> Outcome {
        try await requireTable(file.table)
        var outcome = Outcome()
        let validator = try await validator(for: file, &outcome)
        // Made before the first row is read: an import whose rejects cannot be kept does not begin.
        let rejects = try file.options.effectiveRejectsPath.map { path throws(ImportError) in try RejectsFile(path) }
        var staging = ImportStaging(connection, file.table, validator.columns)
        try await staging.create()
        try await progress.phase("read and validate", total: file.input.size, unit: .bytes) {
            try await stage(file, validator, &staging, &outcome)
        }
        try await rejectRepeated(staging, file, &outcome)
        guard file.input.isUnchanged else { throw ImportError.changedWhileRead(file.name) }
        if let rejects, outcome.rejects.rows > 0 {
            try await progress.phase("write rejects") { try await write(rejects, file, staging.statements, outcome) }
        }
        try await load(staging.statements, file, &outcome)
        if let rejects, !file.options.isDryRun || outcome.rejects.rows > 0 {
            if outcome.rejects.rows > 0 { try rejects.publish() } else { rejects.discard() }
        }
        outcome.rejectsPath = outcome.rejects.rows > 0 ? rejects?.path : nil
        return outcome
    }

    private func requireTable(_ table: ImportTable) async throws {
        let found = try await connection.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [table.table])
        if found.isEmpty { throw ImportError.noTable(table.table) }
    }

    /// Loads what rows are validated against.
    private func validator(for file: ImportFile, _ outcome: inout Outcome) async throws -> RowValidator {
        let entries = try await connection.query(SQLResource(PackageResources.bulk_categories_sql).text)
            .map { row in
                let (id, name) = try row.decode(UUID.self, String.self)
                return (name: name, id: id)
            }
        var constants: [String: ImportValue] = [:]
        if let name = file.options.visit {
            let (id, number) = try await ReferenceResolver.visit(name, connection)
            constants["visit_report"] = .id(id)
            outcome.visit = number
        }
        return RowValidator(
            file.table, header: file.header, names: ["category": LoadedNames(entries)], constants: constants,
            encoding: file.encodingName)
    }

    private func stage(
        _ file: ImportFile, _ validator: RowValidator, _ staging: inout ImportStaging, _ outcome: inout Outcome
    ) async throws {
        var reader = try file.rows()
        var resolver = ReferenceResolver(connection)
        while true {
            try Task.checkCancellation()
            var chunk = try Self.chunk(&reader, validator, file)
            if chunk.isEmpty { return }
            try await resolver.resolve(&chunk, validator.columns)
            outcome.read += chunk.count
            chunk.forEach { outcome.rejects.add($0) }
            try Self.check(outcome.rejects, file.options)
            try await staging.add(chunk)
            progress(.advanced(to: reader.bytesRead, rejected: Int64(outcome.rejects.rows)))
        }
    }

    private static func chunk(
        _ reader: inout RecordReader, _ validator: RowValidator, _ file: ImportFile
    ) throws -> [ImportRow] {
        var rows: [ImportRow] = []
        var bytes = 0
        while rows.count < chunkRows, bytes < chunkBytes {
            let record: Record?
            do {
                record = try reader.next()
            } catch {
                throw ImportError.unreadable(file.name, reason: "\(error)", isPermission: false)
            }
            guard let record else { break }
            if RowValidator.isBlank(record) { continue }
            bytes += record.raw.count
            rows.append(validator.validate(record))
        }
        return rows
    }

    private static func check(_ rejects: RejectTally, _ options: ImportOptions) throws {
        guard let limit = options.maxErrors, rejects.rows > limit, let first = rejects.kinds.first else { return }
        throw ImportError.tooManyRejects(limit: limit, first: "line \(first.line), \(first.reason)")
    }

    /// The first of several rows with one key wins; which are repeated is known when all are staged.
    private func rejectRepeated(_ staging: ImportStaging, _ file: ImportFile, _ outcome: inout Outcome) async throws {
        try await progress.phase("check for repeated keys") {
            let (count, first) = try await staging.rejectRepeated()
            guard count > 0, let first else { return }
            outcome.rejects.addRepeated(
                count, column: file.table.key, line: first.line, value: first.value, reason: first.reason)
        }
        try Self.check(outcome.rejects, file.options)
    }

    /// Reads the file once more and writes the rejected rows, in its order.
    private func write(
        _ rejects: RejectsFile, _ file: ImportFile, _ statements: ImportStatements, _ outcome: Outcome
    ) async throws {
        let hasInvalidText = outcome.rejects.kinds.contains { $0.code == .invalidEncoding }
        var writer = try RejectsWriter(file, needsMark: hasInvalidText) { try rejects.write($0) }
        var reader = try file.rows()
        try await connection.stream(statements.listRejects) { rows in
            for try await row in rows {
                let (number, line, column, code, reason) = try row.decode(
                    Int64.self, Int64.self, String.self, String.self, String.self)
                while let record = try reader.next() {
                    guard record.number == number else { continue }
                    try writer.write(record, line: Int(line), column: column, code: code, reason: reason)
                    break
                }
            }
        }
        try writer.flush()
        try rejects.finish()
    }
}
