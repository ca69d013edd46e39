import ArgumentParser

/// `rssctl migrate`
package struct MigrateGroup: Group {
    package static let group = "migrate"
    package static let abstract = "Bring the database's schema up to date"
    package static let discussion =
        "Without a verb: applies what is pending. The migrations of the visit-report schema are part of the binary."
    package static let verbs: [any ParsableCommand.Type] = [
        MigrateUp.self, MigrateStatus.self, MigratePlan.self, MigrateLint.self, MigrateNew.self, MigrateVerify.self,
        MigrateRepair.self, MigrateBaseline.self, MigrateDown.self, MigrateDrift.self, MigrateDump.self,
    ]
    package static let defaultVerb: (any ParsableCommand.Type)? = MigrateUp.self

    package init() {}
}
