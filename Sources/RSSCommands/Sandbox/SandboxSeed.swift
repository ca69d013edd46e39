import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox seed`
package struct SandboxSeed: Verb {
    package static let declaration = Declaration(
        "sandbox seed", "Fill the sandbox with realistic, repeatable data over 36 months", needs: [.settings],
        examples: [
            .init("1,000 visits with about 6,000 rows that belong to them", "rssctl sandbox seed --visits 1000")
        ], exits: [.unavailable, .permission])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "Number of visits.")
    var visits = 20_000

    @Option(help: "Seed of the random numbers; the same seed produces the same data on the same day.")
    var seed: UInt64 = 1

    package static let stepAfterInterruption = Seeder.startOver

    package var isSilentWhenDone: Bool { true }

    package init() {}

    package func validate() throws {
        if !(36...20_000_000).contains(visits) { throw ValidationError("--visits must be from 36 to 20000000.") }
    }

    package func execute(_ context: Context) async throws -> SeedReport {
        let folder = context.sandbox.folder
        guard let state = try SandboxState.load(from: folder), try await context.sandbox.status().postgres else {
            throw SandboxError.notRunning(folder: folder)
        }
        let connect = ConnectionOptions(
            keywords: state.postgresKeywords,
            session: SessionSettings(
                applicationName: context.applicationName,
                userSearchPath: context.settings.text(.databaseSearchPath) ?? "public"))
        let connection = try await context.connectPostgres(to: connect)
        var options = Seeder.Options(today: try await context.clock(connection).today)
        options.visits = visits
        options.seed = seed
        return SeedReport(rows: try await Seeder(connect, options: options).run(runID: context.runID, context.progress))
    }
}

/// The result of `sandbox seed`.
package struct SeedReport: CommandResult {
    let rows: Seeder.Outcome

    private var list: [(String, Int)] {
        [
            ("organizations", rows.organizations), ("users", rows.users), ("visit_reports", rows.visits),
            ("hardware_inventory", rows.hardware), ("recycling_records", rows.recycling),
            ("file_attachments", rows.files),
        ]
    }

    package var counts: [String: Int64] { Dictionary(uniqueKeysWithValues: list.map { ($0.0, Int64($0.1)) }) }

    package var tables: [Table] {
        [Table(columns: [Column("table"), .number("rows")], rows: list.map { [.text($0.0), .count($0.1)] })]
    }
}
