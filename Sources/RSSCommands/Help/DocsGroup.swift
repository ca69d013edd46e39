import ArgumentParser

/// `rssctl docs`
public struct DocsGroup: Group {
    public static let group = "docs"
    public static let abstract = "Write man pages and the command reference"
    public static let verbs: [any ParsableCommand.Type] = []

    public init() {}
}
