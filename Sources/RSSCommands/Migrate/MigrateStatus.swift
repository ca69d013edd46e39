import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate status`
package struct MigrateStatus: Verb {
    package static let declaration = Declaration(
        "migrate status", "Show which migrations are applied and which are pending", needs: [.settings, .postgres],
        examples: [.init("Exit status 3 when something is pending", "rssctl migrate status")],
        exits: [.pending, .dataError])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }

    package init() {}

    package func execute(_ context: Context) async throws -> MigrationStatus {
        let connection = try await context.connectPostgres(readOnly: true)
        let plan = try await source.reader(connection, context).plan()
        return try MigrationStatus(plan)
    }
}

/// The result of `migrate status`.
package struct MigrationStatus: CommandResult {
    struct Entry: Encodable {
        let version: MigrationVersion?
        let name: String
        /// `done`, `pending`, `running` for one that was begun and not ended, `skipped`.
        let state: Verdict
        var isBaseline: Bool?
        var appliedAt: Date?
        var appliedBy: String?
        var milliseconds: Int64?
        var statements: Int?
        var statementsDone: Int?
    }

    let migrations: [Entry]
    let pending: Int
    let notices: [String]

    init(_ plan: MigrationPlan) throws {
        let applied = plan.applied.map {
            Entry(
                version: $0.version, name: $0.name, state: .done, isBaseline: $0.isBaseline, appliedAt: $0.appliedAt,
                appliedBy: $0.appliedBy, milliseconds: $0.milliseconds)
        }
        let waiting = try plan.pending.map {
            let done = plan.doneStatements[$0.version]
            return Entry(
                version: $0.version, name: $0.name, state: done == nil ? .pending : .running,
                statements: try $0.script.statements.count, statementsDone: done ?? 0)
        }
        let skipped = plan.skipped.map { Entry(version: $0.version, name: $0.name, state: .skipped) }
        migrations =
            (applied + waiting + skipped).sorted { ($0.version ?? 0) < ($1.version ?? 0) }
            + plan.repeatables.map { Entry(version: nil, name: $0.name, state: .pending) }
        pending = plan.pending.count + plan.repeatables.count
        notices = plan.notices
    }

    package var exitStatus: ExitStatus { pending > 0 ? .pending : .done }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    .number("version"), Column("name", isFlexible: true), Column("state"),
                    Column("applied_at", header: "applied"), Column("applied_by", header: "by"), .number("took"),
                ],
                rows: migrations.map {
                    [
                        $0.version.map { .version($0) } ?? .text("R"), .text(Self.title($0)), .verdict($0.state),
                        .optional($0.appliedAt), .optional($0.appliedBy),
                        $0.milliseconds.map { .duration(.milliseconds($0)) } ?? .null,
                    ]
                }, notes: notices + (pending > 0 ? ["\(pending) pending: rssctl migrate"] : []),
                emptyMessage: "No migrations.")
        ]
    }

    private static func title(_ entry: Entry) -> String {
        if entry.isBaseline == true { return "\(entry.name) (baseline)" }
        guard entry.state == .running, let done = entry.statementsDone, let all = entry.statements else {
            return entry.name
        }
        return "\(entry.name) (\(done) of \(all) statements done)"
    }
}
