/// What is to be done to bring a database up to date; decided without asking anybody.
public struct MigrationPlan: Sendable, Equatable {
    /// The migrations to apply, in order.
    public let pending: [Migration]
    /// The repeatable ones to run, in order.
    public let repeatables: [RepeatableMigration]
    /// The migrations applied, in the order of their versions.
    public let applied: [AppliedMigration]
    /// Those passed over because a newer one was applied.
    public let skipped: [Migration]
    /// How many statements are done of a migration that was begun and not ended.
    public let doneStatements: [Int64: Int]
    /// What a person should know, one line each.
    public let notices: [String]

    /// Compares what there is with what was applied.
    ///
    /// - Throws: ``MigrateError/checksumMismatch(version:file:)``, ``MigrateError/unknownApplied(version:name:)``,
    ///   ``MigrateError/outOfOrder(version:newest:)``, ``MigrateError/brokenChain(version:)``,
    ///   ``MigrateError/halfTakenBack(version:)``.
    public init(
        available: MigrationSet, history: MigrationHistory, order: MigrationOrder = .linear,
        toleratesHalfTakenBack: Bool = false
    ) throws {
        let known = Dictionary(available.versioned.map { ($0.version, $0) }) { first, _ in first }
        var notices: [String] = []
        // What was done of a migration that was begun does not go away with its file.
        if let lost = history.unfinished.first(where: {
            $0.version > 0 && $0.state != .planned && known[$0.version] == nil
        }) {
            throw MigrateError.unknownApplied(version: lost.version, name: "begun and not ended")
        }
        for row in history.applied {
            guard let migration = known[row.version] else {
                throw MigrateError.unknownApplied(version: row.version, name: row.name)
            }
            if migration.script.checksum == row.checksum { continue }
            guard migration.script.contentHash == row.contentHash else {
                throw MigrateError.checksumMismatch(version: row.version, file: migration.file)
            }
            notices.append("\(migration.file) was changed since it was applied, in comments or white space only.")
        }
        if !toleratesHalfTakenBack,
            let half = history.unfinished.first(where: { $0.version < 0 && $0.state != .planned })
        {
            throw MigrateError.halfTakenBack(version: -half.version)
        }
        if let version = history.brokenLink { throw MigrateError.brokenChain(version: version) }
        let done = Set(history.applied.map(\.version))
        let newest = done.max() ?? 0
        let missing = available.versioned.filter { !done.contains($0.version) }
        switch order {
        case .linear:
            if let first = missing.first, first.version < newest {
                throw MigrateError.outOfOrder(version: first.version, newest: newest)
            }
            fallthrough
        case .nonLinear:
            pending = missing
            skipped = []
        case .linearSkip:
            pending = missing.filter { $0.version > newest }
            skipped = missing.filter { $0.version < newest }
        }
        applied = history.applied.sorted { $0.version < $1.version }
        let seen = Dictionary(history.repeatables.map { ($0.name, $0.contentHash) }) { first, _ in first }
        repeatables = available.repeatables.filter { seen[$0.name] != $0.script.contentHash }
        doneStatements = Dictionary(grouping: history.unfinished.filter { $0.version > 0 }, by: \.version)
            .filter { $0.value.contains { $0.state != .planned } }
            .mapValues { $0.count { $0.state == .done } }
        self.notices = notices
    }

    /// Whether nothing is to be done.
    public var isEmpty: Bool { pending.isEmpty && repeatables.isEmpty }
}
