import ArgumentParser

/// `rssctl bulk`
public struct BulkGroup: Group {
    public static let group = "bulk"
    public static let abstract = "Import inventories from CSV files"
    public static let verbs: [any ParsableCommand.Type] = [BulkImport.self]

    public init() {}
}
