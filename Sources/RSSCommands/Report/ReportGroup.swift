import ArgumentParser

/// `rssctl report`
public struct ReportGroup: Group {
    public static let group = "report"
    public static let abstract = "Read visit reports"
    public static let verbs: [any ParsableCommand.Type] = [ReportQueryVerb.self]

    public init() {}
}
