import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl config show`
public struct ConfigShow: Verb {
    public static let declaration = Declaration(
        "config show", "Show every setting with its value and where it comes from", needs: [.settings],
        journaled: false,
        examples: [
            .init("What holds now", "rssctl config show"),
            .init("Only what is set", "rssctl config show --set --output json"),
        ], exits: [.configuration])

    @OptionGroup public var global: GlobalOptions

    @Flag(name: .customLong("set"), help: "Leave out what has its built-in value.")
    var onlySet = false

    public init() {}

    public func execute(_ context: Context) async throws -> SettingsTable {
        let settings = context.settings
        let keys = SettingKey.allCases.filter { !onlySet || settings.isSet($0) }
        return SettingsTable(
            file: settings.file, profile: settings.profile,
            settings: keys.map { key in
                SettingsTable.Entry(
                    name: key.rawValue, value: settings.text(key).map { key.definition.isSecret ? "(hidden)" : $0 },
                    origin: settings.values[key]?.origin, environment: key.definition.environment,
                    summary: key.definition.summary)
            })
    }
}

/// The result of `config show`.
public struct SettingsTable: CommandResult {
    let file: String?
    let profile: String?
    let settings: [Entry]

    struct Entry: Encodable {
        let name: String
        let value: String?
        let origin: String?
        let environment: [String]
        let summary: String
    }

    public var tables: [Table] {
        [
            Table(
                columns: [
                    Column("setting"), Column("value", isFlexible: true), Column("origin"),
                    Column("summary", header: "what it is", isFlexible: true),
                ],
                rows: settings.map { [.text($0.name), .optional($0.value), .optional($0.origin), .text($0.summary)] },
                notes: ["File: \(file ?? "none")", "Profile: \(profile ?? "none")"], emptyMessage: "Nothing is set.")
        ]
    }
}
