import Foundation
import PostgresClient
import RSSCore

/// A migration as the database's history has it.
package struct AppliedMigration: Sendable, Equatable {
    /// The version.
    package var version: MigrationVersion
    /// The name.
    package var name: String
    /// SHA-256 of the file that was applied.
    package var checksum: String
    /// SHA-256 of its statements without comments and white space; empty in a row of before it was kept.
    package var contentHash = ""
    /// SHA-256 over the chain of the row before, version and content.
    package var chain = ""
    /// Whether it was marked as applied, not run.
    package var isBaseline = false
    /// When it was applied.
    package var appliedAt: Date
    /// By which role.
    package var appliedBy: String
    /// How long it took, in milliseconds.
    package var milliseconds: Int64
}

/// A repeatable migration as it was run last.
package struct AppliedRepeatable: Sendable, Equatable {
    /// The name.
    package var name: String
    /// SHA-256 of the file.
    package var checksum: String
    /// SHA-256 of its statements without comments and white space.
    package var contentHash: String
    /// When it was run.
    package var appliedAt: Date
    /// By which role.
    package var appliedBy: String
}

/// Under which number the statements of a file are recorded: the version, or its negative for the file that reverts it.
package struct ScriptKey: Sendable, Hashable, PostgresEncodable {
    /// The migration.
    package let version: MigrationVersion
    /// Whether it is the file that reverts it.
    package let isRevert: Bool

    init(_ version: MigrationVersion, isRevert: Bool = false) {
        self.version = version
        self.isRevert = isRevert
    }

    /// Reads the number as the server writes it; nil for one that is not of a migration.
    init?(key: String) {
        let isRevert = key.hasPrefix("-")
        guard let version = MigrationVersion(key: isRevert ? String(key.dropFirst()) : key), version > .none else {
            return nil
        }
        self.init(version, isRevert: isRevert)
    }

    /// A `numeric`.
    package var postgresParameter: PostgresParameter {
        PostgresParameter(text: (isRevert ? "-" : "") + version.key, type: PostgresType.numeric)
    }
}

/// A statement of a migration as the history has it.
package struct RecordedStatement: Sendable, Equatable {
    /// How far a statement came.
    package enum State: String, Sendable, Codable { case planned, running, done }

    /// Whose file it is of.
    package var script: ScriptKey
    /// Which statement of its file, from 1.
    package var ordinal: Int
    /// SHA-256 of the statement without comments and white space.
    package var hash: String
    /// How far it came.
    package var state: State
    /// The last key that a backfill has done.
    package var checkpoint: String?
}

/// Everything that the database knows of migrations.
package struct MigrationHistory: Sendable, Equatable {
    /// That of a database without records.
    package static let none = MigrationHistory()

    /// The migrations applied, in the order in which they were.
    package var applied: [AppliedMigration] = []
    /// The repeatable ones, by name.
    package var repeatables: [AppliedRepeatable] = []
    /// The statements of migrations that are not applied to their end.
    package var unfinished: [RecordedStatement] = []

    /// The hash that follows in the chain of applied migrations: an inserted, removed or changed row breaks all after it.
    package static func link(after chain: String, version: MigrationVersion, contentHash: String) -> String {
        Digest.sha256.hex("\(chain)\n\(version)\n\(contentHash)".utf8)
    }

    /// The version at which the chain does not hold; nil when it holds to its end.
    package var brokenLink: MigrationVersion? {
        var chain = ""
        for row in applied where !row.chain.isEmpty {
            chain = Self.link(after: chain, version: row.version, contentHash: row.contentHash)
            if chain != row.chain { return row.version }
        }
        return nil
    }
}
