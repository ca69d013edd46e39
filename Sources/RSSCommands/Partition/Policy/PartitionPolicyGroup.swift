import ArgumentParser

/// `rssctl partition policy`
package struct PartitionPolicyGroup: Group {
    package static let group = "policy"
    package static let abstract = "Set how the partitions of tables are maintained"
    package static let verbs: [any ParsableCommand.Type] = [
        PartitionPolicyList.self, PartitionPolicySet.self, PartitionPolicyRemove.self, PartitionPolicyExport.self,
        PartitionPolicyImport.self, PartitionPolicyAdopt.self,
    ]

    package init() {}
}
