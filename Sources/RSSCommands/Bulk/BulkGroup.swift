import ArgumentParser

/// `rssctl bulk`
package struct BulkGroup: Group {
    package static let group = "bulk"
    package static let abstract = "Import inventories from files, and undo imports"
    package static let verbs: [any ParsableCommand.Type] = [
        BulkImport.self, BulkUpdate.self, BulkDelete.self, BulkValidate.self, BulkExport.self, BulkTemplate.self,
        BulkColumns.self, BulkMappingGroup.self, BulkHistory.self, BulkUndo.self,
    ]

    package init() {}
}
