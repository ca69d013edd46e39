import ArgumentParser
import RSSCore

/// How long verbs that change partitions try for a lock.
struct LockBudgetOption: ParsableArguments, Sendable {
    @Option(help: "Longest time to try for a lock.", transform: parseDuration)
    var lockBudget: Duration?

    /// The policy of the settings, with this budget where one is given.
    func policy(_ context: Context) -> LockPolicy {
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        return policy
    }
}
