import RSSCore

/// What is to be done to bring a database up to date; decided without I/O.
package struct MigrationPlan: Sendable {
    /// The migrations to apply, in order.
    package private(set) var pending: [Migration]
    /// The repeatable ones to run, in order.
    package private(set) var repeatables: [RepeatableMigration]
    /// The migrations applied, in the order of their versions.
    package let applied: [AppliedMigration]
    /// Those skipped because a newer one was applied.
    package let skipped: [Migration]
    /// How many statements are done of a migration that was begun and not ended.
    package let doneStatements: [MigrationVersion: Int]
    /// What a person should know, one line each.
    package let notices: [String]

    /// Compares what there is with what was applied.
    ///
    /// - Throws: ``MigrateError/checksumMismatch(version:file:)``, ``MigrateError/unknownApplied(version:name:)``,
    ///   ``MigrateError/outOfOrder(version:newest:)``, ``MigrateError/brokenChain(version:)``,
    ///   ``MigrateError/partlyReverted(version:)``.
    package init(
        available: MigrationSet, history: MigrationHistory, order: MigrationOrder = .linear,
        toleratesPartlyReverted: Bool = false
    ) throws {
        let known = Dictionary(available.versioned.map { ($0.version, $0) }) { first, _ in first }
        var notices = available.notices
        // What was done of a migration that was begun does not go away with its file.
        if let lost = history.unfinished.first(where: {
            !$0.script.isRevert && $0.state != .planned && known[$0.script.version] == nil
        }) {
            throw MigrateError.unknownApplied(version: lost.script.version, name: "begun and not done")
        }
        for row in history.applied {
            guard let migration = known[row.version] else {
                throw MigrateError.unknownApplied(version: row.version, name: row.name)
            }
            if try migration.source.checksum() == row.checksum { continue }
            guard let difference = try migration.source.difference(from: row.contentHash) else {
                // Another name and other statements: not a changed file, but another set of migrations.
                guard row.name == migration.name else {
                    throw MigrateError.unknownApplied(version: row.version, name: row.name)
                }
                throw MigrateError.checksumMismatch(version: row.version, file: migration.file)
            }
            notices.append("\(migration.file) was changed since it was applied, in \(difference.rawValue) only.")
        }
        if !toleratesPartlyReverted,
            let half = history.unfinished.first(where: { $0.script.isRevert && $0.state != .planned })
        {
            throw MigrateError.partlyReverted(version: half.script.version)
        }
        if let version = history.brokenLink { throw MigrateError.brokenChain(version: version) }
        let done = Set(history.applied.map(\.version))
        // Each line of versions is in an order of its own.
        let newest = Dictionary(grouping: done, by: available.source.line).compactMapValues { $0.max() }
        func isLate(_ migration: Migration) -> MigrationVersion? {
            newest[available.source.line(of: migration.version)].flatMap { $0 > migration.version ? $0 : nil }
        }
        let missing = available.versioned.filter { !done.contains($0.version) }
        switch order {
        case .linear:
            for migration in missing {
                guard let newest = isLate(migration) else { continue }
                throw MigrateError.outOfOrder(version: migration.version, newest: newest)
            }
            fallthrough
        case .nonLinear:
            pending = missing
            skipped = []
        case .linearSkip:
            pending = missing.filter { isLate($0) == nil }
            skipped = missing.filter { isLate($0) != nil }
        }
        applied = history.applied.sorted { $0.version < $1.version }
        let seen = Dictionary(history.repeatables.map { ($0.name, $0) }) { first, _ in first }
        repeatables = try RepeatableOrder.sorted(
            available.repeatables.filter { repeatable in
                guard let row = seen[repeatable.name] else { return true }
                return try row.checksum != repeatable.source.checksum()
                    && repeatable.source.difference(from: row.contentHash) == nil
            })
        doneStatements = Dictionary(grouping: history.unfinished.filter { !$0.script.isRevert }, by: \.script.version)
            .filter { $0.value.contains { $0.state != .planned } }
            .mapValues { $0.count { $0.state == .done } }
        self.notices = notices
    }

    /// The part of the plan up to a version. What is run whenever it has changed waits until no version is left out.
    ///
    /// - Throws: ``MigrateError/noSuchVersion(_:)`` for a version that is neither pending nor applied.
    package func upTo(_ version: MigrationVersion) throws -> MigrationPlan {
        guard pending.contains(where: { $0.version == version }) || applied.contains(where: { $0.version == version })
        else { throw MigrateError.noSuchVersion(version) }
        var part = self
        part.pending = pending.filter { $0.version <= version }
        if part.pending.count < pending.count { part.repeatables = [] }
        return part
    }

    /// Whether nothing is to be done.
    package var isEmpty: Bool { pending.isEmpty && repeatables.isEmpty }
}
