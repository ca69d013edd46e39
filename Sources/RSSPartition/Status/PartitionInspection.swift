import PostgresClient
import RSSCore
import RSSModel

/// The checks of one partitioned table, or with no table those of the database.
package struct PartitionInspection: Sendable {
    /// The table as it was seen; nil for the database.
    package var survey: PartitionSurvey?
    /// The table, also when it could not be checked; nil for the database.
    package var table: RelationName?
    /// Each check with its outcome.
    package var reports: [CheckReport]
    /// Rows in the default partition, as far as they were counted or estimated.
    package var defaultRows: Double?

    /// Everything that was found.
    package var findings: [Finding] {
        reports.flatMap(\.outcome.findings)
    }
}

/// Checks partitioned tables: each check ends ok, with findings, or blind. Waits for no lock.
package struct PartitionInspector: Sendable {
    let connection: PostgresConnection

    /// Makes one of a session that reads.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// Checks tables that were surveyed, and what concerns the whole database.
    ///
    /// - Parameter deep: whether the key registries are compared with their tables, which reads both.
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func inspect(_ surveys: [PartitionSurvey], deep: Bool) async throws -> [PartitionInspection] {
        var overview = PartitionOverview()
        overview.surveys = surveys
        return try await inspect(overview, deep: deep)
    }

    /// Checks tables, those as well that could not be surveyed, and what concerns the whole database.
    ///
    /// - Parameter deep: whether the key registries are compared with their tables, which reads both.
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func inspect(_ overview: PartitionOverview, deep: Bool) async throws -> [PartitionInspection] {
        var inspections = overview.losses.map(inspect)
        for survey in overview.surveys { inspections.append(try await inspect(survey, deep: deep)) }
        return inspections + [try await inspectDatabase()]
    }

    /// A policy without its table is a finding; a table that another session holds a lock on is not seen.
    private func inspect(_ loss: PartitionLoss) -> PartitionInspection {
        let outcome: CheckOutcome =
            loss.error.sqlState == nil && loss.error.exit != .permission
            ? .findings([
                Finding(
                    check: "partition.\(loss.check)", severity: .critical, object: loss.table.quoted,
                    detail: loss.error.detail.map { "\(loss.error.message). \($0)" } ?? "\(loss.error.message).",
                    fix: loss.error.hint)
            ])
            : .blind(
                reason: loss.error.message,
                hint: loss.error.hint)
        return PartitionInspection(
            survey: nil, table: loss.table,
            reports: [
                report(
                    loss.check, loss.check == "policy" ? "A policy that fits" : "Work that was interrupted", outcome)
            ])
    }

    private func inspect(_ survey: PartitionSurvey, deep: Bool) async throws -> PartitionInspection {
        var inspection = PartitionInspection(survey: survey, table: survey.table.relation, reports: [])
        let judge = PartitionJudge(survey: survey)
        inspection.reports = [
            report("runway", judge.runway()),
            report("gap", judge.gaps()),
            report("policy", "A policy that fits", judge.policy()),
            report("detach_pending", judge.pendingDetaches()),
            report("off_grid", "Bounds that follow the policy", try await offGrid(survey)),
            report("retired", "Retired partitions", judge.retired()),
            report("overdue", "Rows past retention are retired", judge.overdue()),
            report("statistics", "Statistics of the partitioned table", judge.statistics()),
        ]
        var rows: Double?
        let defaultRows = try await looking { try await defaultFindings(survey, &rows) }
        inspection.defaultRows = rows
        inspection.reports.append(report("default_rows", defaultRows))
        inspection.reports.append(
            report("work", "Work that was interrupted", try await looking { try await work(survey.table) }))
        inspection.reports.append(
            report("write_block", "Partitions that take writes", try await looking { try await blocks(survey) }))
        inspection.reports.append(
            report("partman", "Maintenance by one tool only", try await looking { try await partman(survey.table) }))
        inspection.reports += try await catalogReports(survey)
        inspection.reports.append(
            report("numbers", "Numbers that are new, or far ahead", try await looking { try await numbers(survey) }))
        if deep {
            let audit = try await looking { try await RegistryAudit(connection).findings(survey.table) }
            inspection.reports.append(report("registry", "Keys and rows agree", audit))
        }
        return inspection
    }

    private func report(_ key: String, _ title: String, _ outcome: CheckOutcome) -> CheckReport {
        CheckReport(check: "partition.\(key)", title: title, why: "", outcome: outcome)
    }

    /// A report of a check that `analyze performance` makes too.
    func report(_ key: String, _ outcome: CheckOutcome) -> CheckReport {
        let (title, why) =
            switch key {
            case "runway":
                (
                    "Partitions ahead",
                    "A row without a matching partition is refused, or goes to the DEFAULT partition."
                )
            case "gap":
                (
                    "Gaps between partitions",
                    "A row whose key falls between two partitions is refused, or goes to the DEFAULT partition."
                )
            case "detach_pending":
                (
                    "Unfinished DETACH CONCURRENTLY",
                    "An interrupted DETACH CONCURRENTLY leaves a partition whose rows are invisible through the parent, and no other partition can be detached."
                )
            default:
                (
                    "Rows in the default partition",
                    "A row in the DEFAULT partition belongs to no partition that exists, and prevents the right one from being created."
                )
            }
        return CheckReport(check: "partition.\(key)", title: title, why: why, outcome: outcome)
    }

    /// A check that cannot read is blind, and never stops the others.
    private func looking(
        isolation: isolated (any Actor)? = #isolation, _ look: () async throws -> [Finding]
    ) async throws -> CheckOutcome {
        try await CheckOutcome.of { CheckOutcome(try await look()) }
    }

    /// The checks of check_partitions.sql; those that found nothing are ok.
    private func catalogReports(_ survey: PartitionSurvey) async throws -> [CheckReport] {
        let titles = [
            ("index_missing", "Indexes on every partition"), ("index_invalid", "Valid indexes"),
            ("constraint_not_valid", "Valid keys and checks"), ("drift_owner", "Owners"), ("drift_grants", "Grants"),
            ("drift_row_security", "Row security"), ("drift_replica_identity", "Replica identities"),
            ("drift_publication", "Publications"), ("drift_storage", "Storage parameters"), ("trigger", "Triggers"),
        ]
        var found: [Finding] = []
        let outcome = try await looking {
            found = try await connection.query(
                SQLResource(PackageResources.check_partitions_sql).text,
                [survey.table.oid, survey.policy?.storageParameters ?? []]
            ).map(Finding.init)
            return found
        }
        let name = survey.table.relation.quoted
        return titles.map { key, title in
            if case .blind = outcome { return report(key, title, outcome) }
            let findings = found.filter { $0.check == "partition.\(key)" }.map { finding in
                var finding = finding
                if key == "index_missing" {
                    finding.fix =
                        "rssctl partition maintain \(name.shellWord)"
                        + (finding.fix.map {
                            "; where rows have duplicate keys: rssctl partition index drop \($0.shellWord)"
                        } ?? "")
                }
                return finding
            }
            return report(key, title, findings.isEmpty ? .ok(nil) : .findings(findings))
        }
    }

    /// Partitions whose bounds are not cells of the policy: they do no harm, and were created outside rssctl.
    private func offGrid(_ survey: PartitionSurvey) async throws -> CheckOutcome {
        let bounds = survey.table.partitions.compactMap(\.bound)
        guard let policy = survey.policy, survey.misfit == nil,
            let first = bounds.compactMap(\.lower).min(), let last = bounds.compactMap(\.upper).max(), first < last
        else { return .ok(nil) }
        let cells = try await PartitionCells(policy: policy, key: survey.table.key, connection: connection)
            .cells(from: first, to: last, limit: 20_000)
        let points = Set(cells.flatMap { [$0.lower, $0.upper] })
        let odd = survey.table.partitions.filter { partition in
            guard let bound = partition.bound else { return false }
            return ![bound.lower, bound.upper].allSatisfy { $0.map(points.contains) ?? true }
        }
        guard let partition = odd.first, cells.count < 20_000 else { return .ok(nil) }
        return .findings([
            Finding(
                check: "partition.off_grid", severity: .info, object: survey.table.relation.quoted,
                detail:
                    "\(odd.count) of \(survey.table.partitions.count) partitions begin or end within a \(policy.interval.noun) of \(policy.timeZone): \(partition.name) holds \(partition.bound.map(survey.table.label) ?? "").",
                measured: Double(odd.count), threshold: 0,
                fix: "rssctl partition policy adopt reads another policy; rssctl partition split divides a partition")
        ])
    }

    /// Rows in the default partition: counted where it is small, estimated where counting would read much.
    private func defaultFindings(_ survey: PartitionSurvey, _ counted: inout Double?) async throws -> [Finding] {
        let table = survey.table
        guard let partition = table.defaultPartition else { return [] }
        let name = try await connection.quote(partition.relation)
        try await connection.refuseForeignCode(.reading, in: [name])
        let size = try await connection.query("SELECT pg_relation_size($1::bigint::oid)", [partition.oid]).first?
            .decode(Int64.self, at: 0)
        let isExact = size ?? 0 <= 16 << 20
        var (rows, placed) = (max(partition.estimatedRows ?? 0, 1), 1.0)
        if isExact {
            let point = table.key.point(of: try await connection.quoteIdentifier(table.key.column))
            let row = try await connection.query(
                "SELECT count(*)::float8, count(p)::float8 FROM (SELECT \(point) FROM \(name)) AS points (p)"
            ).first
            (rows, placed) = try row?.decode(Double.self, Double.self) ?? (0, 0)
        }
        counted = rows
        if rows == 0 { return [] }
        if placed == 0 {
            return [
                Finding(
                    check: "partition.default_rows", severity: .warning, object: partition.relation.quoted,
                    detail:
                        "The default partition holds \(Int64(rows)) rows whose \(table.key.column) is NULL, infinite or after the year 294246: no drain moves them.",
                    measured: rows, threshold: 0, fix: "Check them: SELECT * FROM \(partition.relation.quoted)")
            ]
        }
        return [
            PartitionJudge.rows(
                inDefault: partition.relation, rows, isExact: isExact, fix: try await way(out: partition, survey))
        ]
    }

    /// How rows are moved out of a default partition: those that belong to a partition in quarantine are moved into that one.
    private func way(out partition: Partition, _ survey: PartitionSurvey) async throws -> String {
        if partition.isPartitioned || partition.isForeign {
            return "Move them by hand: a default partition of this kind is not drained."
        }
        let table = survey.table
        let name = try await connection.quote(partition.relation)
        let column = try await connection.quoteIdentifier(table.key.column)
        for absent in survey.retired ?? [] where absent.isInQuarantine {
            let condition = table.key.condition(absent.bound, column: column)
            let found = try await connection.query(
                "SELECT FROM \(name) WHERE \(condition.isEmpty ? "true" : condition) LIMIT 1")
            if !found.isEmpty {
                return
                    "rssctl partition undo \(absent.name.shellWord) moves those of \(table.label(absent.bound)) into it; then rssctl partition drain \(table.relation.quoted.shellWord)"
            }
        }
        return "rssctl partition drain \(table.relation.quoted.shellWord)"
    }

    /// Whether the next number of an integer key finds a partition, and whether one lies so far ahead that it does not count.
    private func numbers(_ survey: PartitionSurvey) async throws -> [Finding] {
        let table = survey.table
        guard !table.key.isTime, let policy = survey.policy, survey.misfit == nil else { return [] }
        let highest = try await HighestNumber(in: table, step: policy.interval.approximateLength, connection)
        var findings: [Finding] = []
        if let sequence = highest.sequence, table.coverage(from: sequence.next) == nil {
            let into =
                table.defaultPartition.map { "goes to the default partition \($0.relation.quoted)" } ?? "is refused"
            findings.append(
                Finding(
                    check: "partition.numbers", severity: table.defaultPartition == nil ? .critical : .warning,
                    object: table.relation.quoted,
                    detail:
                        "No partition holds \(sequence.next), the next value of \(sequence.relation.quoted): it \(into).",
                    fix: "rssctl partition maintain \(table.relation.quoted.shellWord)"))
        }
        if let outlier = highest.outlier {
            let column = RelationName(name: table.key.column).quoted
            findings.append(
                Finding(
                    check: "partition.numbers", severity: .warning, object: outlier.partition.quoted,
                    detail:
                        "\(column) \(outlier.number) is more than \(HighestNumber.steps) partitions after the others: it counts neither for what is new nor for retention.",
                    measured: Double(outlier.number), threshold: Double(highest.value),
                    fix: "Check it: SELECT * FROM \(outlier.partition.quoted) WHERE \(column) = \(outlier.number)"))
        }
        return findings
    }

    /// Work that is recorded as active, and whether a session runs it.
    private func work(_ table: PartitionedTable) async throws -> [Finding] {
        guard try await PartitionWorkLedger(connection).exists() else { return [] }
        let rows = try await connection.query(
            SQLResource(PackageResources.check_work_sql).text, [table.schema, table.name])
        guard let row = rows.first else { return [] }
        let (kind, phase, startedAt) = try row.decode(String.self, String.self, String.self)
        let holder = try await connection.holder(of: .partitions(of: table.relation))
        let state = holder.map { "is in progress: \($0)" } ?? "was interrupted in phase \(phase)"
        return [
            Finding(
                check: "partition.work", severity: holder == nil ? .warning : .info, object: table.relation.quoted,
                detail: "A \(kind) begun at \(startedAt) UTC \(state).",
                fix: holder == nil ? Self.continuation(kind, table.relation.quoted) : nil)
        ]
    }

    /// Partitions in use that refuse writes, though no run works on them.
    private func blocks(_ survey: PartitionSurvey) async throws -> [Finding] {
        let blocked = survey.table.partitions.filter(\.takesNoWrites)
        guard !blocked.isEmpty,
            try await connection.holder(of: .partitions(of: survey.table.relation)) == nil
        else { return [] }
        return blocked.map { partition in
            Finding(
                check: "partition.write_block", severity: .critical, object: partition.relation.quoted,
                detail: partition.isDefault
                    ? "It refuses rows by the constraint \(DefaultGuard.constraint), and the run that added it has ended."
                    : "It refuses every write, and the run that added it has ended.",
                fix: survey.policy == nil && !partition.isDefault
                    ? "rssctl partition undo \(partition.relation.quoted.shellWord)"
                    : "rssctl partition maintain \(survey.table.relation.quoted.shellWord)")
        }
    }

    /// How interrupted work is resumed, or undone.
    private static func continuation(_ kind: String, _ name: String) -> String {
        let table = name.shellWord
        return switch kind {
        case "convert": "rssctl partition convert \(table) resumes it, with --abort undoes it"
        case "drain": "rssctl partition drain \(table) resumes it; rssctl partition abort \(table) undoes it"
        default:
            "Run the same rssctl partition \(kind) again, which resumes it; or undo it: rssctl partition abort \(table)"
        }
    }

    private func partman(_ table: PartitionedTable) async throws -> [Finding] {
        guard let config = try await PartmanConfig(of: table.relation, connection), config.isAutomatic else {
            return []
        }
        let name = try await connection.quoteLiteral("\(table.schema).\(table.name)")
        return [
            Finding(
                check: "partition.partman", severity: .warning, object: table.relation.quoted,
                detail: "pg_partman maintains it too: the two would create and drop each other's partitions.",
                fix: "UPDATE \(config.table) SET automatic_maintenance = 'off' WHERE parent_table = \(name)")
        ]
    }

    private func inspectDatabase() async throws -> PartitionInspection {
        let old = try await looking {
            try await connection.query(SQLResource(PackageResources.check_database_sql).text).map(Finding.init)
        }
        var transactions = old
        let seesAll = try await connection.query("SELECT pg_has_role('pg_read_all_stats', 'USAGE')").first?
            .decode(Bool.self, at: 0)
        if seesAll != true, old == .ok(nil) {
            transactions = .blind(
                reason: "the role does not see the transactions of others", hint: "GRANT pg_monitor TO CURRENT_USER")
        }
        let leftovers = try await looking {
            guard try await PartitionWorkLedger(connection).exists() else { return [] }
            return try await connection.query(SQLResource(PackageResources.check_leftovers_sql).text).map { row in
                let (name, comment) = try row.decode(String.self, String.self)
                return Finding(
                    check: "partition.leftover", severity: .warning, object: name,
                    detail: "A table that rssctl created for its own work, which has ended: \(comment)",
                    fix: "DROP TABLE \(name)")
            }
        }
        let orphans = try await looking {
            guard try await RetiredLedger(connection).exists() else { return [] }
            return try await connection.query(SQLResource(PackageResources.check_orphans_sql).text).map { row in
                let (name, table) = try row.decode(String.self, String.self)
                return Finding(
                    check: "partition.orphan", severity: .warning, object: name,
                    detail:
                        "It was taken out of \(table), which was dropped or renamed: rssctl no longer attaches or drops it, and it refuses writes.",
                    fix:
                        "DROP TABLE \(name); or to keep it: DROP TRIGGER rssctl_write_block ON \(name), DROP TRIGGER rssctl_truncate_block ON \(name)"
                )
            }
        }
        return PartitionInspection(
            survey: nil,
            reports: [
                report("orphan", "Retired partitions without their table", orphans),
                report("old_transaction", "Transactions that DDL waits for", transactions),
                report("leftover", "Tables left by rssctl", leftovers),
            ])
    }
}

extension Finding {
    /// Reads a row of check, severity, object, detail, measured, threshold, fix.
    fileprivate init(_ row: Row) throws {
        let (check, severity, object, detail, measured, threshold, fix) = try row.decode(
            String.self, String.self, String.self, String.self, Double?.self, Double?.self, String?.self)
        self.init(
            check: check, severity: Verdict(rawValue: severity) ?? .warning, object: object,
            detail: Redaction.scrub(detail), measured: measured, threshold: threshold, fix: fix)
    }
}
