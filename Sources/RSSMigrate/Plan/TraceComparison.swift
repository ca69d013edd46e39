import RSSCore
import RSSModel
import SQLScript

/// What was predicted of a statement beside what the server did.
struct TraceComparison {
    private let effect: StatementEffect
    private let taken: [RelationName: LockMode]
    private let expected: [RelationName: LockMode]
    private let rewritten: Set<RelationName>
    private let expectedRewrites: Set<RelationName>
    private let isData: Bool

    init(
        _ effect: StatementEffect, _ tree: ParseNode, _ catalog: CatalogSnapshot, taken: [RelationName: LockMode],
        rewritten: Set<RelationName>
    ) {
        self.effect = effect
        self.taken = taken
        let type = tree.tagged?.name ?? ""
        isData = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "SelectStmt", "CopyStmt"].contains(type)
        var expected: [RelationName: LockMode] = [:]
        for lock in effect.locks where catalog.indexes[lock.relation] == nil { expected[lock.relation] = lock.mode }
        self.expected = expected
        // TRUNCATE gives a table a new file without writing anything.
        self.rewritten = type == "TruncateStmt" ? [] : rewritten
        var names: Set<RelationName> = []
        for name in effect.rewrites {
            var relations = catalog.descendants(of: name)
            if let relation = catalog.relation(name) { relations.append(relation) }
            for relation in relations where relation.kind == .table || relation.kind == .materializedView {
                names.insert(relation.name)
            }
        }
        expectedRewrites = names
    }

    /// Locks that are not as they were predicted. Of statements over rows, locks that rows decide on are left out.
    private var differing: Set<RelationName> {
        var found: Set<RelationName> = []
        for name in Set(taken.keys).union(expected.keys) where taken[name] != expected[name] {
            let strongest = max(taken[name] ?? .accessShare, expected[name] ?? .accessShare)
            if !isData || strongest > .rowExclusive { found.insert(name) }
        }
        return found
    }

    func step(place: SourcePlace, milliseconds: Int64) -> PlanTrace.Step {
        let isSeen = effect.runsInTransaction
        let isRight = (!isSeen || differing.isEmpty) && rewritten == expectedRewrites
        let verdict: Verdict =
            effect.work.contains(.unseen) ? .info : !isRight ? .warning : isSeen ? .ok : .blind
        var step = PlanTrace.Step(place: place, command: effect.command, verdict: verdict)
        step.locks = Self.texts(taken)
        step.expectedLocks = isSeen ? Self.texts(expected.filter { differing.contains($0.key) }) : Self.texts(expected)
        step.rewrites = rewritten.map(\.quoted).sorted()
        step.milliseconds = milliseconds
        if !isSeen { step.reason = "its locks are released before they can be inspected" }
        if rewritten != expectedRewrites {
            let names = expectedRewrites.map(\.quoted).sorted().joined(separator: ", ")
            step.reason = "predicted to be rewritten: \(names.isEmpty ? "nothing" : names)"
        }
        return step
    }

    private static func texts(_ locks: [RelationName: LockMode]) -> [String: String] {
        Dictionary(locks.map { ($0.key.quoted, $0.value.name) }) { first, _ in first }
    }
}
