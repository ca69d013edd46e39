import RSSModel

/// Reports what an import would report on a file, without a database: everything except whether the categories and visit
/// reports that it names exist, and what the table already has.
package struct BulkValidator: Sendable {
    /// What was found.
    package struct Outcome: Sendable, Equatable {
        /// Rows of the file.
        package var read = 0
        /// What would be rejected.
        package var rejects = RejectTally()
        /// Where rejected rows are; nil when there are none, or no file was asked for.
        package var rejectsPath: String?
        /// The column by which rows are matched.
        package var key: String?
        /// Placeholders in place of identifiers.
        package var placeholders = PlaceholderTally()
        /// Keys that differ in case alone.
        package var caseVariants = CaseVariants()
    }

    private let progress: ProgressReporter

    /// Makes a validator.
    package init(progress: ProgressReporter) { self.progress = progress }

    /// Reads a file to its end.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    package func run(_ file: ImportFile) async throws -> Outcome {
        var outcome = Outcome()
        let validator = RowValidator(
            file.table, header: file.header, key: try file.key()?.target, constants: ["visit_report": .null],
            encoding: file.encodingName,
            padsShortRows: file.padsShortRows, requiresKey: file.options.operation != .import,
            usesDecimalComma: file.usesDecimalComma,
            placeholders: Placeholders(file.options.placeholders), values: file.options.values, looksUp: false)
        outcome.key = validator.key?.name
        let rejects = try file.options.rejectsPath.map { path throws(ImportError) in try RejectsFile(path) }
        let scan = FileScan(file, validator, nil, progress)
        let found = try await scan.run()
        outcome.read = found.read
        outcome.placeholders = found.placeholders
        outcome.caseVariants = found.caseVariants
        if found.rejected > 0 { outcome.rejects = try await scan.reject(found, into: rejects) }
        if let rejects {
            if outcome.rejects.rows > 0 { try rejects.publish() } else { rejects.discard() }
        }
        outcome.rejectsPath = outcome.rejects.rows > 0 ? rejects?.path : nil
        return outcome
    }
}
