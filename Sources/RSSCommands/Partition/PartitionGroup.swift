import ArgumentParser

/// `rssctl partition`
public struct PartitionGroup: Group {
    public static let group = "partition"
    public static let abstract = "Keep the partitions of visit_reports"
    public static let verbs: [any ParsableCommand.Type] = [PartitionMaintain.self, PartitionStatus.self]

    public init() {}
}
