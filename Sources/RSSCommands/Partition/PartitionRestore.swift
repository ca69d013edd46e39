import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition restore`
package struct PartitionRestore: Verb {
    package static let declaration = Declaration(
        "partition restore", "Restore a partition from its archive and attach it, with the rows that belong to it",
        discussion: """
            The archive is read and verified first. Then the table is created like its parent, loaded, and compared with the \
            digest of the archive; its keys are entered, devices and other rows that were deleted with it are inserted, \
            files are linked again; all in one transaction. Finally it is attached. An interrupted run is resumed by \
            running the command again.

            If the policy's retention is over for it, the next partition maintain retires it again.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "A month; an existing one is compared with the archive",
                "rssctl partition restore archive/rss.public.visit_reports_2023_12")
        ], exits: [.dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The archive's folder, or its manifest.", completion: .directory)
    var archive: String

    @Option(help: "The partitioned table to restore into; by default the one it was archived from.")
    var table: TableArgument?

    package init() {}

    package func execute(_ context: Context) async throws -> ArchiveReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        var target: RelationName?
        if let table { target = try await context.resolve(table, on: connection) }
        let result = try await RSSPartition.PartitionRestore(
            connection, lockPolicy: LockPolicy(context.settings), runID: context.runID, progress: context.progress
        ).restore(archive, into: target, isDryRun: context.isDryRun)
        return ArchiveReport(
            [ArchiveReport.entry(result.folder, result.manifest, context.isDryRun ? .pending : .done)],
            statements: result.statements, notes: result.notes)
    }
}
