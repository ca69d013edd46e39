import Foundation

/// What was counted between two samples of one server, with resets, restarts and crashes taken into account.
///
/// A counter that is smaller than before was reset. Where the server says when, or was restarted since, what it counted
/// since then is the window; otherwise nothing is known of it. Nothing is ever negative.
package struct CounterWindow: Sendable {
    /// The earlier sample; nil where there is none.
    package let before: CounterSample?
    /// The later sample.
    package let after: CounterSample

    /// - Parameter before: a sample of another server or database is not used.
    package init(before: CounterSample?, after: CounterSample) {
        self.before = before.flatMap {
            $0.database == after.database && $0.takenAt < after.takenAt ? $0 : nil
        }
        self.after = after
    }

    /// What was counted.
    package struct Delta: Sendable, Equatable {
        /// Since when.
        package let since: Date
        /// Until when.
        package let until: Date
        /// How much was counted, by name.
        package let values: [String: Double]

        /// Its length; at least a second.
        package var seconds: Double { max(until.timeIntervalSince(since), 1) }
        /// A counter; 0 for one that the server does not have.
        package subscript(_ name: String) -> Double { values[name] ?? 0 }
    }

    /// Why there is nothing to judge.
    package struct Unknown: Error, Equatable {
        package let reason: String
        package let hint: String?
    }

    private static let noneYet = Unknown(
        reason: "no earlier run is recorded against which counters could be compared",
        hint: "Run the command again later, or now with --for 30s.")

    /// What a group counted.
    package func delta(_ group: String) throws(Unknown) -> Delta {
        guard let now = after.groups[group] else {
            throw Unknown(reason: "the server does not show the counters of \(group)", hint: nil)
        }
        guard let before else { throw Self.noneYet }
        guard let then = before.groups[group] else { throw Self.noneYet }
        let isReset =
            then.values.contains { (now.values[$0.key] ?? $0.value) < $0.value }
            || now.since != then.since
        if !isReset {
            let values = now.values.reduce(into: [:]) {
                $0[$1.key] = $1.value - (then.values[$1.key] ?? 0)
            }
            return Delta(since: before.takenAt, until: after.takenAt, values: values)
        }
        return Delta(
            since: try beginAfterReset(now.since, before, of: group), until: after.takenAt,
            values: now.values)
    }

    /// When counters began again that were reset between the samples.
    private func beginAfterReset(
        _ since: Date?, _ before: CounterSample, of group: String
    ) throws(Unknown) -> Date {
        if let since, since > before.takenAt { return since }
        if after.startedAt > before.takenAt { return after.startedAt }
        throw Unknown(
            reason: "the counters of \(group) were reset since the earlier run, it is not known when",
            hint: "Run the command again later.")
    }

    /// An object with what was counted for it.
    package struct Row: Sendable, Equatable {
        /// Its name, or queryid.
        package let name: String
        /// What was counted.
        package let delta: Delta
    }

    /// What was counted for each table, in no particular order.
    package func tables() throws(Unknown) -> [Row] { try rows(before?.tables, after.tables) }

    /// What was counted for each statement; those that are new count from their first call on.
    package func statements() throws(Unknown) -> [Row] {
        guard let now = after.statements else {
            throw Unknown(reason: "the statistics of statements cannot be read", hint: nil)
        }
        return try rows(before?.statements, now)
    }

    private func rows(_ then: CounterSample.Rows?, _ now: CounterSample.Rows) throws(Unknown) -> [Row] {
        guard let before, let then, then.names == now.names else { throw Self.noneYet }
        return now.values.compactMap { name, values in
            let earlier = then.values[name]
            // One that was not among the largest may have counted as much as the smallest of them.
            if earlier == nil, then.isCut { return nil }
            let isReset = earlier.map { zip($0, values).contains { $1 < $0 } } ?? false
            let counted = isReset ? values : zip(values, earlier ?? []).map { $0 - $1 }
            let result = earlier == nil ? values : counted
            return Row(
                name: name,
                delta: Delta(
                    since: before.takenAt, until: after.takenAt,
                    values: Dictionary(uniqueKeysWithValues: zip(now.names, result))))
        }
    }
}
