import Foundation
import PostgresClient
import RSSCore
import RSSModel

extension ReportReader {
    /// Sums up the reports of a filter, which must have a first and a last day; everything comes from one snapshot.
    ///
    /// - Throws: ``ReportError``, `PostgresError`, `CancellationError`.
    package func summary(
        _ filter: ReportFilter, from: CalendarDate, to: CalendarDate, _ progress: ProgressReporter
    ) async throws -> ReportSummary {
        try await snapshot { tables in
            var filter = filter
            (filter.from, filter.to) = (from, to)
            let conditions = try await conditions(filter, tables)
            let names = try await names(conditions, tables)
            let period = ReportSummary.Period(from: from, to: to)
            let summarizer = Summarizer(connection: connection, tables: tables, conditions: conditions)
            return try await progress.phase("summary", total: 7) {
                func done(_ step: Int64) { progress(.advanced(to: step, rejected: 0)) }
                let (months, statuses, total) = try await summarizer.visits(in: period)
                done(1)
                let before = try await summarizer.total(in: period.before)
                done(2)
                let organizations =
                    conditions.organization == nil && conditions.office == nil
                    ? try await summarizer.ranking(.organization) : ([], 0)
                let offices = conditions.office == nil ? try await summarizer.ranking(.office) : ([], 0)
                let technicians = conditions.technician == nil ? try await summarizer.ranking(.technician) : ([], 0)
                done(3)
                let hardware = try await summarizer.hardware()
                done(4)
                let recycling = try await summarizer.recycling()
                done(5)
                let files = try await summarizer.files()
                done(7)
                return ReportSummary(
                    organization: names.organization, office: names.office, technician: names.technician,
                    period: period, total: total, before: before, beforePeriod: period.before, months: months,
                    statuses: statuses, organizations: organizations.0, offices: offices.0,
                    technicians: technicians.0, otherOrganizations: organizations.1, otherOffices: offices.1,
                    otherTechnicians: technicians.1, hardware: hardware.categories,
                    hardwareStatuses: hardware.statuses, recycling: recycling, files: files)
            }
        }
    }

    /// The names of what a summary is limited to.
    private func names(
        _ conditions: ReportConditions, _ tables: ApplicationTables
    ) async throws -> (organization: String?, office: String?, technician: String?) {
        let row = try await connection.query(
            tables.sql(
                """
                SELECT (SELECT o.name FROM public.organizations o WHERE o.id = $1),
                       (SELECT f.name FROM public.offices f WHERE f.id = $2),
                       (SELECT coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.email::text) FROM public.users u WHERE u.id = $3)
                """),
            [conditions.organization, conditions.office, conditions.technician] as [any PostgresEncodable]
        ).first
        return (row?.text(at: 0), row?.text(at: 1), row?.text(at: 2))
    }
}

/// The queries of a summary.
private struct Summarizer {
    let connection: PostgresConnection
    let tables: ApplicationTables
    let conditions: ReportConditions

    private static let isFinished = "vr.status IN ('completed', 'approved', 'archived')"

    private func rows(
        _ columns: String, join: String = "", rest: String = "", _ conditions: ReportConditions
    ) async throws -> ResultSet {
        var statement = ReportStatement()
        let clauses = conditions.clauses(&statement, within: .all).joined(separator: " AND ")
        let sql = "SELECT \(columns) FROM public.visit_reports vr \(join) WHERE \(clauses) \(rest)"
        return try await connection.query(tables.sql(sql), statement.parameters)
    }

    /// By month and by status, in one reading.
    func visits(
        in period: ReportSummary.Period
    ) async throws -> ([ReportSummary.Entry], [ReportSummary.Entry], ReportSummary.Visits) {
        let rows = try await rows(
            """
            to_char(vr.visit_date, 'YYYY-MM') AS month, vr.status::text, count(*),
            count(*) FILTER (WHERE \(Self.isFinished)), coalesce(sum(vr.completion_percentage), 0)::float8
            """, rest: "GROUP BY 1, 2", conditions)
        var months: [String: (Int64, Int64)] = [:]
        var statuses: [String?: (Int64, Int64)] = [:]
        var (visits, finished, completion) = (Int64(0), Int64(0), 0.0)
        for row in rows {
            let (month, status, count, done, sum) = try row.decode(
                String.self, String?.self, Int64.self, Int64.self, Double.self)
            months[month, default: (0, 0)].0 += count
            months[month, default: (0, 0)].1 += done
            statuses[status, default: (0, 0)].0 += count
            statuses[status, default: (0, 0)].1 += done
            visits += count
            finished += done
            completion += sum
        }
        let entries = Self.months(of: period).map { month in
            let (count, done) = months[month] ?? (0, 0)
            return ReportSummary.Entry(name: month, visits: count, finished: done)
        }
        let order = ReportFilter.statuses
        let ranked = statuses.map { ReportSummary.Entry(name: $0.key, visits: $0.value.0, finished: $0.value.1) }
            .sorted { left, right in
                let ranks = [left, right].map { entry in
                    entry.name.flatMap { order.firstIndex(of: $0) } ?? order.count
                }
                return (ranks[0], left.name ?? "") < (ranks[1], right.name ?? "")
            }
        let total = ReportSummary.Visits(
            visits: visits, finished: finished, completion: visits == 0 ? nil : completion / Double(visits))
        return (entries, ranked, total)
    }

    /// Every month of a period: `2026-10`.
    private static func months(of period: ReportSummary.Period) -> [String] {
        var month = period.from.startOfMonth()
        var months: [String] = []
        while month <= period.to {
            months.append(String(month.description.dropLast(3)))
            month = month.startOfMonth(adding: 1)
        }
        return months
    }

    func total(in period: ReportSummary.Period) async throws -> ReportSummary.Visits {
        var conditions = conditions
        (conditions.from, conditions.to) = (period.from, period.to)
        let rows = try await rows(
            "count(*), count(*) FILTER (WHERE \(Self.isFinished)), avg(vr.completion_percentage)::float8", conditions)
        guard let row = rows.first else { return ReportSummary.Visits(visits: 0, finished: 0, completion: nil) }
        let (visits, finished, completion) = try row.decode(Int64.self, Int64.self, Double?.self)
        return ReportSummary.Visits(visits: visits, finished: finished, completion: completion)
    }

    /// Those with the most visits, and how many others there are.
    func ranking(_ name: ReportName) async throws -> ([ReportSummary.Entry], Int64) {
        let (column, join, label) =
            switch name {
            case .organization:
                ("organization_id", "LEFT JOIN public.organizations n ON n.id = g.id", "n.name::text")
            case .office:
                (
                    "office_id",
                    "LEFT JOIN public.offices n ON n.id = g.id",
                    "n.name::text"
                )
            case .technician:
                (
                    "technician_id", "LEFT JOIN public.users n ON n.id = g.id",
                    "coalesce(nullif(concat_ws(' ', n.first_name, n.last_name), ''), n.email::text)"
                )
            }
        var statement = ReportStatement()
        let clauses = conditions.clauses(&statement, within: .all).joined(separator: " AND ")
        let sql = """
            SELECT \(label), g.visits, g.finished, g.others FROM (
                SELECT vr.\(column) AS id, count(*) AS visits, count(*) FILTER (WHERE \(Self.isFinished)) AS finished,
                    count(*) OVER () AS others
                FROM public.visit_reports vr WHERE \(clauses)
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT \(ReportSummary.most)
            ) g \(join) ORDER BY g.visits DESC, 1
            """
        let rows = try await connection.query(tables.sql(sql), statement.parameters)
        var all: Int64 = 0
        let entries = try rows.map { row in
            let (name, visits, finished, groups) = try row.decode(
                String?.self, Int64.self, Int64.self, Int64.self)
            all = groups
            return ReportSummary.Entry(name: name, visits: visits, finished: finished)
        }
        return (entries, max(0, all - Int64(entries.count)))
    }

    func hardware() async throws -> (categories: [ReportSummary.Devices], statuses: [ReportSummary.Devices]) {
        let rows = try await rows(
            "c.name::text, h.status::text, count(*)",
            join: """
                JOIN public.hardware_inventory h ON h.visit_report_id = vr.id
                LEFT JOIN public.categories c ON c.id = h.category_id
                """, rest: "GROUP BY 1, 2", conditions)
        var (categories, statuses) = ([String: Int64](), [String: Int64]())
        for row in rows {
            let (category, status, count) = try row.decode(String?.self, String?.self, Int64.self)
            categories[category ?? "(no category)", default: 0] += count
            statuses[status ?? "(no status)", default: 0] += count
        }
        func ranked(_ counts: [String: Int64]) -> [ReportSummary.Devices] {
            counts.map { ReportSummary.Devices(name: $0.key, devices: $0.value) }
                .sorted { ($1.devices, $0.name) < ($0.devices, $1.name) }
        }
        return (ranked(categories), ranked(statuses))
    }

    func recycling() async throws -> [ReportSummary.Recycling] {
        try await rows(
            "r.status::text, count(*), coalesce(sum(r.quantity), 0)::int8, coalesce(sum(r.weight_kg), 0)::float8",
            join: "JOIN public.recycling_records r ON r.visit_report_id = vr.id", rest: "GROUP BY 1 ORDER BY 2 DESC, 1",
            conditions
        ).map { row in
            let (status, records, quantity, weight) = try row.decode(
                String?.self, Int64.self, Int64.self, Double.self)
            return ReportSummary.Recycling(
                status: status ?? "(no status)", records: records, quantity: quantity, weightKg: weight)
        }
    }

    func files() async throws -> Int64 {
        try await rows(
            "count(*)", join: "JOIN files.file_attachments a ON a.visit_report_id = vr.id", conditions
        ).first?.decode(Int64.self, at: 0) ?? 0
    }
}
