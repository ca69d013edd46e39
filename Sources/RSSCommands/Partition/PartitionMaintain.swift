import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition maintain`
package struct PartitionMaintain: Verb {
    package static let declaration = Declaration(
        "partition maintain", "Maintain the partitions of all tables that have a policy",
        discussion: """
            Creates partitions in advance and fills gaps, finishes interrupted operations, builds missing indexes, retires \
            old partitions, and collects statistics; partition plan shows what it would do. Partitions are recognized by \
            their bounds in PostgreSQL's catalog, not by their names. Readers and writers are not blocked. With --quiet, \
            a run with nothing to do prints nothing. Age is measured by the database's clock. Retention that would retire more \
            than a quarter of a table's partitions, and at least two, is not applied, and no partitions are created in \
            advance: the run lists the partitions concerned and ends with status 1, unless --allow-mass-retire permits it.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("All tables that have a policy", "rssctl partition maintain"),
            .init("The statements it would run", "rssctl partition maintain --dry-run"),
            .init("Half a year ahead, from cron", "rssctl partition maintain --premake 6 --quiet"),
        ], exits: [.findings, .pending, .dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned tables; by default all that have a policy.")
    var tables: [TableArgument] = []

    @Option(help: "Partitions to create in advance, instead of the number in the policy.")
    var premake: Int?

    @Option(
        name: .customLong("plan"), help: "Execute a plan saved by partition plan, unless it is out of date.",
        completion: .file())
    var planFile: String?

    @Option(
        help: ArgumentHelp(
            "Let retention retire up to this many partitions of a table, even if they are more than a quarter of them.",
            valueName: "n"))
    var allowMassRetire: Int?

    @OptionGroup var locks: LockBudgetOption

    /// It lists what it did, and prints nothing where there was nothing to do.
    package var isSilentWhenDone: Bool { false }

    package init() {}

    package func validate() throws {
        if let allowMassRetire, allowMassRetire < 1 {
            throw ValidationError("--allow-mass-retire is the number of partitions that may be retired.")
        }
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
        if planFile != nil, premake != nil || !tables.isEmpty {
            throw ValidationError("--plan excludes tables and --premake: the plan has them.")
        }
    }

    package func execute(_ context: Context) async throws -> MaintainReport {
        let saved = try planFile.map { try SavedMaintenancePlan(json: WholeFile.read($0), file: $0) }
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        var options = MaintenanceRun.Options(at: try await context.clock(connection).now)
        options.tables = try await context.resolve(tables, on: connection)
        options.premake = premake
        options.defaultPremake = context.settings.integer(.partitionPremake) ?? 3
        options.isDryRun = context.isDryRun
        options.saved = saved
        options.allowedRetirements = allowMassRetire
        let results = try await MaintenanceRun(
            connection, lockPolicy: locks.policy(context), runID: context.runID,
            observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true)
        ).run(options, progress: context.progress)
        return MaintainReport(results, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
