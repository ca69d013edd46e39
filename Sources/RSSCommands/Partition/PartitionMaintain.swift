import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl partition maintain`
public struct PartitionMaintain: Verb {
    public static let declaration = Declaration(
        "partition maintain", "Keep the partitions of all tables that have a policy",
        discussion: """
            Makes partitions ahead and fills gaps, finishes what was broken off, builds missing indexes, retires old \
            partitions, and collects statistics; partition plan shows what it would do. By the bounds in PostgreSQL's \
            catalog, never by names. Readers and writers go on. With --quiet it says nothing when there is nothing to do. \
            What is old is decided by the database's clock. Retention that would take out more than a quarter of a table's \
            partitions, two or more, is not carried out, nor are partitions made ahead: the run says which would have gone, \
            and ends with status 1; --allow-mass-retire lets it.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("All tables that have a policy", "rssctl partition maintain"),
            .init("The statements it would run", "rssctl partition maintain --dry-run"),
            .init("Half a year ahead, from cron", "rssctl partition maintain --premake 6 --quiet"),
        ], exits: [.findings, .pending, .dataError, .tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned tables; all that have a policy unless given.")
    var tables: [TableArgument] = []

    @Option(help: "Partitions made ahead of the one that holds now, in the place of what the policy says.")
    var premake: Int?

    @Option(
        name: .customLong("plan"), help: "Carry out a plan that partition plan saved, unless it is out of date.",
        completion: .file())
    var planFile: String?

    @Option(
        help: ArgumentHelp(
            "Let retention take up to this many partitions out of a table, though they are more than a quarter of it.",
            valueName: "n"))
    var allowMassRetire: Int?

    public init() {}

    public func validate() throws {
        if let allowMassRetire, allowMassRetire < 1 {
            throw ValidationError("--allow-mass-retire is the number of partitions that may go.")
        }
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
        if planFile != nil, premake != nil || !tables.isEmpty {
            throw ValidationError("A plan says itself which tables, and how far ahead.")
        }
    }

    public func execute(_ context: Context) async throws -> MaintainReport {
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
            connection, lockPolicy: LockPolicy(context.settings), runID: context.runID,
            observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true)
        ).run(options, progress: context.progress)
        await connection.close()
        return MaintainReport(results, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
