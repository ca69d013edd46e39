import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition plan`
package struct PartitionPlan: Verb {
    package static let declaration = Declaration(
        "partition plan", "Show what partition maintain would do, and what it would lock",
        discussion: """
            Changes nothing. A saved plan can be executed later with partition maintain --plan; it is refused when \
            the table's partitions or its policy have changed since.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("What is to be done now", "rssctl partition plan"),
            .init("Keep it for the evening", "rssctl partition plan --save /tmp/rssctl-plan.json"),
        ], exits: [.findings, .cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The partitioned tables; by default all that have a policy.")
    var tables: [TableArgument] = []

    @Option(help: "Partitions to create in advance, instead of the number in the policy.")
    var premake: Int?

    @Option(help: "Write the plan to a file.", completion: .file())
    var save: String?

    package init() {}

    package func validate() throws {
        if let premake, !(0...120).contains(premake) { throw ValidationError("--premake is a number from 0 to 120.") }
        if save != nil, premake != nil {
            throw ValidationError("--save excludes --premake: a saved plan is made again by the policies.")
        }
    }

    package func execute(_ context: Context) async throws -> MaintainReport {
        let connection = try await context.connectPostgres(readOnly: true, lockTimeout: .seconds(1))
        var options = MaintenanceRun.Options(at: try await context.clock(connection).now)
        options.tables = try await context.resolve(tables, on: connection)
        options.premake = premake
        options.defaultPremake = context.settings.integer(.partitionPremake) ?? 3
        options.isDryRun = true
        // The file holds whole seconds, and the plan is made again from it.
        options.at = Date(timeIntervalSince1970: options.at.timeIntervalSince1970.rounded(.down))
        let results = try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(context.settings), runID: context.runID
        ).run(options, progress: context.progress)
        if let save {
            try WholeFile.write(SavedMaintenancePlan(results.compactMap(\.plan), at: options.at).json(), to: save)
        }
        return MaintainReport(results, isDryRun: true, isQuiet: global.quiet, showsLocks: true)
    }
}
