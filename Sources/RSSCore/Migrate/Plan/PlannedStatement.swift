import RSSModel
import SQLScript

/// A statement that is to be run, with what it will do.
public struct PlannedStatement: Sendable, Encodable {
    /// A lock on a relation that was there before the script.
    public struct Lock: Sendable, Encodable {
        /// The relation, quoted as SQL quotes it.
        public let relation: String
        /// The mode, as LOCK TABLE takes it.
        public let mode: String
        /// Whose statements wait meanwhile.
        public let blocks: Blocked
        /// The partitioned table that is locked in the same mode, for a partition of it.
        public let partitionOf: String?
    }

    /// Where it stands.
    public let place: SourcePlace
    /// What it is called.
    public let command: String
    /// Which transaction of its file it is in, from 1; nil for one that is run by itself.
    public let transaction: Int?
    /// Whether its locks and its work are all known; if not, there may be more than those named.
    public let isKnown: Bool
    /// The locks on relations that were there before; nil where nothing is known of them.
    public let locks: [Lock]?
    /// Tables that are written anew.
    public let rewrites: [String]
    /// Tables whose rows are all read.
    public let scans: [String]
    /// Tables over which an index is built.
    public let builds: [String]
    /// Tables whose rows the statement itself changes.
    public let changes: [String]
    /// What goes with an object that is dropped: indexes, constraints, statistics, and by CASCADE views and foreign keys.
    public let drops: [String]
    /// Rows that the work goes over; nil where they are not known, or there is no work.
    public let rows: Int64?
    /// Bytes that the work goes over.
    public let bytes: Int64?
    /// How long it takes once it has its locks.
    public let duration: DurationClass
    /// How many findings of severity warning or error the linter has.
    public let findings: Int

    /// Whose statements wait at worst.
    public var blocks: Blocked? {
        let order: [Blocked] = [.readsAndWrites, .writes, .maintenance]
        return order.first { worst in locks?.contains { $0.blocks == worst } == true }
    }

    /// Plans files in the order in which they are run.
    public static func plan(_ files: [LintFile], in catalog: CatalogSnapshot) -> [PlannedStatement] {
        let result = Linter().lint(files, in: catalog)
        let readable = files.filter { $0.problem == nil }
        return zip(readable, Linter.effects(readable, in: catalog)).flatMap { file, effects in
            let findings = result.findings.filter { $0.place.file == file.name && $0.severity > .info }
            var transaction = 0
            var isOpen = false
            return zip(file.statements, effects).enumerated().map { index, pair in
                let (statement, effect) = pair
                if effect.runsInTransaction, !isOpen { transaction += 1 }
                isOpen = effect.runsInTransaction
                let next = file.statements.dropFirst(index + 1).first?.source.position.line ?? .max
                let first = statement.source.position.line
                return PlannedStatement(
                    statement, effect, file: file.name, transaction: isOpen ? transaction : nil,
                    findings: findings.count { $0.place.line >= first && $0.place.line < max(next, first + 1) })
            }
        }
    }

    private init(
        _ statement: LintStatement, _ effect: StatementEffect, file: String, transaction: Int?, findings: Int
    ) {
        let position = statement.source.position
        place = SourcePlace(file: file, line: position.line, column: position.column)
        command = effect.command
        self.transaction = transaction
        isKnown = effect.isKnown
        let known = effect.locksOnExisting.map { lock in
            let parent = effect.locksOnExisting.first {
                $0.mode == lock.mode && effect.partitionParents[lock.relation] == $0.relation
            }
            return Lock(
                relation: lock.relation.quoted, mode: lock.mode.name, blocks: Blocked(lock.mode),
                partitionOf: parent?.relation.quoted)
        }
        locks = isKnown || !known.isEmpty ? known : nil
        rewrites = effect.rewrites.map(\.quoted)
        scans = effect.scans.map(\.quoted)
        builds = effect.builds.map(\.quoted)
        changes = effect.changes.map(\.quoted)
        drops = effect.drops.all
        rows = effect.rows
        bytes = effect.bytes
        duration = effect.duration
        self.findings = findings
    }
}
