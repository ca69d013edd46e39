import ArgumentParser

/// `rssctl analyze`
public struct AnalyzeGroup: Group {
    public static let group = "analyze"
    public static let abstract = "Find what is wrong or slow"
    public static let verbs: [any ParsableCommand.Type] = [AnalyzePerformance.self]

    public init() {}
}
