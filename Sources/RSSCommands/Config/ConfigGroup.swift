import ArgumentParser
import RSSCore

/// `rssctl config`
package struct ConfigGroup: Group {
    package static let group = "config"
    package static let abstract = "Settings: what holds, where it comes from, and a file to start from"
    package static let verbs: [any ParsableCommand.Type] = [ConfigShow.self, ConfigCheck.self, ConfigInit.self]

    package init() {}
}
