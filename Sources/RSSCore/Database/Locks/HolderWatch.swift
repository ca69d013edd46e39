import PostgresClient
import RSSModel

/// Determines which holders of locks are old, also where the role may not see since when their transactions are open:
/// such a one is old when it was already seen half a second ago. Until that is known, it is waited for.
package struct HolderWatch {
    /// A session that holds a conflicting lock.
    package struct Holder {
        let session: BlockingSession
        /// The transaction, where its age is hidden; nil where it is known to be old.
        let hiddenTransaction: String?
    }

    /// From what age on a transaction counts as old.
    package static let age = Duration.milliseconds(500)

    private var began: ContinuousClock.Instant?
    private var firstSeen: [String: ContinuousClock.Instant] = [:]

    /// The sessions to wait for.
    package mutating func blockers(
        _ holders: [Holder], at now: ContinuousClock.Instant = .now
    ) -> [BlockingSession] {
        let hidden = Set(holders.compactMap(\.hiddenTransaction))
        if !hidden.isEmpty, began == nil { began = now }
        firstSeen = firstSeen.filter { hidden.contains($0.key) }
        for transaction in hidden where firstSeen[transaction] == nil { firstSeen[transaction] = now }
        let isLookingStill = began.map { $0.duration(to: now) < Self.age } ?? false
        return holders.filter { holder in
            guard let transaction = holder.hiddenTransaction else { return true }
            let seen = firstSeen[transaction] ?? now
            return isLookingStill || seen.duration(to: now) >= Self.age
        }.map(\.session)
    }
}

extension HolderWatch.Holder {
    /// Reads a row of a session as `BlockingSession` does, and the number of a hidden transaction.
    init(_ row: Row) throws {
        session = try BlockingSession(row)
        hiddenTransaction = try row.decode(String?.self, at: 6)
    }
}
