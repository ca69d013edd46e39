/// A migration: a file of SQL that is run once, in the order of the versions, and the file that takes it back.
public struct Migration: Sendable, Equatable {
    /// The number in the file's name.
    public let version: Int64
    /// What stands behind the number, blanks for underscores.
    public let name: String
    /// The statements.
    public let script: MigrationScript
    /// What takes it back, `V0001__what_it_does.down.sql`; nil where there is no such file.
    public var down: MigrationScript?

    /// The file's name.
    public var file: String { script.file }

    /// Reads a file named `V0001__what_it_does.sql`; nil for a name of another form.
    ///
    /// - Throws: ``MigrateError``.
    public init?(file: String, bytes: [UInt8]) throws {
        guard case .versioned(let version, let name) = MigrationFileName(file) else { return nil }
        self.version = version
        self.name = name
        script = try MigrationScript(file: file, bytes: bytes)
    }
}

/// A file that is run again whenever it has changed: functions and views, `R__what_it_makes.sql`.
public struct RepeatableMigration: Sendable, Equatable {
    /// What stands behind `R__`, blanks for underscores.
    public let name: String
    /// The statements.
    public let script: MigrationScript

    /// Reads a file named `R__what_it_makes.sql`; nil for a name of another form.
    ///
    /// - Throws: ``MigrateError``.
    public init?(file: String, bytes: [UInt8]) throws {
        guard case .repeatable(let name) = MigrationFileName(file) else { return nil }
        self.name = name
        script = try MigrationScript(file: file, bytes: bytes)
        let shared: [StatementAction] = [.transactional, .endsTransaction]
        if let alone = script.statements.first(where: { !shared.contains($0.action) }) {
            throw MigrateError.repeatableNotTransactional(place: script.place(of: nil, in: alone))
        }
    }
}

/// What a file's name says about it.
public enum MigrationFileName: Sendable, Equatable {
    /// `V0001__what_it_does.sql`
    case versioned(Int64, name: String)
    /// `V0001__what_it_does.down.sql`
    case down(Int64)
    /// `R__what_it_makes.sql`
    case repeatable(name: String)

    /// Whether a name is meant for one of these and is none: it must not be passed over in silence.
    static func isMistaken(_ file: String) -> Bool {
        MigrationFileName(file) == nil && file.wholeMatch(of: /(V[0-9]+_.*|R__.*)\.sql/.ignoresCase()) != nil
    }

    /// Reads a name; nil for one of another form.
    public init?(_ file: String) {
        if let match = file.wholeMatch(of: /V(?<version>[0-9]{1,18})__(?<name>[A-Za-z0-9_]+)(?<down>\.down)?\.sql/),
            let version = Int64(match.version), version > 0
        {
            self =
                match.down == nil
                ? .versioned(version, name: String(match.name.replacing("_", with: " "))) : .down(version)
        } else if let match = file.wholeMatch(of: /R__(?<name>[A-Za-z0-9_]+)\.sql/) {
            self = .repeatable(name: String(match.name.replacing("_", with: " ")))
        } else {
            return nil
        }
    }
}
