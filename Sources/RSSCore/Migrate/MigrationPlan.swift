import Foundation

/// A migration as the database's history has it.
public struct AppliedMigration: Sendable, Equatable {
    /// The version.
    public let version: Int64
    /// The name.
    public let name: String
    /// SHA-256 of the file that was applied.
    public let checksum: String
    /// When it was applied.
    public let appliedAt: Date
    /// By which role.
    public let appliedBy: String
    /// How long it took, in milliseconds.
    public let milliseconds: Int64
}

/// What is to be done to bring a database up to date; decided without asking anybody.
public struct MigrationPlan: Sendable, Equatable {
    /// The migrations to apply, in order.
    public let pending: [Migration]
    /// The migrations applied, in order.
    public let applied: [AppliedMigration]

    /// Compares what there is with what was applied.
    ///
    /// - Throws: ``MigrateError/checksumMismatch(version:file:)``, ``MigrateError/unknownApplied(version:name:)``,
    ///   ``MigrateError/outOfOrder(version:newest:)``.
    public init(available: [Migration], applied: [AppliedMigration]) throws {
        let known = Dictionary(available.map { ($0.version, $0) }) { first, _ in first }
        for row in applied {
            guard let migration = known[row.version] else {
                throw MigrateError.unknownApplied(version: row.version, name: row.name)
            }
            guard migration.checksum == row.checksum else {
                throw MigrateError.checksumMismatch(version: row.version, file: migration.file)
            }
        }
        let done = Set(applied.map(\.version))
        pending = available.filter { !done.contains($0.version) }
        self.applied = applied.sorted { $0.version < $1.version }
        if let first = pending.first, let newest = done.max(), first.version < newest {
            throw MigrateError.outOfOrder(version: first.version, newest: newest)
        }
    }
}
