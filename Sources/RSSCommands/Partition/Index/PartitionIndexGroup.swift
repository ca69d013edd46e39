import ArgumentParser

/// `rssctl partition index`
package struct PartitionIndexGroup: Group {
    package static let group = "index"
    package static let abstract = "Create, drop and rebuild indexes of partitioned tables without blocking writers"
    package static let verbs: [any ParsableCommand.Type] = [
        PartitionIndexCreate.self, PartitionIndexDrop.self, PartitionIndexReindex.self,
    ]

    package init() {}
}
