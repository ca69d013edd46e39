import ArgumentParser
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl config check`
package struct ConfigCheck: Verb {
    package static let declaration = Declaration(
        "config check", "Check the configuration file and the environment, without asking any server",
        needs: [.settings], journaled: false,
        examples: [.init("Exit status 78, with the line of the error, when the file is wrong", "rssctl config check")],
        exits: [.findings, .configuration])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> ConfigVerdict {
        // An error in what was read is reported before. Every profile is checked, not one, and besides with the
        // environment also without it: a variable may hide an error of the file.
        let settings = context.settings
        var warnings = settings.warnings
        func check(_ settings: Settings) throws {
            try Targets(settings: settings, stateFolder: context.world.stateFolder).check()
            warnings += settings.warnings.filter { !warnings.contains($0) }
        }
        try check(settings)
        for folder in MigrationSource(settings).folders {
            // What cron would find out at its next `migrate`.
            guard let reason = MigrationSource.problem(ofFolder: folder) else { continue }
            warnings.append(
                "\(SettingKey.migrateDirectories.rawValue): \(folder): \(reason); create it, or correct the setting")
        }
        for profile in settings.profiles.map(Optional.some) + [settings.profile] where settings.file != nil {
            for environment in [settings.environment, [:]] {
                do {
                    try check(Settings.load(environment: environment, path: settings.file, profile: profile))
                } catch SettingsError.unusableFile(let key, let origin, let path, let reason)
                    where profile != settings.profile
                {
                    // It may be on the machine that the profile is for.
                    let warning = "profile \(profile ?? "none"): \(key) (\(origin)): \(path): \(reason)"
                    if !warnings.contains(warning) { warnings.append(warning) }
                }
            }
        }
        return ConfigVerdict(
            file: settings.file, profiles: settings.profiles,
            settings: SettingKey.allCases.count { settings.isSet($0) },
            warnings: warnings)
    }
}

/// The result of `config check`.
package struct ConfigVerdict: CommandResult {
    let file: String?
    let profiles: [String]
    let settings: Int
    let warnings: [String]

    package var exitStatus: ExitStatus { warnings.isEmpty ? .done : .findings }

    package var tables: [Table] {
        [
            Table(
                columns: [Column("verdict"), Column("finding", isFlexible: true)],
                rows: warnings.isEmpty
                    ? [
                        [
                            .verdict(.ok),
                            .text("\(file ?? "no file"): \(settings) settings are set, \(profiles.count) profiles"),
                        ]
                    ]
                    : warnings.map { [.verdict(.warning), .text($0)] })
        ]
    }
}
