import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// What maintaining one table's partitions requires now.
package struct MaintenancePlan: Sendable {
    /// The policy that the table is maintained by.
    package var policy: PartitionPolicy
    /// The table as the catalog has it.
    package var table: PartitionedTable
    /// The time of the plan.
    package var at: Date
    /// The point of the key's axis that counts as now.
    package var now: Int64
    /// What is to be done, in order.
    package var operations: [PartitionOperation]
    /// Rows past retention that none of this retires; not checked in a run that executes the plan.
    package var overdue: [OverdueRows] = []
    /// The partitions that go because the retention is over, those left out whose retirement has begun.
    var expired: [RelationName] = []

    /// Why the retention is not to be carried out: it would take out more than a quarter of the partitions, as a wrong
    /// clock or a mistyped policy would. A single one may always go: of a small table it is the ordinary case.
    ///
    /// - Parameter allowed: how many may go whatever their share; nil for none.
    func massRetirement(allowing allowed: Int?) -> MaintenanceError? {
        let total = table.partitions.count { !$0.isDefault && !$0.isDetachPending }
        guard expired.count > max(1, allowed ?? 0), expired.count * 4 > total else { return nil }
        return .massRetirement(table: table.relation.quoted, partitions: expired.map(\.quoted), of: total)
    }

    /// The plan without what the retention takes out. Of new partitions only the one that holds now is left: more of them
    /// would make the share smaller, until the next run found nothing wrong with it.
    func withoutRetention() -> MaintenancePlan {
        var plan = self
        plan.operations.removeAll { operation in
            switch operation.kind {
            case .detach: expired.contains(operation.object)
            case .create, .drain:
                operation.bound.map { ($0.lower ?? .min) > now || ($0.upper ?? .max) <= now } ?? false
            default: false
            }
        }
        return plan
    }

    /// The point up to which the table is covered without a gap from now on, once the plan is executed; nil when now
    /// is not.
    package var coveredUntil: Int64? {
        table.coverage(
            from: now, and: operations.filter { $0.kind == .create || $0.kind == .drain }.compactMap(\.bound))
    }

    /// SHA-256 of what the plan was made from: the policy, and the partitions with their names and bounds. A plan is
    /// carried out only while this is the same.
    package var digest: String {
        var text = "\(table.schema)\0\(table.name)\0\(table.oid)\0\(table.key.column)\0\(policy)\0"
        for partition in table.partitions {
            text += "\(partition.oid)\0\(partition.name)\0\(partition.definition)\0\(partition.isDetachPending)\0"
        }
        return Digest.sha256.hex(text.utf8)
    }
}

/// Plans as they are saved: what was decided, and from what. The statements in it are for reading; those that are run
/// are generated from the catalog again.
package struct SavedMaintenancePlan: Sendable, Codable, Equatable {
    /// The plan of one table.
    package struct Entry: Sendable, Codable, Equatable {
        /// The table.
        package var table: RelationName
        /// What the plan was made from.
        package var digest: String
        /// What was to be done.
        package var operations: [PartitionOperation]
    }

    /// The form of the file.
    package var format = 1
    /// The time that counts as now when it is carried out.
    package var at: Date
    /// The tables.
    package var tables: [Entry]

    /// Makes the file's content of plans that were made at one time.
    package init(_ plans: [MaintenancePlan], at: Date) {
        self.at = at
        tables = plans.map { Entry(table: $0.table.relation, digest: $0.digest, operations: $0.operations) }
    }

    /// Reads a saved plan.
    ///
    /// - Throws: ``PartitionError`` for a file that is not a saved plan.
    package init(json: Data, file: String) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            self = try decoder.decode(SavedMaintenancePlan.self, from: json)
        } catch let error as DecodingError {
            throw PartitionError.unreadablePlan(file: file, problem: error.documentProblem)
        }
        guard format == 1 else { throw PartitionError.unreadablePlan(file: file, problem: "its format is \(format)") }
    }

    /// The text of the file.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Whether a plan made again is the one that was saved.
    package func agrees(with plan: MaintenancePlan) -> Bool {
        tables.first { $0.table == plan.table.relation }
            .map { $0.digest == plan.digest && $0.operations.map(\.statements) == plan.operations.map(\.statements) }
            ?? false
    }
}
