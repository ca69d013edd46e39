import ArgumentParser

/// `rssctl bulk`
public struct BulkGroup: Group {
    public static let group = "bulk"
    public static let abstract = "Import inventories from files, and take imports back"
    public static let verbs: [any ParsableCommand.Type] = [
        BulkImport.self, BulkUpdate.self, BulkDelete.self, BulkValidate.self, BulkExport.self, BulkTemplate.self,
        BulkMappingGroup.self, BulkHistory.self, BulkUndo.self,
    ]

    public init() {}
}
