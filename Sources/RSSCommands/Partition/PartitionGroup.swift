import ArgumentParser
import RSSMigrate
import RSSPartition

/// `rssctl partition`
package struct PartitionGroup: Group {
    package static let group = "partition"
    package static let abstract = "Maintain the partitions of tables: create, archive, retire, convert"
    package static let verbs: [any ParsableCommand.Type] = [
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

    package init() {}
}
