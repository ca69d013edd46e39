import ArgumentParser

/// `rssctl bulk mapping`
package struct BulkMappingGroup: Group {
    package static let group = "mapping"
    package static let abstract = "Saved mappings: which column of a file goes where"
    package static let verbs: [any ParsableCommand.Type] = [
        BulkMappingSave.self, BulkMappingList.self, BulkMappingRemove.self,
    ]

    package init() {}
}
