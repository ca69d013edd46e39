import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy set`
package struct PartitionPolicySet: Verb {
    package static let declaration = Declaration(
        "partition policy set", "Set or change the policy of a table",
        discussion: """
            Options that are not given are not changed. The policy is checked first: interval and zone against the partition \
            key, tablespace and storage parameters against the server, a uuid key by a sample of its values. `none` removes \
            a retention, an archive, a tablespace or storage parameters. The folder of --archive must exist and be writable where \
            partition maintain runs; it is checked here, unless --archive-elsewhere says that another machine runs it.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("Half a year ahead", "rssctl partition policy set visit_reports --premake 6"),
            .init(
                "Keep two years, archive older partitions, drop them after a week; shown only",
                "rssctl partition policy set visit_reports --retention '24 months' --quarantine 7d --archive /srv/archive --dry-run"
            ),
            .init(
                "A bigint column of milliseconds since 1970, by the month",
                "rssctl partition policy set readings --epoch ms --interval month --retention '24 months'",
                exit: .failed),
        ], exits: [.dataError])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned table.")
    var table: TableArgument

    @Option(help: "hour, day, week, month, quarter, year; for an integer key a number, unless it is an epoch.")
    var interval: PartitionInterval?

    @Option(
        help: ArgumentHelp(
            "Unit of an integer key that counts time since 1970: s, ms, us, or none. Interval and retention are then times, and the database's clock decides.",
            valueName: "unit"))
    var epoch: OptionalSetting<EpochUnit>?

    @Option(help: "Partitions to create in advance.")
    var premake: Int?

    @Option(help: "How long partitions are kept: '24 months', 90d, a number for an integer key, or none.")
    var retention: OptionalSetting<PartitionRetention>?

    @Option(help: "How long a retired partition is kept before it is dropped: 7d, '2 weeks'.")
    var quarantine: DayCount?

    @Option(help: ArgumentHelp("Folder for archives of old partitions, or none.", valueName: "folder"))
    var archive: OptionalSetting<String>?

    @Flag(help: "The folder of archives is on another machine, which runs partition maintain: do not check it here.")
    var archiveElsewhere = false

    @Option(help: ArgumentHelp("Time zone whose midnight bounds the partitions: Europe/Berlin.", valueName: "zone"))
    var timeZone: String?

    @Option(help: ArgumentHelp("Tablespace of new partitions, or none.", valueName: "name"))
    var tablespace: OptionalSetting<String>?

    @Option(
        help: ArgumentHelp(
            "Storage parameter of new partitions, for example fillfactor=90, or none; may be given more than once.",
            valueName: "name=value"))
    var storage: [String] = []

    package init() {}

    package func validate() throws {
        if let premake, !(0...1000).contains(premake) {
            throw ValidationError("--premake is a number from 0 to 1000.")
        }
    }

    package func execute(_ context: Context) async throws -> PolicyReport {
        if let folder = archive?.value, !archiveElsewhere {
            try ArchivePlace.check(folder, refuses: !context.isDryRun, progress: context.progress)
        }
        let connection = try await context.connectPostgres()
        let outcome = try await PolicyKeeper(connection, runID: context.runID, isDryRun: context.isDryRun).set(
            context.resolve(table, on: connection), interval: interval,
            defaultPremake: context.settings.integer(.partitionPremake) ?? 3
        ) { policy in
            if let epoch { policy.epoch = epoch.value }
            if let premake { policy.premake = premake }
            if let retention { policy.retention = retention.value }
            if let quarantine { policy.quarantineDays = quarantine.days }
            if let archive { policy.archive = archive.value }
            if let timeZone { policy.timeZone = timeZone }
            if let tablespace { policy.tablespace = tablespace.value }
            if !storage.isEmpty { policy.storageParameters = storage == ["none"] ? [] : storage }
        }
        return PolicyReport([outcome], isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
