import Foundation
import PostgresClient
import RSSCore
import RSSModel

extension PartitionInspector {
    /// The checks that are made of all partitioned tables together, by the catalog alone.
    package static let overallChecks = [
        "partition.default_rows", "partition.detach_pending", "partition.gap", "partition.runway",
    ]

    /// Checks all partitioned tables of the database, whoever maintains them: those that are partitioned by time for what
    /// is missing, all of them for rows in a default partition and for unfinished detaches. Reads no table.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func overall(defaultPremake: Int, at date: Date) async throws -> [CheckReport] {
        var overview = PartitionOverview()
        let failure = try await CheckOutcome.of {
            overview = try await PartitionSurveyor(connection).outlook(defaultPremake: defaultPremake, at: date)
            return .ok(nil)
        }
        var (gaps, runways) = (TableOutcomes(failure), TableOutcomes(failure))
        for survey in overview.surveys {
            let judge = PartitionJudge(survey: survey)
            gaps.add(judge.gaps(), of: survey.table.relation)
            runways.add(judge.runway(), of: survey.table.relation)
        }
        for loss in overview.losses {
            let outcome =
                loss.error.sqlState == SQLState.lockNotAvailable.rawValue
                ? CheckOutcome.blind(
                    reason: "another session holds a lock on it",
                    hint: "Run the command again when the lock is released.")
                : .blind(reason: loss.error.message, hint: loss.error.hint)
            gaps.add(outcome, of: loss.table)
            runways.add(outcome, of: loss.table)
        }
        let maintained = Set(overview.surveys.map(\.table.relation))
        let defaults = try await loose(maintained, defaults: true)
        let detaches = try await loose(maintained, defaults: false)
        return [
            report("default_rows", defaults), report("detach_pending", detaches), report("gap", gaps.outcome),
            report("runway", runways.outcome),
        ]
    }

    private func loose(_ maintained: Set<RelationName>, defaults: Bool) async throws -> CheckOutcome {
        try await CheckOutcome.of {
            var findings: [Finding] = []
            for row in try await connection.query(SQLResource(PackageResources.check_loose_partitions_sql).text) {
                let (parentSchema, parent, schema, name, isDefault, rows) = try row.decode(
                    String.self, String.self, String.self, String.self, Bool.self, Double.self)
                guard isDefault == defaults else { continue }
                let table = RelationName(schema: parentSchema, name: parent)
                let partition = RelationName(schema: schema, name: name)
                let isMaintained = maintained.contains(table)
                findings.append(
                    isDefault
                        ? PartitionJudge.rows(
                            inDefault: partition, rows, isExact: false,
                            fix: isMaintained ? "rssctl partition drain \(table.quoted.shellWord)" : nil)
                        : PartitionJudge.pendingDetach(
                            of: partition, rows: rows,
                            fix: isMaintained
                                ? "rssctl partition maintain \(table.quoted.shellWord)"
                                : "ALTER TABLE \(table.quoted) DETACH PARTITION \(partition.quoted) FINALIZE"))
            }
            return CheckOutcome(findings)
        }
    }
}

/// The outcomes of one check of several tables, as they become one.
private struct TableOutcomes {
    private var findings: [Finding] = []
    private var unseen: [(table: String?, reason: String, hint: String?)] = []

    /// Begins with what concerns all of them.
    init(_ outcome: CheckOutcome) { if let blind = outcome.unseen { unseen.append((nil, blind.reason, blind.hint)) } }

    mutating func add(_ outcome: CheckOutcome, of table: RelationName) {
        findings += outcome.findings
        if let blind = outcome.unseen { unseen.append((table.quoted, blind.reason, blind.hint)) }
    }

    var outcome: CheckOutcome {
        guard let first = unseen.first else { return CheckOutcome(findings) }
        let more = unseen.count > 1 ? "; \(unseen.count - 1) more tables are not seen either" : ""
        return CheckOutcome(
            findings, unseen: ((first.table.map { "\($0): " } ?? "") + first.reason + more, first.hint))
    }
}
