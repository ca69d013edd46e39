import RSSCore
import RSSModel

/// The outcome for one table's policy.
package struct PolicyOutcome: Sendable, Equatable {
    /// A member that is not as it was.
    package struct Change: Sendable, Equatable, Encodable {
        /// Its name in a document.
        package var member: String
        /// The former value; nil for none.
        package var from: String?
        /// The value; nil for none.
        package var to: String?
    }

    /// The table.
    package var table: RelationName
    /// The policy that it has now, or would have; nil for none.
    package var policy: PartitionPolicy?
    /// The members that are not as they were.
    package var changes: [Change] = []
    /// Done, pending in a dry run, ok where nothing was to be done, skipped, failed.
    package var state: Verdict
    /// What is to be known.
    package var notes: [String] = []
    /// The statement, with its values in their places.
    package var statement: String?
    /// Why it was not done; nil when it was.
    package var error: ErrorReport?

    /// Whether there is something to do.
    var isChange: Bool { statement != nil }

    init(keeping policy: PartitionPolicy, before: PartitionPolicy?, notes: [String], isDryRun: Bool) {
        table = policy.table
        self.policy = policy
        self.notes = notes
        changes = Self.changes(from: before, to: policy)
        state = policy == before ? .ok : isDryRun ? .pending : .done
        statement = policy == before ? nil : PolicyStatement(keeping: policy).shown
    }

    /// - Parameter isThere: whether there is one, though it may not be readable.
    init(forgetting table: RelationName, before: PartitionPolicy?, isThere: Bool, isDryRun: Bool) {
        self.table = table
        changes = Self.changes(from: before, to: nil)
        state = !isThere ? .skipped : isDryRun ? .pending : .done
        statement = isThere ? PolicyStatement(forgetting: table).shown : nil
        notes =
            !isThere
            ? ["\(table.quoted) has no policy."]
            : before == nil ? ["The policy of \(table.quoted) could not be read."] : []
    }

    init(skipping policy: PartitionPolicy) {
        table = policy.table
        self.policy = policy
        state = .skipped
        notes = [
            "\(policy.table.quoted) has a policy already; to adopt it from the partitions again, remove it first: rssctl partition policy remove \(policy.table.quoted.shellWord)"
        ]
    }

    init(_ table: RelationName, failedWith error: ErrorReport) {
        self.table = table
        state = .failed
        self.error = error
    }

    private static func changes(from before: PartitionPolicy?, to after: PartitionPolicy?) -> [Change] {
        func texts(_ policy: PartitionPolicy?) -> [String: String] {
            guard let policy else { return [:] }
            return Dictionary(uniqueKeysWithValues: PolicyMembers(policy).texts.map { ($0.name, $0.value) })
        }
        let (old, new) = (texts(before), texts(after))
        return PolicyDocument.members.filter { old[$0] != new[$0] }.map {
            Change(member: $0, from: old[$0], to: new[$0])
        }
    }
}
