import RSSCore
import RSSModel
import SQLScript

/// A statement that is to be run, with what it will do.
package struct PlannedStatement: Sendable, Encodable {
    /// A lock on a relation that was there before the script.
    package struct Lock: Sendable, Encodable {
        /// The relation, quoted as SQL quotes it.
        package let relation: String
        /// The mode, as LOCK TABLE takes it.
        package let mode: String
        /// Whose statements wait meanwhile.
        package let blocks: Blocked
        /// The partitioned table that is locked in the same mode, for a partition of it.
        package let partitionOf: String?
    }

    /// Where it is.
    package let place: SourcePlace
    /// What it is called.
    package let command: String
    /// Which transaction of its file it is in, from 1; nil for one that is run by itself.
    package let transaction: Int?
    /// Whether its locks and its work are all known; if not, there may be more than those named.
    package let isKnown: Bool
    /// The locks on relations that were there before; nil where nothing is known of them.
    package let locks: [Lock]?
    /// Tables that are rewritten.
    package let rewrites: [String]
    /// Tables whose rows are all read.
    package let scans: [String]
    /// Tables over which an index is built.
    package let builds: [String]
    /// Tables whose rows the statement itself changes.
    package let changes: [String]
    /// What goes with an object that is dropped: indexes, constraints, statistics, and by CASCADE views and foreign keys.
    package let drops: [String]
    /// Rows that the work goes over; nil where they are not known, or there is no work.
    package let rows: Int64?
    /// Bytes that the work goes over.
    package let bytes: Int64?
    /// How long it takes once it has its locks.
    package let duration: DurationClass
    /// How many findings of severity warning or error the linter has.
    package let findings: Int

    /// Whose statements wait at worst.
    package var blocks: Blocked? {
        let order: [Blocked] = [.readsAndWrites, .writes, .maintenance]
        return order.first { worst in locks?.contains { $0.blocks == worst } == true }
    }

    /// Plans files in the order in which they are run.
    package static func plan(_ files: [LintFile], in catalog: CatalogSnapshot) -> [PlannedStatement] {
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
