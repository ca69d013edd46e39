import Foundation
import RSSCore
import RSSModel

/// What was seen of partitioned tables as metrics.
package struct PartitionMetrics: Sendable {
    private let inspections: [PartitionInspection]
    private let date: Date

    /// Makes the metrics of a check.
    package init(_ inspections: [PartitionInspection], at date: Date) {
        self.inspections = inspections
        self.date = date
    }

    private typealias Sample = Exposition.Sample

    /// The whole text.
    package var text: String {
        let tables = inspections.compactMap { inspection in inspection.survey.map { (inspection, $0) } }
        func gauge(_ value: (PartitionInspection, PartitionSurvey) -> Double?) -> [Sample] {
            tables.compactMap { inspection, survey in
                value(inspection, survey).map { Sample($0, ("table", survey.table.relation.quoted)) }
            }
        }
        func count(_ key: String) -> [Sample] {
            gauge { inspection, _ in
                Double(inspection.findings.count { $0.check == "partition.\(key)" })
            }
        }
        let partitions = { (survey: PartitionSurvey) in survey.table.partitions }
        let families: [(name: String, help: String, samples: [Sample])] = [
            ("partitions", "Partitions of the table.", gauge { Double(partitions($1).count) }),
            (
                "bytes", "Size of the partitions with their indexes, as of the last VACUUM or ANALYZE.",
                gauge { Double(partitions($1).reduce(0) { $0 + $1.bytes }) }
            ),
            (
                "rows", "Rows of the partitions as the planner estimates them.",
                gauge { partitions($1).reduce(0) { $0 + ($1.estimatedRows ?? 0) } }
            ),
            (
                "runway_seconds", "Time from now until new rows have no partition; 0 when they have none now.",
                gauge { $1.runwaySeconds }
            ),
            ("missing", "Partitions that the policy wants and that do not exist.", gauge { Double($1.missing.count) }),
            ("gaps", "Gaps between partitions.", gauge { Double($1.gaps.count) }),
            (
                "default_rows", "Rows in the default partition, estimated where it is large.",
                gauge { inspection, survey in survey.table.defaultPartition == nil ? 0 : inspection.defaultRows }
            ),
            (
                "detach_pending", "Partitions whose detach was begun and not finished.",
                gauge { Double(partitions($1).count(where: \.isDetachPending)) }
            ),
            ("quarantined", "Retired partitions not dropped yet.", gauge { $1.retired.map { Double($0.count) } }),
            (
                "quarantine_overdue", "Retired partitions whose time to be dropped is past.",
                gauge { $1.retired.map { Double($0.count(where: \.isDue)) } }
            ),
            (
                "overdue_rows", "Rows past retention that no run retires, estimated where they are many.",
                gauge { _, survey in
                    survey.plan.map { $0.overdue.reduce(0) { $0 + ($1.rows ?? 0) } }
                }
            ),
            (
                "write_blocks", "Partitions in use that refuse writes though no run works on them.",
                count("write_block")
            ),
            ("invalid_indexes", "Invalid indexes of partitions.", count("index_invalid")),
            ("incomplete_indexes", "Indexes that some partitions lack.", count("index_missing")),
            ("stale_statistics", "Whether the statistics of the table are out of date.", count("statistics")),
            ("findings", "Findings of rssctl partition check.", severities),
            (
                "last_check_timestamp_seconds", "When the partitions were checked last.",
                [Sample(date.timeIntervalSince1970.rounded(.down))]
            ),
        ]
        var exposition = Exposition(prefix: "rssctl_partition_")
        for family in families { exposition.gauge(family.name, family.help, family.samples) }
        return exposition.text
    }

    private var severities: [Sample] {
        inspections.flatMap { inspection in
            [Verdict.info, .warning, .critical].map { severity in
                Sample(
                    Double(inspection.findings.count { $0.severity == severity }),
                    ("table", inspection.table?.quoted ?? ""), ("severity", severity.rawValue))
            }
        }
    }
}
