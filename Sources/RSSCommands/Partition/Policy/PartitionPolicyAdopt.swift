import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy adopt`
package struct PartitionPolicyAdopt: Verb {
    package static let declaration = Declaration(
        "partition policy adopt", "Derive the policy of a table from its partitions",
        discussion: """
            For tables whose partitions were created manually, by a function, or by pg_partman: the interval, the time zone and \
            the number of partitions in advance are derived from the bounds, never from names. Premake and retention of \
            pg_partman are adopted. Only the policy is changed; partition plan shows what maintain would do.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("The policy that visit_reports would get", "rssctl partition policy adopt visit_reports --dry-run"),
            .init("Every partitioned table that has no policy", "rssctl partition policy adopt --all"),
        ], exits: [.findings, .dataError])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned tables.")
    var tables: [TableArgument] = []

    @Flag(help: "Every partitioned table that has no policy.")
    var all = false

    @Option(help: "The interval, instead of the one derived from the bounds.")
    var interval: PartitionInterval?

    @Option(
        help: ArgumentHelp(
            "Unit of integer keys that count time since 1970: s, ms, us; else as in pg_partman.", valueName: "unit"))
    var epoch: EpochUnit?

    @Option(help: ArgumentHelp("Time zone whose midnight bounds the partitions: Europe/Berlin.", valueName: "zone"))
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
        return PolicyReport(outcomes, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
