import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy list`
package struct PartitionPolicyList: Verb {
    package static let declaration = Declaration(
        "partition policy list", "Show the policies by which partitions are maintained",
        needs: [.settings, .postgres],
        examples: [
            .init("All policies", "rssctl partition policy list"),
            .init("For a script", "rssctl partition policy list --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> PolicyList {
        let connection = try await context.connectPostgres(readOnly: true)
        let kept = try await PolicyStore(connection).kept()
        let errors = kept.compactMap { entry in
            if case .failure(let error) = entry.reading { error.report } else { nil }
        }
        return PolicyList(kept.compactMap(\.policy), errors: errors)
    }
}

/// The result of `partition policy list`.
package struct PolicyList: CommandResult {
    private let policies: [PartitionPolicy]
    private let errors: [ErrorReport]

    /// - Parameter errors: why others cannot be read.
    init(_ policies: [PartitionPolicy], errors: [ErrorReport] = []) {
        self.policies = policies
        self.errors = errors
    }

    package var exitStatus: ExitStatus { errors.isEmpty ? .done : .configuration }

    package func encode(to encoder: any Encoder) throws { try PolicyDocument(policies).encode(to: encoder) }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("table"), Column("column"), Column("interval"), Column("epoch", isOptional: true),
                    Column("time_zone"),
                    .number("premake"), Column("retention"),
                    .number("quarantine_days", header: "quarantine"), Column("archive", isOptional: true),
                    Column("tablespace", isOptional: true), Column("storage_parameters", isOptional: true),
                ],
                rows: policies.map { policy in
                    [
                        .text(policy.table.quoted), .text(policy.column), .text("\(policy.interval)"),
                        .optional(policy.epoch?.rawValue),
                        .text(policy.timeZone), .count(policy.premake),
                        .text(policy.retention?.description ?? "indefinitely"),
                        .text("\(policy.quarantineDays) d"), .optional(policy.archive), .optional(policy.tablespace),
                        policy.storageParameters.isEmpty
                            ? .null : .text(policy.storageParameters.joined(separator: ", ")),
                    ]
                },
                notes: errors.map { "\($0.code): \($0.line)" },
                emptyMessage: !errors.isEmpty
                    ? errors.map { "\($0.message)." }.joined(separator: " ")
                    : "No policies. visit_reports is maintained by the month by default; for other tables: rssctl partition policy adopt --all"
            )
        ]
    }
}
