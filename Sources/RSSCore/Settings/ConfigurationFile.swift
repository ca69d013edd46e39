import Foundation
import Glibc
import PostgresClient
import RSSModel
import RSSSystem
import RedisClient
import Yams

/// The configuration file, read strictly: a key or a value that is not understood is an error with its line.
struct ConfigurationFile: Sendable {
    /// A value with the line it is on.
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
    /// What should be fixed: a file with a secret that others can read, or one that others can change.
    let warnings: [String]
    /// Why this file may not be used; nil when it may.
    let hazard: SettingsError?

    /// The first file of the usual places that exists; nil for none.
    static func find(environment: [String: String]) -> String? {
        let places = [
            UserFolder.configuration(environment).map { "\($0)/rssctl/config.yaml" }, "/etc/rssctl/config.yaml",
        ].compactMap { $0 }
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
            throw Self.malformed(path, error)
        }
        var reader = Reader(path: path)
        switch root {
        case nil: break
        case .mapping(let mapping)?: try reader.readTop(mapping)
        case let other?: throw reader.malformed(other, "The file does not hold a mapping of settings.")
        }
        values = reader.values
        profiles = reader.profiles
        defaultProfile = reader.defaultProfile
        let access = FileAccess(path)
        hazard = access.open.map { .unsafeFile(path: path, open: $0) }
        warnings =
            (access.open.map { ["\(path) is not used: any user can write \($0): chmod o-w \($0.shellWord)"] } ?? [])
            + access.warnings + reader.retired + Self.permissionWarnings(path: path, reader: reader)
    }

    private static func permissionWarnings(path: String, reader: Reader) -> [String] {
        let entries = Array(reader.values) + reader.profiles.values.flatMap(Array.init)
        var status = stat()
        guard entries.contains(where: holdsSecret), stat(path, &status) == 0, status.st_mode & 0o077 != 0 else {
            return []
        }
        return ["\(path) holds a secret and others can read it: chmod 600 \(path.shellWord)"]
    }

    /// An address is a secret only with a password in it.
    private static func holdsSecret(_ key: SettingKey, _ entry: Entry) -> Bool {
        // The address was read before; one that cannot be read would have been refused.
        switch key.definition.kind {
        case .databaseAddress:
            let keywords = try? ConnectionOptions.keywords(parsing: entry.value)
            return keywords?["password"] != nil || keywords?["sslpassword"] != nil
        case .redisAddress: return (try? RedisAddress(entry.value))?.password != nil
        default: return key.definition.isSecret
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? CocoaError)?.code == .fileReadNoSuchFile
            ? "it does not exist" : "\((error as NSError).localizedDescription)"
    }

    /// The parser's error with its place, and without the line that it quotes, in which a password may be.
    private static func malformed(_ path: String, _ error: YamlError) -> SettingsError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .malformed(SourcePlace(file: path, line: mark.line, column: mark.column), reason: problem)
        case .duplicatedKeysInMapping(_, let context):
            .malformed(
                SourcePlace(file: path, line: context.mark.line, column: context.mark.column),
                reason: "A key is given twice in one mapping.")
        case .reader(let problem, _, _, _): .malformed(SourcePlace(file: path, line: 1), reason: problem)
        default: .malformed(SourcePlace(file: path, line: 1), reason: "It cannot be read as YAML.")
        }
    }

    /// Walks the tree of nodes.
    private struct Reader {
        let path: String
        var values: [SettingKey: Entry] = [:]
        var profiles: [String: [SettingKey: Entry]] = [:]
        var defaultProfile: String?
        /// Settings that are no longer read, as they are named in the file.
        var retired: [String] = []

        mutating func readTop(_ mapping: Node.Mapping) throws {
            for (key, value) in mapping {
                switch key.scalar?.string {
                case "profile":
                    guard let name = value.scalar?.string else {
                        throw malformed(value, "The value of profile is the name of a profile.")
                    }
                    defaultProfile = name
                case "profiles":
                    guard let all = value.mapping else {
                        throw malformed(value, "The value of profiles is a mapping for each profile.")
                    }
                    for (name, settings) in all {
                        guard let name = name.scalar?.string, let settings = settings.mapping else {
                            throw malformed(settings, "A profile is a mapping of settings.")
                        }
                        var values: [SettingKey: Entry] = [:]
                        try read(settings, prefix: "", into: &values)
                        profiles[name] = values
                    }
                default:
                    var top = values
                    try read(Node.Mapping([(key, value)]), prefix: "", into: &top)
                    values = top
                }
            }
        }

        private mutating func read(
            _ mapping: Node.Mapping, prefix: String, into values: inout [SettingKey: Entry]
        ) throws {
            for (key, value) in mapping {
                guard let name = key.scalar?.string else { throw malformed(key, "A key is a word.") }
                let full = prefix + name
                if RetiredSettings.contains(full) {
                    retired.append("\(path):\(key.mark?.line ?? 1): \(full) has no effect: \(RetiredSettings.reason)")
                    continue
                }
                switch value {
                case .mapping(let inner):
                    if SettingKey(rawValue: full) != nil {
                        throw malformed(value, "The setting '\(full)' holds one value, not a mapping.")
                    }
                    guard SettingKey.allCases.contains(where: { $0.rawValue.hasPrefix("\(full).") }) else {
                        throw unknown(full, key)
                    }
                    try read(inner, prefix: "\(full).", into: &values)
                case .sequence(let items) where SettingKey(rawValue: full)?.definition.listSeparator != nil:
                    let texts = items.compactMap(\.scalar?.string)
                    guard texts.count == items.count, !texts.isEmpty else {
                        throw malformed(value, "The setting '\(full)' is a list of texts.")
                    }
                    let separator = SettingKey(rawValue: full)?.definition.listSeparator ?? ""
                    let joined = Node.Scalar(texts.joined(separator: separator), .implicit, .doubleQuoted, key.mark)
                    try read(Node.Mapping([(key, .scalar(joined))]), prefix: prefix, into: &values)
                case .scalar(let scalar):
                    guard let setting = SettingKey(rawValue: full) else { throw unknown(full, key) }
                    // A key without a value, as the template has them, sets nothing.
                    if scalar.style == .plain || scalar.style == .any, ["", "~", "null"].contains(scalar.string) {
                        continue
                    }
                    let line = key.mark?.line ?? 1
                    let text = try setting.checked(scalar.string, origin: "\(path):\(line)")
                    // Written as `database.host` and within `database`, it would depend on the order which one holds.
                    if let first = values[setting] {
                        throw malformed(key, "The setting '\(full)' is set in line \(first.line) already.")
                    }
                    values[setting] = Entry(value: text, line: line)
                default:
                    guard SettingKey(rawValue: full) != nil else { throw unknown(full, key) }
                    throw malformed(value, "The setting '\(full)' holds one value, not a list.")
                }
            }
        }

        private func unknown(_ name: String, _ node: Node) -> SettingsError {
            // `password: x` without its blank is a key, and not a setting's name.
            guard name.wholeMatch(of: /[a-z_.]{1,60}/) != nil else {
                return malformed(
                    node, "A key is not the name of a setting; a blank may be missing after its colon.")
            }
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
