import ArgumentParser

/// `rssctl partition policy`
public struct PartitionPolicyGroup: Group {
    public static let group = "policy"
    public static let abstract = "Say how the partitions of tables are kept"
    public static let verbs: [any ParsableCommand.Type] = [
        PartitionPolicyList.self, PartitionPolicySet.self, PartitionPolicyRemove.self, PartitionPolicyExport.self,
        PartitionPolicyImport.self, PartitionPolicyAdopt.self,
    ]

    public init() {}
}
