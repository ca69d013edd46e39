import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl config show`
package struct ConfigShow: Verb {
    package static let declaration = Declaration(
        "config show", "Show every setting with its value and where it comes from", needs: [.settings],
        journaled: false,
        examples: [
            .init("The settings in force", "rssctl config show"),
            .init("Only what is set", "rssctl config show --set --output json"),
        ], exits: [.configuration])

    @OptionGroup package var global: GlobalOptions

    @Flag(name: .customLong("set"), help: "Leave out settings with their built-in value.")
    var onlySet = false

    package init() {}

    package func execute(_ context: Context) async throws -> SettingsTable {
        let settings = context.settings
        let keys = SettingKey.allCases.filter { !onlySet || settings.isSet($0) }
        let targets = try Targets(settings: settings, stateFolder: context.world.stateFolder)
        for warning in settings.warnings { context.progress(.warning(warning)) }
        // Settings that contradict each other are what this table is read for; the summary has the error.
        let overridden = (try? targets.overridden()) ?? [:]
        return SettingsTable(
            file: settings.file, profile: settings.profile,
            settings: keys.map { key in
                SettingsTable.Entry(
                    name: key.rawValue, value: settings.text(key).map { key.definition.isSecret ? "(hidden)" : $0 },
                    origin: settings.values[key]?.origin, inForce: settings.isSet(key) ? overridden[key] == nil : nil,
                    overriddenBy: overridden[key], environment: key.definition.environment,
                    summary: key.definition.summary)
            }, targets: targets.summary)
    }
}

/// The result of `config show`.
package struct SettingsTable: CommandResult {
    let file: String?
    let profile: String?
    let settings: [Entry]
    /// The targets of commands, a line for each server.
    let targets: [String]

    struct Entry: Encodable {
        let name: String
        let value: String?
        let origin: String?
        /// Whether it counts; nil for a built-in value.
        let inForce: Bool?
        /// What takes its place where it does not count.
        let overriddenBy: String?
        let environment: [String]
        let summary: String
    }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("setting"), Column("value", isFlexible: true), Column("origin"),
                    Column("in_force", header: "in force", isFlexible: true, isOptional: true),
                    Column("summary", header: "what it is", isFlexible: true, isOptional: true),
                ],
                rows: settings.map { entry in
                    let standing = entry.overriddenBy.map { "no: \($0)" } ?? (entry.inForce == true ? "yes" : nil)
                    return [
                        .text(entry.name), .optional(entry.value), .optional(entry.origin), .optional(standing),
                        .text(entry.summary),
                    ]
                },
                notes: ["File: \(file ?? "none")", "Profile: \(profile ?? "none")"] + targets,
                emptyMessage: "Nothing is set.")
        ]
    }
}
