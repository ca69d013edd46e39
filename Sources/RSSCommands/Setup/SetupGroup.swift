import ArgumentParser

/// `rssctl setup`
package struct SetupGroup: Group {
    package static let group = "setup"
    package static let abstract = "Prepare the database for those who use it"
    package static let verbs: [any ParsableCommand.Type] = [SetupRoles.self]

    package init() {}
}
