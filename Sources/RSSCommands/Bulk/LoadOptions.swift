import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// How the verbs that load a file into the database do that.
struct LoadOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Do nothing when more rows than this are rejected: 10, 2%.", valueName: "rows"))
    var maxErrors: ErrorLimit?

    @Flag(help: "All rows in one transaction; otherwise they are committed batch by batch.")
    var atomic = false

    @Flag(help: "All rows or none: --atomic --max-errors 0.")
    var strict = false

    @Option(help: ArgumentHelp("The number of days for which it can be undone.", valueName: "days"))
    var undoDays = 30

    @Option(
        help: ArgumentHelp("Where rejected rows go; FILE.rejects.csv unless given.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var rejects: String?

    @Option(
        help: ArgumentHelp("Also write the result to this file: .html or .json.", valueName: "file"),
        completion: .file(extensions: ["html", "json"]))
    var report: String?

    func validate() throws {
        if let report, !report.hasSuffix(".html"), !report.hasSuffix(".json") {
            throw ValidationError("--report is a file that ends in .html or .json.")
        }
        if strict, maxErrors != nil { throw ValidationError("--strict allows no errors; leave --max-errors out.") }
        if !(0...3650).contains(undoDays) { throw ValidationError("--undo-days is a number from 0 to 3650.") }
    }

    /// Loads a file.
    func run(
        _ input: ImportFileOptions, _ context: Context, isDryRun: Bool? = nil, _ change: (inout ImportOptions) -> Void
    ) async throws -> ImportReport {
        var options = input.options
        var connection: PostgresConnection?
        if !input.savedMappings.isEmpty {
            let opened = try await context.connectPostgres(statementTimeout: .zero, direct: true)
            options = try await input.options(opened)
            connection = opened
        }
        change(&options)
        options.maxErrors = strict ? .rows(0) : maxErrors
        options.isAtomic = atomic || strict
        options.undoDays = undoDays
        options.rejectsPath = rejects
        options.isDryRun = isDryRun ?? context.isDryRun
        // Before the database is asked for: a wrong name or header is reported without one.
        let file = try input.file(options, context)
        // Before anything is loaded: a report that cannot be written is detected then, and no file is lost.
        let page = try isDryRun == nil ? report.map { try reportFile($0, file) } : nil
        // The time grows with the file; --timeout bounds it, and a client that has disconnected is detected.
        let session =
            if let connection { connection } else {
                try await context.connectPostgres(statementTimeout: .zero, direct: true)
            }
        let outcome = try await BulkImporter(
            session, lookups: try context.postgresOptions(statementTimeout: .zero, direct: true),
            runID: context.runID, progress: context.progress
        ).run(file)
        let result = ImportReport(outcome, of: file)
        if let page, let path = report {
            let text = ImportReportPage(report: result, at: context.world.now())
            try page.write(Array((path.hasSuffix(".json") ? text.json() : text.html).utf8))
            try page.publish()
        }
        return result
    }

    private func reportFile(_ path: String, _ file: ImportFile) throws -> ExportFile {
        if file.owns(path) {
            throw ImportError.notWritable(path, reason: "it is the file that is read, or its rejects", flag: "--report")
        }
        return try ExportFile(path, replaces: true, flag: "--report")
    }
}
