import ArgumentParser
import RSSMigrate
import RSSPartition

/// `rssctl partition`
package struct PartitionGroup: Group {
    package static let group = "partition"
    package static let abstract = "Maintain table partitions: create, archive, retire, convert"
    package static let sections = [
        CommandGroup(
            name: "Daily",
            subcommands: [PartitionStatus.self, PartitionCheck.self, PartitionPlan.self, PartitionMaintain.self]),
        CommandGroup(
            name: "Reshape",
            subcommands: [
                PartitionConvert.self, PartitionDrain.self, PartitionSplit.self, PartitionMerge.self,
                PartitionAbort.self,
            ]),
        CommandGroup(
            name: "Archive",
            subcommands: [
                PartitionRetire.self, PartitionUndo.self, PartitionArchive.self, PartitionVerifyArchive.self,
                PartitionRestore.self,
            ]),
        CommandGroup(name: "Policies and indexes", subcommands: [PartitionPolicyGroup.self, PartitionIndexGroup.self]),
    ]

    package init() {}
}
