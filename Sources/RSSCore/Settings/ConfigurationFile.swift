import Foundation
import Glibc
import RSSModel
import Yams

/// The configuration file, read strictly: a key or a value that is not understood is an error with its line.
struct ConfigurationFile: Sendable {
    /// A value with the line it stands on.
    struct Entry: Sendable, Equatable {
        let value: String
        let line: Int
    }

    let path: String
    /// Settings outside of any profile.
    let values: [SettingKey: Entry]
    /// Settings of each profile.
    let profiles: [String: [SettingKey: Entry]]
    /// The profile to use when none is asked for.
    let defaultProfile: String?
    /// What should be mended though it does no harm: a file with a secret that others can read.
    let warnings: [String]

    /// The first file of the usual places that exists; nil for none.
    static func find(environment: [String: String]) -> String? {
        let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
        let places = [home.map { "\($0)/rssctl/config.yaml" }, "/etc/rssctl/config.yaml"].compactMap { $0 }
        return places.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Reads and checks a file.
    ///
    /// - Throws: ``SettingsError``.
    init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw SettingsError.fileUnreadable(path: path, reason: Self.reason(error))
        }
        try self.init(path: path, text: text)
    }

    init(path: String, text: String) throws {
        self.path = path
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw SettingsError.malformed(SourcePlace(file: path, line: Self.line(of: error)), reason: "\(error)")
        }
        var reader = Reader(path: path)
        switch root {
        case nil: break
        case .mapping(let mapping)?: try reader.readTop(mapping)
        case let other?: throw reader.malformed(other, "the file holds no mapping of settings")
        }
        values = reader.values
        profiles = reader.profiles
        defaultProfile = reader.defaultProfile
        warnings = Self.permissionWarnings(path: path, reader: reader)
    }

    private static func permissionWarnings(path: String, reader: Reader) -> [String] {
        let entries = Array(reader.values) + reader.profiles.values.flatMap(Array.init)
        var status = stat()
        guard entries.contains(where: holdsSecret), stat(path, &status) == 0, status.st_mode & 0o077 != 0 else {
            return []
        }
        return ["\(path) holds a secret and others can read it: chmod 600 \(path)"]
    }

    /// An address is a secret only with a password in it.
    private static func holdsSecret(_ key: SettingKey, _ entry: Entry) -> Bool {
        let isAddress = [.databaseURL, .databaseDirectURL, .redisURL].contains(key)
        return key.definition.isSecret && (!isAddress || Redaction.scrub(entry.value) != entry.value)
    }

    private static func reason(_ error: any Error) -> String {
        (error as? CocoaError)?.code == .fileReadNoSuchFile
            ? "it does not exist" : "\((error as NSError).localizedDescription)"
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 1
        }
    }

    /// Walks the tree of nodes.
    private struct Reader {
        let path: String
        var values: [SettingKey: Entry] = [:]
        var profiles: [String: [SettingKey: Entry]] = [:]
        var defaultProfile: String?

        mutating func readTop(_ mapping: Node.Mapping) throws {
            for (key, value) in mapping {
                switch key.scalar?.string {
                case "profile":
                    guard let name = value.scalar?.string else {
                        throw malformed(value, "profile is the name of a profile")
                    }
                    defaultProfile = name
                case "profiles":
                    guard let all = value.mapping else {
                        throw malformed(value, "profiles holds a mapping for each profile")
                    }
                    for (name, settings) in all {
                        guard let name = name.scalar?.string, let settings = settings.mapping else {
                            throw malformed(settings, "a profile is a mapping of settings")
                        }
                        profiles[name] = [:]
                        try read(settings, prefix: "") { key, entry in
                            self.profiles[name]?[key] = entry
                        }
                    }
                default:
                    try read(Node.Mapping([(key, value)]), prefix: "") { self.values[$0] = $1 }
                }
            }
        }

        private func read(_ mapping: Node.Mapping, prefix: String, _ store: (SettingKey, Entry) -> Void) throws {
            for (key, value) in mapping {
                guard let name = key.scalar?.string else { throw malformed(key, "a key is a word") }
                let full = prefix + name
                switch value {
                case .mapping(let inner):
                    guard SettingKey.allCases.contains(where: { $0.rawValue.hasPrefix("\(full).") }) else {
                        throw unknown(full, key)
                    }
                    try read(inner, prefix: "\(full).", store)
                case .scalar(let scalar):
                    guard let setting = SettingKey(rawValue: full) else { throw unknown(full, key) }
                    // A key without a value, as the template has them, sets nothing.
                    if scalar.style == .plain || scalar.style == .any, ["", "~", "null"].contains(scalar.string) {
                        continue
                    }
                    let line = key.mark?.line ?? 1
                    let text = try setting.checked(scalar.string, origin: "\(path):\(line)")
                    store(setting, Entry(value: text, line: line))
                default: throw malformed(value, "'\(full)' holds one value, no list")
                }
            }
        }

        private func unknown(_ name: String, _ node: Node) -> SettingsError {
            let known = SettingKey.allCases.map(\.rawValue)
            let suggestion = EditDistance.closest(to: name, among: known)
            return .unknownKey(name, place(node), suggestion: suggestion)
        }

        func malformed(_ node: Node, _ reason: String) -> SettingsError { .malformed(place(node), reason: reason) }

        private func place(_ node: Node) -> SourcePlace {
            SourcePlace(file: path, line: node.mark?.line ?? 1, column: node.mark?.column)
        }
    }
}

extension SettingKey {
    /// The value in its normal form.
    ///
    /// - Throws: ``SettingsError/badValue(key:value:expected:origin:)``.
    func checked(_ text: String, origin: String) throws -> String {
        func bad(_ expected: String) -> SettingsError {
            .badValue(
                key: rawValue, value: definition.isSecret ? "(hidden)" : text, expected: expected, origin: origin)
        }
        switch definition.kind {
        case .text: return text
        case .path:
            guard text.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] else { return text }
            return home + text.dropFirst(1)
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else {
                throw bad("a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return "\(value)"
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "on", "1": return "true"
            case "false", "no", "off", "0": return "false"
            default: throw bad("true or false")
            }
        case .duration:
            guard let duration = DurationText.parse(text), duration >= .milliseconds(1) else {
                throw bad("a duration such as 200ms, 30s, 5min, 2h")
            }
            return text
        case .boundedDuration(let range):
            guard let duration = DurationText.parse(text), duration >= .milliseconds(range.lowerBound),
                duration <= .milliseconds(range.upperBound)
            else { throw bad("a duration from \(range.lowerBound)ms to \(range.upperBound)ms") }
            return text
        }
    }
}
