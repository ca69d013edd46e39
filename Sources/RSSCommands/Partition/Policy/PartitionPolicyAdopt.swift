import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy adopt`
package struct PartitionPolicyAdopt: Verb {
    package static let declaration = Declaration(
        "partition policy adopt", "Read the policy of a table off its partitions",
        discussion: """
            For tables whose partitions were made by hand, by a function, or by pg_partman: interval, zone and how many are \
            made ahead are read off the bounds, never off names. What pg_partman has noted of premake and retention is \
            taken over. Nothing but the policy is changed; partition plan shows what would follow.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("What would be read off visit_reports", "rssctl partition policy adopt visit_reports --dry-run"),
            .init("Every partitioned table that has no policy", "rssctl partition policy adopt --all"),
        ], exits: [.findings, .dataError])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned tables.")
    var tables: [TableArgument] = []

    @Flag(help: "Every partitioned table that has no policy.")
    var all = false

    @Option(help: "The interval, in the place of what the bounds say.")
    var interval: PartitionInterval?

    @Option(
        help: ArgumentHelp(
            "What integer keys count since 1970: s, ms, us; else as pg_partman has noted it.", valueName: "unit"))
    var epoch: EpochUnit?

    @Option(help: ArgumentHelp("Zone whose days begin the partitions, for example Europe/Berlin.", valueName: "zone"))
    var timeZone: String?

    package init() {}

    package func validate() throws {
        if tables.isEmpty != all { throw ValidationError("Name the tables, or give --all.") }
    }

    package func execute(_ context: Context) async throws -> PolicyReport {
        // The zone that the server gives a session is a candidate for that of the partitions.
        let connection = try await context.connectPostgres(timeZone: nil)
        let zone = try await connection.query("SHOW TimeZone").first?.decode(String.self, at: 0)
        try await connection.execute("SET TimeZone = 'UTC'")
        let outcomes = try await PolicyKeeper(connection, runID: context.runID, isDryRun: context.isDryRun).adopt(
            context.resolve(tables, on: connection), interval: interval, timeZone: timeZone, epoch: epoch,
            serverZone: zone ?? "UTC", defaultPremake: context.settings.integer(.partitionPremake) ?? 3,
            at: try await context.clock(connection).now)
        await connection.close()
        return PolicyReport(outcomes, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
