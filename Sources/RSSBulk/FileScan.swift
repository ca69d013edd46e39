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
            while let chunk = try await source.next(into: rows) {
                try Task.checkCancellation()
                found.read += chunk.read
                found.rejected += chunk.rejected.count
                if !rows.placeholders.isEmpty { found.placeholders.add(rows, validator.columns) }
                for row in rows.rows where !row.isDropped {
                    if let key = rows.key(of: row) {
                        try keyed.add(Fingerprint(key), record: row.record, line: row.line)
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
            return found
        }
    }

    /// Reads once more, counts what is rejected by kind, and writes it into a file, in the order of the input.
    ///
    /// - Parameter refused: the rows that the server refused, by record.
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`.
    func reject(
        _ found: Found, refused: [Int: RowProblem] = [:], into rejects: DraftFile?
    ) async throws -> RejectTally {
        var source = try RowSource(file, validator, resolver, repeated: found.repeated, refused: refused)
        let rows = EncodedRows()
        var tally = RejectTally()
        try rejects?.restart()
        var writer = try rejects.map { rejects in
            try RejectsWriter(file) { try rejects.write($0) }
        }
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
