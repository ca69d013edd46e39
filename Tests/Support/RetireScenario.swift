import Foundation
import PostgresClient
import RSSModel

import RSSCore
import RSSPartition

/// Visit reports of past months with all that belongs to them, to be retired.
package enum RetireScenario {
    /// The oldest month.
    package static let partition = RelationName(schema: "public", name: "visit_reports_2024_01")

    /// Two past months of 40 reports each, every report with two devices, a recycling record and a file.
    package static func visits(_ connection: PostgresConnection) async throws {
        try await VisitScenario.make(connection)
    }
}

extension RetireScenario {
    /// A run of verbs on a session.
    package static func run(_ connection: PostgresConnection, observer: ConnectionOptions? = nil) -> RetirementRun {
        RetirementRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString, observer: observer, progress: .silent)
    }

    /// What a maintenance of one table did, or why it failed.
    package struct Kept {
        package var done: [String]
        package var waiting: [String] = []
        package var errors: [String]
    }

    /// Maintains a table as `partition maintain` does.
    ///
    /// - Parameter allowed: how many partitions retention may retire though they are more than a quarter.
    package static func maintain(
        _ connection: PostgresConnection, _ table: String = "visit_reports", at date: Date = Date(),
        allowing allowed: Int? = 100, observer: ConnectionOptions? = nil
    ) async throws -> Kept {
        var options = MaintenanceRun.Options(at: date)
        options.allowedRetirements = allowed
        options.tables = [RelationName(schema: "public", name: table)]
        let results = try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString, observer: observer
        ).run(options, progress: .silent)
        let outcomes = results.flatMap(\.outcomes).filter { $0.operation.kind != .analyze }
        return Kept(
            done: outcomes.filter { $0.error == nil && $0.waits == nil }.map {
                "\($0.operation.kind.rawValue) \($0.operation.object.name)"
            },
            waiting: outcomes.compactMap { outcome in outcome.waits.map { "\(outcome.operation.object.name) \($0)" } },
            errors: outcomes.compactMap(\.error?.code) + results.compactMap(\.error?.code))
    }

    /// A policy under which all but the last years are retired.
    package static func keep(
        _ connection: PostgresConnection, quarantineDays: Int = 0, archive: String? = nil
    ) async throws {
        var policy = PartitionPolicy.visitReports
        policy.retention = PartitionRetention("12 months")
        policy.quarantineDays = quarantineDays
        policy.archive = archive
        try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
    }

    /// Everything that there is of visits, as text.
    package static func state(_ connection: PostgresConnection) async throws -> String? {
        try await VisitScenario.state(connection)
    }
}
