import Configuration
import Foundation
import RSSModel
import RSSSystem
import Synchronization

/// The settings of a run, each with its value and where it came from.
///
/// Strongest first: flags, environment, the chosen profile of the configuration file, the rest of the file, defaults.
public struct Settings: Sendable {
    /// A value and its origin.
    public struct Resolved: Sendable, Equatable {
        /// The value in its normal form.
        public let value: String
        /// `flag`, `environment DB_HOST`, `config.yaml:12`, `default`.
        public let origin: String
    }

    /// The values that are set.
    public let values: [SettingKey: Resolved]
    /// The configuration file in use.
    public let file: String?
    /// The profile in use.
    public let profile: String?
    /// The profiles that the file has.
    public let profiles: [String]
    /// What should be mended though the settings hold.
    public let warnings: [String]
    /// The variables that the process was started with.
    public let environment: [String: String]

    /// Puts the layers over each other.
    ///
    /// - Parameters:
    ///   - flags: settings from the command line.
    ///   - environment: the process's variables.
    ///   - path: the file to read; nil takes `RSSCTL_CONFIG`, then the first that exists in the usual places.
    ///   - profile: the profile; nil takes `RSSCTL_PROFILE`, then the file's own choice.
    /// - Throws: ``SettingsError``.
    public static func load(
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

        var layers: [Layer] = []
        layers.append(
            Layer("flag", try flags.map { ($0, try $0.checked($1, origin: "a flag"), "flag") }))
        layers.append(
            Layer(
                "environment",
                try SettingKey.allCases.compactMap { key in
                    guard let name = key.definition.environment.first(where: { variable($0) != nil }),
                        let text = variable(name)
                    else { return nil }
                    return (key, try key.checked(text, origin: "environment \(name)"), "environment \(name)")
                }))
        if let file {
            let name = FilePath.name(of: file.path)
            func entries(_ values: [SettingKey: ConfigurationFile.Entry]?) -> [(SettingKey, String, String)] {
                (values ?? [:]).map { ($0, $1.value, "\(name):\($1.line)") }
            }
            layers.append(Layer("profile", entries(profile.flatMap { file.profiles[$0] })))
            layers.append(Layer("file", entries(file.values)))
        }
        layers.append(
            Layer(
                "default",
                SettingKey.allCases.compactMap { key in key.definition.fallback.map { (key, $0, "default") } }))

        return Settings(
            values: resolve(layers), file: path, profile: profile, profiles: known, warnings: file?.warnings ?? [],
            environment: environment)
    }

    private struct Layer {
        let provider: InMemoryProvider
        let origins: [String: String]

        init(_ name: String, _ entries: [(key: SettingKey, value: String, origin: String)]) {
            let values = entries.map {
                (
                    AbsoluteConfigKey(ConfigKey($0.key.rawValue)),
                    ConfigValue(.string($0.value), isSecret: $0.key.definition.isSecret)
                )
            }
            provider = InMemoryProvider(name: name, values: Dictionary(values) { first, _ in first })
            origins = Dictionary(entries.map { ($0.key.rawValue, $0.origin) }) { first, _ in first }
        }
    }

    /// Remembers which provider answered last; swift-configuration tells it in provider order.
    private final class WinnerReporter: AccessReporter {
        let provider = Mutex<Int?>(nil)

        func report(_ event: AccessEvent) {
            let index = event.providerResults.firstIndex { (try? $0.result.get().value) != nil }
            provider.withLock { $0 = index }
        }
    }

    private static func resolve(_ layers: [Layer]) -> [SettingKey: Resolved] {
        let winner = WinnerReporter()
        let reader = ConfigReader(providers: layers.map(\.provider), accessReporter: winner)
        var values: [SettingKey: Resolved] = [:]
        for key in SettingKey.allCases {
            guard let value = reader.string(forKey: ConfigKey(key.rawValue)) else { continue }
            let origin = winner.provider.withLock { $0 }.flatMap { layers[$0].origins[key.rawValue] }
            values[key] = Resolved(value: value, origin: origin ?? "unknown")
        }
        return values
    }

    /// The value of a setting as text.
    public func text(_ key: SettingKey) -> String? { values[key]?.value }

    /// The value of a setting that is a whole number; it was checked when it was read.
    public func integer(_ key: SettingKey) -> Int? { text(key).flatMap { Int($0) } }

    /// The value of a setting that is a duration; it was checked when it was read.
    public func duration(_ key: SettingKey) -> Duration? { text(key).flatMap(DurationText.parse) }

    /// Whether a setting that is true or false is true.
    public func isTrue(_ key: SettingKey) -> Bool { text(key) == "true" }

    /// Whether a setting comes from anywhere but the built-in defaults.
    public func isSet(_ key: SettingKey) -> Bool { values[key].map { $0.origin != "default" } ?? false }

    /// The sandbox's folder.
    public func sandboxFolder(stateFolder: String) -> String { text(.sandboxFolder) ?? "\(stateFolder)/sandbox" }
}
