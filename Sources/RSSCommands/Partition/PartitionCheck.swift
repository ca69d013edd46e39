import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSPartition

/// `rssctl partition check`
package struct PartitionCheck: Verb {
    package static let declaration = Declaration(
        "partition check", "Check the partitions of tables: each check ends ok, with findings, or blind",
        discussion: """
            Reports problems of partitions and how to fix them: runway, gaps, default rows, unfinished detaches, missing \
            and invalid indexes, drift of grants and the like. Reads the catalog, and counts the rows of a small default \
            partition; --deep reads the tables to compare the key registry with the rows. Waits for a lock no longer than a second: a table that another session has locked is blind.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("All tables that have a policy", "rssctl partition check"),
            .init(
                "From cron, with metrics for Prometheus",
                "rssctl partition check --quiet --metrics /tmp/rssctl_partition.prom"),
            .init("The keys of visit_reports too", "rssctl partition check visit_reports --deep"),
        ], exits: [.findings, .cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The partitioned tables; by default all that have a policy.")
    var tables: [TableArgument] = []

    @Flag(help: "Compare key registries with their tables; reads both.")
    var deep = false

    @OptionGroup var checks: CheckOptions

    @Option(help: "Write metrics for Prometheus to a file, whole or not at all.", completion: .file())
    var metrics: String?

    package init() {}

    package func execute(_ context: Context) async throws -> ChecksResult {
        let list = try checks.ignoreList()
        let connection = try await context.connectPostgres(
            statementTimeout: deep ? .zero : .seconds(30), readOnly: true, lockTimeout: .seconds(1))
        let clock = try await context.clock(connection)
        let overview = try await PartitionSurveyor(connection).overview(
            context.resolve(tables, on: connection), defaultPremake: context.settings.integer(.partitionPremake) ?? 3,
            at: clock.now)
        let inspections = try await PartitionInspector(connection).inspect(overview, deep: deep)
        if let metrics {
            try WholeFile.write(Data(PartitionMetrics(inspections, at: clock.now).text.utf8), to: metrics)
        }
        // Applied to all at once, so that an entry is idle only where it names nothing of any table.
        let reports = CheckOptions.apply(
            list, to: inspections.flatMap(\.reports), today: clock.today, context.progress)
        let tables = inspections.flatMap { inspection in inspection.reports.map { _ in inspection.table?.quoted } }
        let names = tables.compactMap { $0 }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return ChecksResult(
            zip(reports, tables).map { CheckEntry($0, table: $1) }, checks, isQuiet: global.quiet,
            heading: names.isEmpty ? Table.withoutPolicies : names.joined(separator: ", ") + ":")
    }
}
