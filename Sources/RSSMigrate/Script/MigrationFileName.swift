import RSSCore

/// What a file's name says about it.
package enum MigrationFileName: Sendable, Equatable {
    /// `V0001__what_it_does.sql`, `V4.1__what_it_does.sql`
    case versioned(MigrationVersion, name: String)
    /// `V0001__what_it_does.down.sql`, and Flyway's `U0001__what_it_does.sql`
    case down(MigrationVersion)
    /// `R__what_it_makes.sql`
    case repeatable(name: String)

    /// Reads a name; nil for one of another form.
    package init?(_ file: String) {
        let form = /(?<kind>[VU])(?<version>[0-9]+(?:[._][0-9]+)*)__(?<name>[A-Za-z0-9_]+)(?<down>\.down)?\.sql/
        if let match = file.wholeMatch(of: form), let version = MigrationVersion(match.version), version > .none,
            match.kind == "V" || match.down == nil
        {
            self =
                match.kind == "V" && match.down == nil
                ? .versioned(version, name: String(match.name.replacing("_", with: " "))) : .down(version)
        } else if let match = file.wholeMatch(of: /R__(?<name>[A-Za-z0-9_]+)\.sql/) {
            self = .repeatable(name: String(match.name.replacing("_", with: " ")))
        } else {
            return nil
        }
    }

    /// Whether a name is meant for a migration, of rssctl or of another tool, and is not one: it must not be skipped.
    static func isMistaken(_ file: String) -> Bool {
        let marked = /[VUB][ ._-]?[0-9].*|[VUBR]_.*|[0-9].*/.ignoresCase()
        guard MigrationFileName(file) == nil, file.lowercased().hasSuffix(".sql") else { return false }
        return file.dropLast(4).wholeMatch(of: marked) != nil
    }

    /// Whether a name that is not one of a migration is worth a note when its file is skipped: SQL, or what looks like an
    /// older state of a migration.
    static func isNotable(_ file: String) -> Bool {
        guard MigrationFileName(file) == nil, !file.hasPrefix(".") else { return false }
        return file.lowercased().hasSuffix(".sql") || file.wholeMatch(of: /[VUBR][0-9._]*__.*/.ignoresCase()) != nil
    }
}
