import ArgumentParser

/// `rssctl partition`
public struct PartitionGroup: Group {
    public static let group = "partition"
    public static let abstract = "Keep the partitions of tables: make, archive, retire, convert"
    public static let verbs: [any ParsableCommand.Type] = [
        PartitionPlan.self,
        PartitionMaintain.self,
        PartitionStatus.self,
        PartitionCheck.self,
        PartitionPolicyGroup.self,
        PartitionIndexGroup.self,
        PartitionDrain.self,
        PartitionSplit.self,
        PartitionMerge.self,
        PartitionConvert.self,
        PartitionRetire.self,
        PartitionUndo.self,
        PartitionAbort.self,
        PartitionArchive.self,
        PartitionVerifyArchive.self,
        PartitionRestore.self,
    ]

    public init() {}
}
