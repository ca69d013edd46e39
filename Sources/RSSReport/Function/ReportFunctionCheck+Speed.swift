import PostgresClient
import RSSCore
import RSSModel

extension ReportFunctionCheck {
    /// How many times as long as rssctl's own engine a call may take, and how long at least.
    private static let factor = 5.0
    private static let moment = Duration.milliseconds(250)

    /// Compares the time of a call with that of rssctl's own engine, the shortest of up to three.
    func judgeSpeed(_ check: Check, _ function: ReportFunction, _ call: ReportCall) async throws -> CheckOutcome {
        var (took, own) = (Duration.seconds(3600), Duration.seconds(3600))
        for _ in 1...3 {
            switch try await ask(function, call) {
            case .answer(_, _, let theirs, let ours): (took, own) = (min(took, theirs), min(own, ours))
            case .timedOut(let ours):
                return .findings([
                    Self.finding(
                        check, function, call, "\(late); rssctl's own engine takes \(ours.words)",
                        measured: callTimeout / .milliseconds(1), threshold: ours / .milliseconds(1) * Self.factor)
                ])
            case .failed(let words):
                return .blind(reason: "it fails: \(words)", hint: Self.fix)
            case .unseen(let reason, let hint): return .blind(reason: reason, hint: hint)
            }
            // What is quick once is not slow; what took seconds is not asked again and again.
            if took <= Self.moment || took > .seconds(2) { break }
        }
        if took <= Self.moment || took / .milliseconds(1) <= own / .milliseconds(1) * Self.factor { return .ok(nil) }
        return .findings([
            Self.finding(
                check, function, call,
                "it takes \(took.words), rssctl's own engine \(own.words)",
                measured: took / .milliseconds(1), threshold: own / .milliseconds(1) * Self.factor)
        ])
    }

    /// Whether the reports are in one table, and an index leads to those of an organization in each part of it.
    func judgeTables(_ check: Check, _ function: ReportFunction) async throws -> CheckOutcome {
        try await reader.snapshot { tables in
            let name = tables.name("visit_reports")
            let other = try await connection.qualify(
                RelationName(name: "visit_reports_partitioned"), along: connection.userSearchPath)
            let isOther = try await connection.query("SELECT to_regclass($1) IS NOT NULL", [other.quoted]).first?
                .decode(Bool.self, at: 0)
            let row = try await connection.query(
                SQLResource(PackageResources.report_lead_indexes_sql).text, [name]
            ).first
            guard let row else { return .blind(reason: "\(name) does not exist", hint: "rssctl migrate") }
            let (count, lacking) = (
                try row.decode(Int64.self, "tables"), try row.decode(Int64.self, "lacking")
            )
            let isPartitioned = try row.decode(Bool?.self, "is_partitioned") ?? false
            var findings: [Finding] = []
            func add(_ what: String, measured: Double? = nil, fix: String) {
                findings.append(
                    Finding(
                        check: check.key, severity: check.severity, object: name, detail: what, measured: measured,
                        threshold: measured.map { _ in 0 }, fix: fix))
            }
            if isOther == true, !isPartitioned {
                add(
                    "\(name) is a plain table, and \(other.quoted) exists beside it: the function reads only one of them",
                    fix: "rssctl partition convert visit_reports --by visit_date")
            }
            if lacking > 0 {
                let example = try row.decode(String?.self, "example") ?? name
                let columns = "(organization_id, visit_date DESC, created_at DESC, id DESC)"
                add(
                    "\(lacking) of \(count) tables of reports, such as \(example), have no index that begins with organization_id and visit_date",
                    measured: Double(lacking),
                    fix: isPartitioned
                        ? "rssctl partition index create 'CREATE INDEX visit_reports_org_date ON \(name) \(columns)'"
                        : "CREATE INDEX CONCURRENTLY visit_reports_org_date ON \(name) \(columns)")
            }
            return CheckOutcome(findings)
        }
    }
}
