import ArgumentParser

/// `rssctl partition index`
public struct PartitionIndexGroup: Group {
    public static let group = "index"
    public static let abstract = "Create, drop and rebuild indexes of partitioned tables while writers go on"
    public static let verbs: [any ParsableCommand.Type] = [
        PartitionIndexCreate.self, PartitionIndexDrop.self, PartitionIndexReindex.self,
    ]

    public init() {}
}
