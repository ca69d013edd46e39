import Foundation
import PostgresClient

/// A migration as the database's history has it.
public struct AppliedMigration: Sendable, Equatable {
    /// The version.
    public var version: MigrationVersion
    /// The name.
    public var name: String
    /// SHA-256 of the file that was applied.
    public var checksum: String
    /// SHA-256 of its statements without comments and white space; empty in a row of before it was kept.
    public var contentHash = ""
    /// SHA-256 over the chain of the row before, version and content.
    public var chain = ""
    /// Whether it was taken for applied, not run.
    public var isBaseline = false
    /// When it was applied.
    public var appliedAt: Date
    /// By which role.
    public var appliedBy: String
    /// How long it took, in milliseconds.
    public var milliseconds: Int64
}

/// A repeatable migration as it was run last.
public struct AppliedRepeatable: Sendable, Equatable {
    /// The name.
    public var name: String
    /// SHA-256 of the file.
    public var checksum: String
    /// SHA-256 of its statements without comments and white space.
    public var contentHash: String
    /// When it was run.
    public var appliedAt: Date
    /// By which role.
    public var appliedBy: String
}

/// Under which number the statements of a file are recorded: the version, or its negative for the file that reverts it.
public struct ScriptKey: Sendable, Hashable, PostgresEncodable {
    /// The migration.
    public let version: MigrationVersion
    /// Whether it is the file that reverts it.
    public let isRevert: Bool

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
    public var postgresParameter: PostgresParameter {
        PostgresParameter(text: (isRevert ? "-" : "") + version.key, type: PostgresType.numeric)
    }
}

/// A statement of a migration as the history has it.
public struct RecordedStatement: Sendable, Equatable {
    /// How far a statement came.
    public enum State: String, Sendable, Codable { case planned, running, done }

    /// Whose file it is of.
    public var script: ScriptKey
    /// Which statement of its file, from 1.
    public var ordinal: Int
    /// SHA-256 of the statement without comments and white space.
    public var hash: String
    /// How far it came.
    public var state: State
    /// The last key that a backfill has done.
    public var checkpoint: String?
}

/// Everything that the database knows of migrations.
public struct MigrationHistory: Sendable, Equatable {
    /// That of a database without records.
    public static let none = MigrationHistory()

    /// The migrations applied, in the order in which they were.
    public var applied: [AppliedMigration] = []
    /// The repeatable ones, by name.
    public var repeatables: [AppliedRepeatable] = []
    /// The statements of migrations that are not applied to their end.
    public var unfinished: [RecordedStatement] = []

    /// The hash that follows in the chain of applied migrations: an inserted, removed or changed row breaks all after it.
    public static func link(after chain: String, version: MigrationVersion, contentHash: String) -> String {
        Digest.sha256.hex("\(chain)\n\(version)\n\(contentHash)".utf8)
    }

    /// The version at which the chain does not hold; nil when it holds to its end.
    public var brokenLink: MigrationVersion? {
        var chain = ""
        for row in applied where !row.chain.isEmpty {
            chain = Self.link(after: chain, version: row.version, contentHash: row.contentHash)
            if chain != row.chain { return row.version }
        }
        return nil
    }
}
