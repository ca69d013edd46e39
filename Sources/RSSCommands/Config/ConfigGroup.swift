import ArgumentParser

/// `rssctl config`
public struct ConfigGroup: Group {
    public static let group = "config"
    public static let abstract = "Settings: what holds, where it comes from, and a file to start from"
    public static let verbs: [any ParsableCommand.Type] = [ConfigShow.self, ConfigCheck.self, ConfigInit.self]

    public init() {}
}
