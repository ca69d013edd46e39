import ArgumentParser

/// `rssctl bulk mapping`
public struct BulkMappingGroup: Group {
    public static let group = "mapping"
    public static let abstract = "Saved mappings: which column of a file goes where"
    public static let verbs: [any ParsableCommand.Type] = [
        BulkMappingSave.self, BulkMappingList.self, BulkMappingRemove.self,
    ]

    public init() {}
}
