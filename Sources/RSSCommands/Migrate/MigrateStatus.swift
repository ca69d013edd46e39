import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl migrate status`
public struct MigrateStatus: Verb {
    public static let declaration = Declaration(
        "migrate status", "Show which migrations are applied and which are pending", needs: [.settings, .postgres],
        examples: [.init("Exit status 3 when something is pending", "rssctl migrate status")],
        exits: [.pending, .dataError])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var source: MigrationSourceOptions

    public init() {}

    public func execute(_ context: Context) async throws -> MigrationStatus {
        let connection = try await context.connectPostgres(readOnly: true)
        let plan = try await Migrator(
            connection, source: source.source, lockPolicy: LockPolicy(context.settings), runID: context.runID
        ).plan()
        await connection.close()
        return MigrationStatus(plan)
    }
}

/// The result of `migrate status`.
public struct MigrationStatus: CommandResult {
    struct Entry: Encodable {
        let version: Int64
        let name: String
        let state: Verdict
        let appliedAt: Date?
        let appliedBy: String?
        let milliseconds: Int64?
    }

    let migrations: [Entry]
    let pending: Int

    init(_ plan: MigrationPlan) {
        migrations =
            plan.applied.map {
                Entry(
                    version: $0.version, name: $0.name, state: .done, appliedAt: $0.appliedAt, appliedBy: $0.appliedBy,
                    milliseconds: $0.milliseconds)
            }
            + plan.pending.map {
                Entry(
                    version: $0.version, name: $0.name, state: .pending, appliedAt: nil, appliedBy: nil,
                    milliseconds: nil)
            }
        pending = plan.pending.count
    }

    public var exitStatus: ExitStatus { pending > 0 ? .pending : .done }

    public var tables: [Table] {
        [
            Table(
                columns: [
                    .number("version"), Column("name", isFlexible: true), Column("state"),
                    Column("applied_at", header: "applied"),
                    Column("applied_by", header: "by"), .number("took"),
                ],
                rows: migrations.map {
                    [
                        .integer($0.version), .text($0.name), .verdict($0.state), .optional($0.appliedAt),
                        .optional($0.appliedBy), $0.milliseconds.map { .duration(.milliseconds($0)) } ?? .null,
                    ]
                }, notes: pending > 0 ? ["\(pending) pending: rssctl migrate"] : [], emptyMessage: "No migrations.")
        ]
    }
}
