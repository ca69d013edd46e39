import ArgumentParser
import RSSCore

/// `rssctl config`
package struct ConfigGroup: Group {
    package static let group = "config"
    package static let abstract = "Show, check and create the configuration"
    package static let verbs: [any ParsableCommand.Type] = [ConfigShow.self, ConfigCheck.self, ConfigInit.self]

    package init() {}
}
