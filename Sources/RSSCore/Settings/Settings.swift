import Foundation
import RSSModel
import RSSSystem

/// The settings of a run, each with its value and where it came from.
///
/// Strongest first: flags, environment, the chosen profile of the configuration file, the rest of the file, defaults.
package struct Settings: Sendable {
    /// A value and its origin.
    package struct Resolved: Sendable, Equatable {
        /// The value in its normal form.
        package let value: String
        /// `flag`, `environment DB_HOST`, `config.yaml:12`, `default`.
        package let origin: String
        /// How strong that origin is.
        package let level: SettingLevel
    }

    /// Every value of each setting, the strongest first; the first one holds.
    package let sources: [SettingKey: [Resolved]]
    /// The configuration file in use.
    package let file: String?
    /// The profile in use.
    package let profile: String?
    /// The profiles that the file has.
    package let profiles: [String]
    /// What should be fixed though the settings hold.
    package let warnings: [String]
    /// Why these settings may not be used to connect to a server; nil when there is no reason.
    package let hazard: SettingsError?
    /// The variables that the process was started with.
    package let environment: [String: String]

    /// Puts the layers over each other.
    ///
    /// - Parameters:
    ///   - flags: settings from the command line.
    ///   - environment: the process's variables.
    ///   - path: the file to read; nil takes `RSSCTL_CONFIG`, then the first that exists in the usual places.
    ///   - profile: the profile; nil takes `RSSCTL_PROFILE`, then the file's own choice.
    /// - Throws: ``SettingsError``.
    package static func load(
        flags: [SettingKey: String] = [:], environment: [String: String], path: String? = nil, profile: String? = nil
    ) throws -> Settings {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        // Set to nothing, the variable switches the file off.
        let usual = environment["RSSCTL_CONFIG"] == "" ? nil : ConfigurationFile.find(environment: environment)
        let path = path ?? variable("RSSCTL_CONFIG") ?? usual
        let file = try path.map { try ConfigurationFile(path: $0) }
        let profile = profile ?? variable("RSSCTL_PROFILE") ?? file?.defaultProfile
        let known = file?.profiles.keys.sorted() ?? []
        if let profile, !known.contains(profile) { throw SettingsError.unknownProfile(profile, known: known) }

        // Strongest first.
        var layers: [[(SettingKey, Resolved)]] = []
        layers.append(
            try flags.map { key, text in
                (key, Resolved(value: try key.checked(text, origin: "a flag"), origin: "flag", level: .flag))
            })
        layers.append(
            try SettingKey.allCases.compactMap { key in
                guard let name = key.definition.environment.first(where: { variable($0) != nil }),
                    let text = variable(name)
                else { return nil }
                let origin = "environment \(name)"
                return (
                    key,
                    Resolved(
                        value: try key.checked(text, origin: origin), origin: origin,
                        level: SettingLevel(variable: name))
                )
            })
        if let file {
            let name = FilePath.name(of: file.path)
            func entries(
                _ values: [SettingKey: ConfigurationFile.Entry]?, _ level: SettingLevel
            ) -> [(SettingKey, Resolved)] {
                (values ?? [:]).map { key, entry in
                    (key, Resolved(value: entry.value, origin: "\(name):\(entry.line)", level: level))
                }
            }
            layers.append(entries(profile.flatMap { file.profiles[$0] }, .profile))
            layers.append(entries(file.values, .file))
        }
        layers.append(
            SettingKey.allCases.compactMap { key in
                key.definition.fallback.map { (key, Resolved(value: $0, origin: "default", level: .builtIn)) }
            })

        let sources = Dictionary(grouping: layers.joined()) { $0.0 }.mapValues { all in all.map { $0.1 } }
        let files = [SettingKey.databasePasswordFile, .redisPasswordFile].compactMap { sources[$0]?.first?.value }
        return Settings(
            sources: sources, file: path, profile: profile, profiles: known,
            warnings: (file?.warnings ?? []) + OwnVariables.warnings(environment)
                + files.compactMap(SecretFile.warning), hazard: file?.hazard,
            environment: environment)
    }

    /// The values that hold.
    package var values: [SettingKey: Resolved] { sources.compactMapValues(\.first) }

    /// The value of a setting that would hold if nothing were set on a stronger level; built-in values do not count.
    package func given(_ key: SettingKey, upTo limit: SettingLevel = .flag) -> Resolved? {
        sources[key]?.first { $0.level <= limit && $0.level > .builtIn }
    }

    /// The value of a setting as text.
    package func text(_ key: SettingKey) -> String? { sources[key]?.first?.value }

    /// The values of a setting that is a list.
    package func list(_ key: SettingKey) -> [String] { text(key)?.split(separator: ",").map(String.init) ?? [] }

    /// The value of a setting that is a whole number; it was checked when it was read.
    package func integer(_ key: SettingKey) -> Int? { text(key).flatMap { Int($0) } }

    /// The value of a setting that is a duration; it was checked when it was read.
    package func duration(_ key: SettingKey) -> Duration? { text(key).flatMap(DurationText.parse) }

    /// Whether a setting that is true or false is true.
    package func isTrue(_ key: SettingKey) -> Bool { text(key) == "true" }

    /// Whether a setting comes from anywhere but the built-in defaults.
    package func isSet(_ key: SettingKey) -> Bool { given(key) != nil }

    /// The sandbox's folder.
    package func sandboxFolder(stateFolder: String) -> String { text(.sandboxFolder) ?? "\(stateFolder)/sandbox" }
}
