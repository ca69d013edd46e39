import CSV
import RSSModel

/// Reads a file from its beginning to its end to know what is in it, before anything is written.
struct FileScan {
    /// What is in it.
    struct Found {
        /// Rows of the file.
        var read = 0
        /// Those that are rejected.
        var rejected = 0
        /// Which rows have the key of another one.
        var repeated = RepeatedKeys.Found()
        /// Whether there are rows without a key.
        var hasKeyless = false
        /// Placeholders in place of identifiers.
        var placeholders = PlaceholderTally()
        /// Rows that are rejected because they name no visit report, and perhaps for more.
        var withoutVisit = 0
        /// Keys that differ in the case of letters alone.
        var caseVariants = CaseVariants()
        /// Those that are accepted.
        var good: Int { read - rejected }
    }

    private let file: ImportFile
    private let validator: RowValidator
    private let resolver: ReferenceResolver?
    private let progress: ProgressReporter

    /// - Parameter resolver: without one, references are not looked up.
    init(_ file: ImportFile, _ validator: RowValidator, _ resolver: ReferenceResolver?, _ progress: ProgressReporter) {
        self.file = file
        self.validator = validator
        self.resolver = resolver
        self.progress = progress
    }

    /// Reads and validates.
    ///
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`.
    func run() async throws -> Found {
        try await progress.phase("read and validate", total: file.input.size, unit: .bytes) {
            var source = try RowSource(file, validator, resolver)
            let rows = EncodedRows()
            var (keyed, keyless) = (RepeatedKeys(), RepeatedKeys())
            var found = Found()
            let hasCase = if case .text? = validator.key?.type { true } else { false }
            while let chunk = try await source.next(into: rows) {
                try Task.checkCancellation()
                found.read += chunk.read
                found.rejected += chunk.rejected.count
                found.withoutVisit += chunk.rejected.count { row in
                    row.problems.contains { $0.code == .missingValue && $0.column == "visit_report" }
                }
                if !rows.placeholders.isEmpty { found.placeholders.add(rows, validator.columns) }
                for row in rows.rows where !row.isDropped {
                    if let key = rows.key(of: row) {
                        try keyed.add(Fingerprint(key), record: row.record, line: row.line)
                        if hasCase { found.caseVariants.add(key, record: row.record, line: row.line) }
                    } else {
                        found.hasKeyless = true
                        try keyless.add(Fingerprint(rows.bytes(of: row)), record: row.record, line: row.line)
                    }
                }
                progress(.advanced(to: source.bytesRead, rejected: Int64(found.rejected)))
            }
            found.repeated.duplicates = try keyed.finish(file.options.duplicates).duplicates
            found.repeated.ordinals = try keyless.finish(.first).ordinals
            found.rejected += found.repeated.duplicates.count
            if let first = found.caseVariants.firstRecord { try await findEarlier(than: first, &found.caseVariants) }
            return found
        }
    }

    /// Reads once more up to a record: the keys before it were read when nothing was known to compare them with.
    private func findEarlier(than first: Int, _ variants: inout CaseVariants) async throws {
        var source = try RowSource(file, validator, nil)
        let rows = EncodedRows()
        while try await source.next(into: rows) != nil {
            try Task.checkCancellation()
            for row in rows.rows where row.record < first {
                if let key = rows.key(of: row) { variants.compare(key, line: row.line) }
            }
            if let last = rows.rows.last, last.record >= first { return }
        }
    }

    /// Reads once more, counts what is rejected by kind, and writes it into a file, in the order of the input.
    ///
    /// - Parameter refused: the rows that the server refused, by record.
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`.
    func reject(
        _ found: Found, refused: [Int: RowProblem] = [:], into rejects: RejectsFile?
    ) async throws -> RejectTally {
        var source = try RowSource(file, validator, resolver, repeated: found.repeated, refused: refused)
        let rows = EncodedRows()
        var tally = RejectTally()
        let writer = try rejects?.begin(file)
        while let chunk = try await source.next(into: rows) {
            try Task.checkCancellation()
            for rejected in chunk.rejected {
                tally.add(rejected.problems, line: rejected.record.line)
                try writer?.write(rejected.record, rejected.problems)
            }
        }
        try writer?.flush()
        return tally
    }
}
