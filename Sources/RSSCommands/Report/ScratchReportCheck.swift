import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSReport

/// Makes the probes of `report check` on a database with the structure of another one and with reports that show every fault.
struct ScratchReportCheck {
    let callTimeout: Duration

    /// Makes it on the server of a session.
    ///
    /// - Throws: ``StructureError``, `ForeignCode`, `PostgresError`, `CancellationError`.
    func run(_ connection: PostgresConnection, _ context: Context) async throws -> [CheckReport] {
        // All that is loaded belongs to this session's role then, and is run with its rights, which hold for the whole server.
        try await connection.refuseForeignFunctions()
        try await connection.refuseForeignCode(.writing, in: ApplicationTables(connection))
        let options = try context.postgresOptions(statementTimeout: .zero, direct: true)
        let structure = try await StructureDump(connection, ownership: false).text()
        return try await ScratchDatabase.with(
            like: options, structure: structure, runID: context.runID, progress: context.progress
        ) { scratch in
            let writer = try await context.connectPostgres(to: scratch)
            try await ReportProbeRows.insert(writer)
            var reading = scratch
            reading.session.readOnly = true
            reading.session.statementTimeout = callTimeout
            let reader = try await context.connectPostgres(to: reading)
            return try await ReportFunctionCheck(reader, callTimeout: callTimeout).run(context.progress)
        }
    }
}
