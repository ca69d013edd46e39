import ArgumentParser

/// `rssctl migrate`
public struct MigrateGroup: Group {
    public static let group = "migrate"
    public static let abstract = "Bring the database's schema up to date"
    public static let discussion =
        "Without a verb: applies what is pending. The migrations of the visit-report schema are part of the binary."
    public static let verbs: [any ParsableCommand.Type] = [
        MigrateUp.self, MigrateStatus.self, MigratePlan.self, MigrateLint.self, MigrateNew.self, MigrateVerify.self,
        MigrateRepair.self, MigrateBaseline.self, MigrateDown.self, MigrateDrift.self, MigrateDump.self,
    ]
    public static let defaultVerb: (any ParsableCommand.Type)? = MigrateUp.self

    public init() {}
}
