import ArgumentParser

/// `rssctl setup`
public struct SetupGroup: Group {
    public static let group = "setup"
    public static let abstract = "Prepare the database for those who use it"
    public static let verbs: [any ParsableCommand.Type] = [SetupRoles.self]

    public init() {}
}
