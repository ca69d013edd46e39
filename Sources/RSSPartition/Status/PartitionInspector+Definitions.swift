import RSSCore
import RSSModel

extension PartitionInspector {
    /// What the checks of all partitioned tables together look for, and why.
    package static let definitions: [Check] = [
        Check(
            "partition.default_rows", "DEFAULT partitions that hold rows", severity: .warning,
            why:
                "A row in the DEFAULT partition belongs to no partition that exists, and prevents the right one from being created.",
            threshold: "any, by estimate",
            source: "PostgreSQL documentation, 5.11.2.2 Partition Maintenance",
            trial: "CREATE TABLE t_default PARTITION OF t DEFAULT; 2,000 rows",
            confidence: .estimated("reltuples")),
        Check(
            "partition.detach_pending", "Unfinished DETACH CONCURRENTLY", severity: .critical,
            why:
                "An interrupted DETACH CONCURRENTLY leaves a partition whose rows are invisible through the parent, and no other partition can be detached.",
            threshold: "any", source: "PostgreSQL documentation, ALTER TABLE, DETACH PARTITION"),
        Check(
            "partition.gap", "Gaps between partitions", severity: .warning,
            why:
                "A row whose key falls between two partitions is refused, or goes to the DEFAULT partition.",
            threshold: "any; an info where the gap is in the past",
            source: "PostgreSQL documentation, 5.11.2 Declarative Partitioning",
            trial: "two partitions with a month between them"),
        Check(
            "partition.runway", "Partitions ahead that are missing", severity: .critical,
            why: "A row without a matching partition is refused, or goes to the DEFAULT partition.",
            threshold: "fewer partitions ahead than the policy premakes, or than one without a policy",
            source: "pg_partman, premake", trial: "a table whose last partition is in the past"),
    ]
}
