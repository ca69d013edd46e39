import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition archive`
package struct PartitionArchive: Verb {
    package static let declaration = Declaration(
        "partition archive", "Copy a partition, and what belongs to its rows, into verified files",
        discussion: """
            Writes a folder with one compressed file per table, a manifest and checksums: the complete archive or nothing. \
            Everything is of one snapshot, is read back from the disk, and compared with what the server sent. Rows of other \
            tables that belong to the partition's rows, through the key registry or by a foreign key, are included. Readers and writers of an attached partition are not blocked.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "The oldest month, into a folder",
                "rssctl partition archive visit_reports_2023_12 --to archive"),
            .init(
                "The statements it would run", "rssctl partition archive visit_reports_2024_01 --dry-run"),
        ], exits: [.cannotWrite, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partition: attached, or retired and not dropped yet.")
    var partition: TableArgument

    @Option(
        help: ArgumentHelp(
            "Where the archive's folder is created; by default the folder of the table's policy.", valueName: "folder"),
        completion: .directory)
    var to: String?

    @Flag(help: "Have the server compute the digest of all rows as well, and compare; before a drop it does so anyway.")
    var compare = false

    package init() {}

    package func execute(_ context: Context) async throws -> ArchiveReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let archiver = PartitionArchiver(
            connection, lockPolicy: LockPolicy(context.settings), runID: context.runID,
            second: try context.postgresOptions(statementTimeout: .zero, direct: true), asksServer: compare)
        let name = try await context.resolve(partition, on: connection)
        let report: ArchiveReport
        if context.isDryRun {
            report = ArchiveReport([], statements: try await archiver.statements(name))
        } else {
            let folder = try await archiver.folder(of: name, wanted: to)
            let result = try await archiver.archive(name, to: folder, progress: context.progress)
            report = ArchiveReport([ArchiveReport.entry(result.folder, result.manifest, .done)])
        }
        return report
    }
}
