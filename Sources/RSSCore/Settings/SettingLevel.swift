/// How strong the source of a setting is. A stronger one wins; see Docs/config.md, "Precedence".
package enum SettingLevel: Int, Sendable, Comparable, CaseIterable {
    /// The built-in value.
    case builtIn
    /// The configuration file, outside of any profile.
    case file
    /// The chosen profile of the file.
    case profile
    /// A variable that many programs share: libpq's `PG…`, `DATABASE_URL`, `REDIS_URL`.
    case sharedVariable
    /// A variable of the backend: `DB_…`, `REDIS_…`.
    case backendVariable
    /// A variable of rssctl: `RSSCTL_…`.
    case ownVariable
    /// A flag on the command line.
    case flag

    /// The level of an environment variable, by its name.
    init(variable name: String) {
        if name.hasPrefix("RSSCTL_") {
            self = .ownVariable
        } else if name.hasPrefix("DB_") || (name.hasPrefix("REDIS_") && name != "REDIS_URL") {
            self = .backendVariable
        } else {
            self = .sharedVariable
        }
    }

    /// The strongest level of the same source: who sets variables sets them together, whatever their names.
    var ofWholeSource: SettingLevel {
        switch self {
        case .sharedVariable, .backendVariable, .ownVariable: .ownVariable
        default: self
        }
    }

    /// Whether the weaker comes first.
    package static func < (left: SettingLevel, right: SettingLevel) -> Bool { left.rawValue < right.rawValue }
}
