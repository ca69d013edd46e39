import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy export`
package struct PartitionPolicyExport: Verb {
    package static let declaration = Declaration(
        "partition policy export", "Write all policies as a document for a repository",
        discussion: "YAML, or with --output json JSON; partition policy import reads both.",
        needs: [.settings, .postgres],
        examples: [
            .init("As YAML", "rssctl partition policy export"),
            .init("As JSON", "rssctl partition policy export --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> PolicyExport {
        let connection = try await context.connectPostgres(readOnly: true)
        let policies = try await PolicyStore(connection).policies()
        return PolicyExport(policies)
    }
}

/// The result of `partition policy export`.
package struct PolicyExport: CommandResult {
    private let exported: PolicyDocument
    private let list: PolicyList

    init(_ policies: [PartitionPolicy]) {
        exported = PolicyDocument(policies)
        list = PolicyList(policies)
    }

    package func encode(to encoder: any Encoder) throws { try exported.encode(to: encoder) }

    package var document: String? { exported.yaml }

    package var yaml: String? { exported.yaml }

    package var tables: [Table] { list.tables }
}
