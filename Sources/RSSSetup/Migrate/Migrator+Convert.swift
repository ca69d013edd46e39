import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSPartition
import SQLScript

/// A database whose visit_reports was never partitioned cannot be migrated as it is.
package enum PlainReportsError: ReportableError, Equatable {
    /// visit_reports is a plain table, and the migration that makes it is pending.
    case unconverted(version: MigrationVersion)
    /// What a migration makes exists only in part, so it can be neither run nor marked as applied.
    case incomplete(file: String, missing: [String])

    package var report: ErrorReport {
        switch self {
        case .unconverted(let version):
            ErrorReport(
                code: "RSS-PARTITION-054", exit: .failed,
                message: "public.visit_reports is a plain table, and migration \(version) makes a partitioned one",
                hint:
                    "Convert it and continue: rssctl migrate --convert; or do both steps by hand: rssctl partition convert visit_reports --by visit_date --global-unique id,report_number; then: rssctl migrate baseline VERSION"
            )
        case .incomplete(let file, let missing):
            ErrorReport(
                code: "RSS-PARTITION-055", exit: .failed,
                message:
                    "visit_reports exists, and objects that \(file) makes are missing: \(missing.joined(separator: ", "))",
                hint: "Make it as that file does, and run the same command again.")
        }
    }
}

extension Migrator {
    /// The time by the server's clock.
    ///
    /// - Throws: `PostgresError`.
    package func clock() async throws -> ServerClock { try await ServerClock(connection) }

    /// Refuses a database whose visit_reports is still plain.
    ///
    /// - Throws: ``PlainReportsError``, `PostgresError`.
    package func refusePlainReports() async throws {
        guard try await reportsKind() == "r", let version = try await pendingReportsVersion() else { return }
        throw PlainReportsError.unconverted(version: version)
    }

    /// Converts visit_reports where it is still plain, and marks the migrations whose objects exist as applied.
    ///
    /// - Returns: what was done; nil when there was nothing to convert.
    /// - Throws: ``PlainReportsError``, ``ConversionError``, `PostgresError`, `CancellationError`.
    package func convertPlainReports(
        premake: Int, at date: Date, observer: ConnectionOptions?, progress: ProgressReporter
    ) async throws -> ConversionOutcome? {
        guard let version = try await pendingReportsVersion() else { return nil }
        if try await reportsKind() != "r" {
            // A run that was interrupted after the cutover resumes here as well.
            let begun = try await ConversionRecord.newest(of: ConversionRequest.visitReports.table, connection)?.state
            guard begun == "active" || begun == "done" else { return nil }
        }
        try await refuseIncomplete(before: version)
        var request = ConversionRequest.visitReports
        request.premake = premake
        let outcome = try await Conversion(
            connection, lockPolicy: lockPolicy, runID: ledger.runID, observer: observer
        ).run(request, at: date, progress: progress)
        for change in outcome.changes { progress(.note("Changed: \(change)")) }
        try await markApplied(progress)
        return outcome
    }

    /// The pending migration that makes visit_reports.
    private func pendingReportsVersion() async throws -> MigrationVersion? {
        guard source.hasShipped else { return nil }
        let reports = Made.table(ConversionRequest.visitReports.table.name, schema: nil)
        return try await plan().pending.first { try Self.made(by: $0).contains(reports) }?.version
    }

    /// What kind of relation visit_reports is; nil for none.
    private func reportsKind() async throws -> String? {
        guard source.hasShipped else { return nil }
        return try await ConversionCatalog(connection: connection).table(
            ConversionRequest.visitReports.table, column: ConversionRequest.visitReports.column)?.kind
    }

    /// What comes before the reports must be there: it cannot be made after them.
    private func refuseIncomplete(before version: MigrationVersion) async throws {
        for migration in try await plan().pending where migration.version < version {
            let missing = try await missing(migration)
            if !missing.isEmpty { throw PlainReportsError.incomplete(file: migration.file, missing: missing) }
        }
    }

    private func markApplied(_ progress: ProgressReporter) async throws {
        try await BookkeepingSchema.prepare(connection)
        var taken: [Migration] = []
        for migration in try await plan().pending {
            // One that makes nothing does not show in the catalog: it is run.
            let missing = try await missing(migration)
            if try !missing.isEmpty || Self.made(by: migration).isEmpty { break }
            taken.append(migration)
        }
        guard let last = taken.last else { return }
        try await connection.transaction {
            try await ledger.markApplied(taken)
            try await SchemaFingerprint.read(connection).store(connection, version: last.version)
        }
        progress(.done("Marked \(taken.map(\.file).joined(separator: ", ")) as applied: what they make exists."))
    }

    /// A table or a function that a migration makes.
    private enum Made: Hashable {
        case table(String, schema: String?)
        case function(String, schema: String?)

        var name: String {
            switch self {
            case .table(let name, let schema), .function(let name, let schema):
                RelationName(schema: schema, name: name).quoted
            }
        }
    }

    private static func made(by migration: Migration) throws -> [Made] {
        try migration.script.statements.compactMap { statement in
            if let table = RelationName(statement.tree?.as("CreateStmt")?["relation"]) {
                return .table(table.name, schema: table.schema)
            }
            let words = statement.tree?.as("CreateFunctionStmt")?.list("funcname").compactMap {
                $0.as("String")?.string("sval")
            }
            guard let words, let name = words.last else { return nil }
            return .function(name, schema: words.count > 1 ? words[0] : nil)
        }
    }

    private func missing(_ migration: Migration) async throws -> [String] {
        var missing: [String] = []
        for made in try Self.made(by: migration) {
            let isThere: Bool?
            switch made {
            case .table:
                isThere = try await connection.query("SELECT to_regclass($1) IS NOT NULL", [made.name]).first?
                    .decode(Bool.self, at: 0)
            case .function(let name, let schema):
                isThere = try await connection.query(
                    """
                    SELECT EXISTS (SELECT FROM pg_proc WHERE proname = $1
                                   AND pronamespace::regnamespace::text = coalesce($2, current_schema()))
                    """, [name, schema]
                ).first?.decode(Bool.self, at: 0)
            }
            if isThere != true { missing.append(made.name) }
        }
        return missing
    }
}
