import RSSCore
import RSSModel

/// What a survey means: which findings it has, and what fixes them. Pure.
struct PartitionJudge: Sendable {
    let survey: PartitionSurvey

    private var name: String { survey.table.relation.quoted }

    /// What creates missing partitions: the run that maintains the table, or first a policy where it has none and none is implied.
    private var maintain: String {
        survey.isPolicyKept == false && survey.table.key.kind != .date
            ? "rssctl partition policy adopt \(name.shellWord)" : "rssctl partition maintain \(name.shellWord)"
    }

    private func outcome(_ findings: [Finding]) -> CheckOutcome { findings.isEmpty ? .ok(nil) : .findings(findings) }

    private func finding(
        _ check: String, _ severity: Verdict, _ detail: String, object: String? = nil, measured: Double? = nil,
        threshold: Double? = nil, fix: String?
    ) -> Finding {
        Finding(
            check: "partition.\(check)", severity: severity, object: object ?? name, detail: detail, measured: measured,
            threshold: threshold, fix: fix)
    }

    /// A partition in quarantine whose range is in a bound.
    private func quarantined(_ bound: Partition.Bound) -> PartitionSurvey.Retired? {
        survey.retired?.first { $0.isInQuarantine && $0.bound.overlaps(bound) }
    }

    /// Whether new rows have a partition, now and for as long as the policy wants.
    func runway() -> CheckOutcome {
        guard let now = survey.now else {
            return .blind(
                reason: "which values are new is not known without a policy",
                hint: "rssctl partition policy adopt \(name.shellWord)")
        }
        guard let end = survey.coveredUntil else {
            let into =
                survey.table.defaultPartition.map { "goes to the default partition \($0.name)" } ?? "is refused"
            let absent = quarantined(Partition.Bound(lower: now, upper: now == .max ? nil : now + 1))
            return outcome([
                finding(
                    "runway", survey.table.defaultPartition == nil ? .critical : .warning,
                    "No partition holds \(survey.table.key.label(now)): a new row \(into).", measured: 0,
                    threshold: 1, fix: absent.map { "rssctl partition undo \($0.name.shellWord)" } ?? maintain)
            ])
        }
        if let misfit = survey.misfit { return .blind(reason: misfit.message, hint: misfit.hint) }
        let wanted = survey.policy?.premake ?? 0
        let ahead = survey.missing.filter { ($0.bound?.lower ?? .min) > now }.count
        guard ahead > 0 else { return .ok("covered until \(end == .max ? "MAXVALUE" : survey.table.key.label(end))") }
        let days = survey.runwaySeconds.flatMap { $0.isFinite ? $0 : nil }.map { ", in \(Int($0 / 86_400)) days" } ?? ""
        return outcome([
            finding(
                "runway", ahead >= wanted ? .critical : .warning,
                "\(min(ahead, wanted)) of \(wanted) partitions ahead are missing; it is covered until \(survey.table.key.label(end))\(days).",
                measured: Double(max(0, wanted - ahead)), threshold: Double(wanted), fix: maintain)
        ])
    }

    /// Gaps between partitions. Those that are too old to be filled are information only.
    func gaps() -> CheckOutcome {
        let gaps = survey.gaps
        let planned = survey.missing.compactMap(\.bound)
        var findings = gaps.prefix(20).map { gap in
            if let absent = quarantined(gap) {
                return finding(
                    "gap", .info,
                    "No partition holds \(survey.table.label(gap)): \(absent.name) is retired, and its range is kept free.",
                    measured: Double(gaps.count), threshold: 0,
                    fix: "rssctl partition undo \(absent.name.shellWord) reattaches it")
            }
            let isFilled = planned.contains { $0.overlaps(gap) }
            return finding(
                "gap", isFilled ? .warning : .info,
                "No partition holds \(survey.table.label(gap)).\(isFilled ? "" : " It is too far from now to be filled.")",
                measured: Double(gaps.count), threshold: 0, fix: isFilled ? maintain : nil)
        }
        if gaps.count > 20 {
            findings.append(finding("gap", .info, "There are \(gaps.count - 20) more gaps.", fix: nil))
        }
        return outcome(findings)
    }

    /// Whether there is a policy, and it is one for the table.
    func policy() -> CheckOutcome {
        guard let isKept = survey.isPolicyKept else {
            return .blind(
                reason: "the role may not read rssctl.partition_policy",
                hint: "Grant the role USAGE ON SCHEMA rssctl, and SELECT ON ALL TABLES IN SCHEMA rssctl.")
        }
        // An error of the server is not an error of the policy: a privilege is missing, or a record has another form.
        if let misfit = survey.misfit, misfit.sqlState != nil || misfit.exit == .permission {
            return .blind(reason: misfit.message, hint: misfit.hint)
        }
        if let misfit = survey.misfit {
            return outcome([
                finding(
                    "policy", .critical, "\(misfit.message).",
                    fix: misfit.hint ?? "rssctl partition policy set \(name.shellWord)"
                )
            ])
        }
        if isKept { return .ok(nil) }
        let words =
            survey.policy.map { "It has no policy, and is maintained by the \($0.interval), \($0.premake) ahead." }
            ?? "It has no policy, and is not maintained."
        return outcome([
            finding(
                "policy", survey.policy == nil ? .warning : .info, words,
                fix: "rssctl partition policy adopt \(name.shellWord)")
        ])
    }

    /// Partitions whose rows no session sees.
    func pendingDetaches() -> CheckOutcome {
        outcome(
            survey.table.partitions.filter(\.isDetachPending).map {
                Self.pendingDetach(of: $0.relation, rows: $0.estimatedRows ?? 0, fix: maintain)
            })
    }

    /// A partition whose DETACH CONCURRENTLY was interrupted.
    static func pendingDetach(of partition: RelationName, rows: Double, fix: String) -> Finding {
        Finding(
            check: "partition.detach_pending", severity: .critical, object: partition.quoted,
            detail:
                "Its detach was begun and not finished: its rows (about \(Int64(max(rows, 0)))) are invisible, and no other partition can be detached.",
            measured: max(rows, 0), threshold: 0, fix: fix)
    }

    /// A default partition that holds rows.
    static func rows(inDefault partition: RelationName, _ rows: Double, isExact: Bool, fix: String?) -> Finding {
        Finding(
            check: "partition.default_rows", severity: .warning, object: partition.quoted,
            detail:
                "The default partition holds \(isExact ? "" : "about ")\(Int64(rows)) rows that belong to no partition; they prevent the right ones from being created.",
            measured: rows, threshold: 0, fix: fix)
    }

    /// Partitions that were taken out.
    func retired() -> CheckOutcome {
        guard let retired = survey.retired else {
            return .blind(
                reason: "the role may not read rssctl.partition_retired",
                hint: "Grant the role USAGE ON SCHEMA rssctl, and SELECT ON ALL TABLES IN SCHEMA rssctl.")
        }
        var stopped: [Finding] = []
        if let error = survey.plan?.massRetirement(allowing: nil)?.report {
            stopped.append(
                finding(
                    "retired", .critical, "\(error.message): maintain does not do that by itself.",
                    measured: Double(survey.plan?.expired.count ?? 0),
                    threshold: 0.25 * Double(survey.table.partitions.count),
                    fix: error.hint))
        }
        return outcome(
            stopped
                + retired.map { entry in
                    guard entry.isThere else {
                        return finding(
                            "retired", .warning, "It was retired, and has been dropped outside rssctl since.",
                            object: entry.name, fix: maintain)
                    }
                    if entry.isAttached, entry.state == "quarantined" {
                        return finding(
                            "retired", .warning, "It was reattached outside rssctl, and refuses writes.",
                            object: entry.name, fix: "rssctl partition undo \(entry.name.shellWord)")
                    }
                    guard entry.state == "quarantined" else {
                        return finding(
                            "retired", .warning, "Its retirement was interrupted: it is \(entry.state).",
                            object: entry.name,
                            fix: maintain)
                    }
                    return finding(
                        "retired", entry.isDue ? .warning : .info,
                        entry.isDue
                            ? "It was to be dropped after \(entry.dropAfter) UTC."
                            : "It will be dropped after \(entry.dropAfter) UTC.",
                        object: entry.name,
                        fix: entry.isDue ? maintain : "rssctl partition undo \(entry.name.shellWord) reattaches it")
                })
    }

    /// Rows past retention that no run retires.
    func overdue() -> CheckOutcome {
        let found = survey.plan?.overdue ?? []
        let sure = found.filter { !$0.isUncertain }
        if sure.isEmpty, let entry = found.first {
            return .blind(
                reason: "whether \(entry.partitions[0].quoted) holds rows past retention cannot be read now",
                hint:
                    "Try again when no lock is held on it, or grant the role the right: GRANT SELECT ON \(entry.partitions[0].quoted)"
            )
        }
        return outcome(
            sure.map {
                finding("overdue", .warning, "\($0.sentence).", measured: $0.rows, threshold: 0, fix: $0.remedy)
            })
    }

    /// Whether the planner knows the table as a whole.
    func statistics() -> CheckOutcome {
        guard let analysis = survey.plan?.operations.first(where: { $0.kind == .analyze }) else { return .ok(nil) }
        return outcome([
            finding(
                "statistics", .warning,
                "The statistics of the partitioned table are out of date: \(analysis.reason). Autovacuum never collects them.",
                measured: analysis.rows, fix: maintain)
        ])
    }
}
