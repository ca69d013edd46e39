import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl partition policy export`
public struct PartitionPolicyExport: Verb {
    public static let declaration = Declaration(
        "partition policy export", "Write all policies as a document for a repository",
        discussion: "YAML, or with --output json JSON; partition policy import reads both.",
        needs: [.settings, .postgres],
        examples: [
            .init("As YAML", "rssctl partition policy export"),
            .init("As JSON", "rssctl partition policy export --output json"),
        ])

    @OptionGroup public var global: GlobalOptions

    public init() {}

    public func execute(_ context: Context) async throws -> PolicyExport {
        let connection = try await context.connectPostgres(readOnly: true)
        let policies = try await PolicyStore(connection).policies()
        await connection.close()
        return PolicyExport(policies)
    }
}

/// The result of `partition policy export`.
public struct PolicyExport: CommandResult {
    private let exported: PolicyDocument
    private let list: PolicyList

    init(_ policies: [PartitionPolicy]) {
        exported = PolicyDocument(policies)
        list = PolicyList(policies)
    }

    public func encode(to encoder: any Encoder) throws { try exported.encode(to: encoder) }

    public var document: String? { exported.yaml }

    public var tables: [Table] { list.tables }
}
