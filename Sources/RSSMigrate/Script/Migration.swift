import RSSCore
import RSSModel

/// A migration: a file of SQL that is run once, in the order of the versions, and the file that reverts it.
package struct Migration: Sendable {
    /// The version in the file's name.
    package let version: MigrationVersion
    /// What follows the version, blanks for underscores.
    package let name: String
    /// Where its statements are.
    let source: MigrationFile
    /// What reverts it, `V0001__what_it_does.down.sql` or `U0001__what_it_does.sql`; nil where there is no such file.
    var revert: MigrationFile?

    /// The file's name.
    package var file: String { source.name }

    /// The statements.
    ///
    /// - Throws: ``MigrateError``.
    package var script: MigrationScript { get throws { try source.script() } }

    /// The statements that revert it; nil where there is no file of them.
    ///
    /// - Throws: ``MigrateError``.
    package var down: MigrationScript? { get throws { try revert?.script() } }

    /// A migration in a file named `V0001__what_it_does.sql`; nil for a name of another form.
    init?(_ source: MigrationFile) {
        guard case .versioned(let version, let name) = MigrationFileName(source.name) else { return nil }
        self.version = version
        self.name = name
        self.source = source
    }

    /// Reads a file named `V0001__what_it_does.sql`; nil for a name of another form.
    ///
    /// - Throws: ``MigrateError``.
    package init?(file: String, bytes: [UInt8]) throws {
        self.init(MigrationFile(file, bytes))
        _ = try script
    }
}

/// A file that is run again whenever it has changed: functions and views, `R__what_it_makes.sql`.
package struct RepeatableMigration: Sendable {
    /// What follows `R__`, blanks for underscores.
    package let name: String
    /// Where its statements are.
    let source: MigrationFile

    /// The file's name.
    package var file: String { source.name }

    /// The statements.
    ///
    /// - Throws: ``MigrateError``.
    package var script: MigrationScript {
        get throws {
            let script = try source.script()
            let shared: [StatementAction] = [.transactional, .endsTransaction]
            if let alone = script.statements.first(where: { !shared.contains($0.action) }) {
                throw MigrateError.repeatableNotTransactional(place: script.place(of: nil, in: alone))
            }
            return script
        }
    }

    /// A repeatable migration in a file named `R__what_it_makes.sql`; nil for a name of another form.
    init?(_ source: MigrationFile) {
        guard case .repeatable(let name) = MigrationFileName(source.name) else { return nil }
        self.name = name
        self.source = source
    }

    /// Reads a file named `R__what_it_makes.sql`; nil for a name of another form.
    ///
    /// - Throws: ``MigrateError``.
    package init?(file: String, bytes: [UInt8]) throws {
        self.init(MigrationFile(file, bytes))
        _ = try script
    }
}
