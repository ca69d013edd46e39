import ArgumentParser

/// `rssctl setup`
package struct SetupGroup: Group {
    package static let group = "setup"
    package static let abstract = "Prepare the database for its users"
    package static let verbs: [any ParsableCommand.Type] = [SetupRoles.self]

    package init() {}
}
