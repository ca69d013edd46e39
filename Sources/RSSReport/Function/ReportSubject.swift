import Foundation
import PostgresClient
import RSSCore

/// What a database has that calls can ask for.
struct ReportSubject: Sendable {
    /// The organization.
    let organization: UUID
    /// How many of its newest reports were read, at most 60.
    let reports: Int
    /// Their first and last dates: a period that is answered quickly, also by a slow function.
    let from: CalendarDate
    let to: CalendarDate
    let office: UUID?
    let technician: UUID?
    let status: String?
    let number: String?
    let word: String?

    /// A call within the period.
    var call: ReportCall {
        var call = ReportCall(organization)
        (call.from, call.to) = (from, to)
        call.limit = limit
        return call
    }

    /// A page that does not hold all reports of the period.
    var limit: Int { max(1, min(10, reports / 2)) }

    /// Looks at an organization; without one, at that with the most of some reports.
    ///
    /// - Returns: nil where there are no reports.
    /// - Throws: `PostgresError`, ``ReportError``, `CancellationError`.
    static func find(_ reader: ReportReader, organization: String?) async throws -> ReportSubject? {
        try await reader.snapshot { tables in
            let chosen: UUID?
            if let organization {
                chosen = try await reader.resolve(.organization, organization, tables)
            } else {
                chosen = try await reader.connection.query(
                    tables.sql(
                        """
                        SELECT s.organization_id FROM (SELECT v.organization_id FROM public.visit_reports v
                        WHERE v.organization_id IS NOT NULL LIMIT 20000) s
                        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
                        """)
                ).first?.decode(UUID.self, at: 0)
            }
            guard let chosen else { return nil }
            let row = try await reader.connection.query(
                tables.sql(PackageResources.report_subject_sql), [chosen]
            ).first
            guard let row, let from = try row.decode(CalendarDate?.self, "first_date"),
                let to = try row.decode(CalendarDate?.self, "last_date")
            else { return nil }
            return ReportSubject(
                organization: chosen, reports: Int(try row.decode(Int64.self, "reports")), from: from, to: to,
                office: try row.decode(String?.self, "office").flatMap { UUID(uuidString: $0) },
                technician: try row.decode(String?.self, "technician").flatMap { UUID(uuidString: $0) },
                status: try row.decode(String?.self, "status"), number: try row.decode(String?.self, "report_number"),
                word: try row.decode(String?.self, "word"))
        }
    }
}

/// Reports that show a fault which others do not, wherever they are.
enum ReportCase: String, Sendable {
    /// Reports of one organization with the same date and time of creation.
    case tie
    /// A report whose technician has one name only.
    case halfName
    /// A report without an office or a technician.
    case incomplete
    /// An organization with more than a thousand reports, and the period of its newest.
    case thousand

    /// What looks for it: an organization, the first and the last date of a period with it, and a technician. `$1` is the
    /// organization of the subject.
    private var sql: String {
        switch self {
        case .tie:
            """
            SELECT $1::uuid, s.visit_date, s.visit_date, NULL::text FROM (
                SELECT v.visit_date, v.created_at FROM public.visit_reports v
                WHERE v.organization_id = $1::uuid AND v.visit_date > '-infinity' AND v.visit_date < 'infinity'
                ORDER BY v.visit_date DESC LIMIT 5000) s
            GROUP BY s.visit_date, s.created_at HAVING count(*) > 1 ORDER BY s.visit_date DESC LIMIT 1
            """
        case .halfName:
            """
            SELECT v.organization_id, v.visit_date, v.visit_date, u.id::text FROM public.users u
            JOIN LATERAL (SELECT r.organization_id, r.visit_date FROM public.visit_reports r
                WHERE r.technician_id = u.id AND r.visit_date > '-infinity' AND r.visit_date < 'infinity' LIMIT 1) v ON true
            WHERE (u.first_name IS NULL) <> (u.last_name IS NULL) AND $1::uuid IS NOT NULL LIMIT 1
            """
        case .incomplete:
            """
            SELECT v.organization_id, v.visit_date, v.visit_date, NULL::text FROM public.visit_reports v
            WHERE (v.office_id IS NULL OR v.technician_id IS NULL) AND v.visit_date > '-infinity' AND v.visit_date < 'infinity'
            AND $1::uuid IS NOT NULL LIMIT 1
            """
        case .thousand:
            """
            SELECT $1::uuid, min(s.visit_date), max(s.visit_date), NULL::text FROM (
                SELECT v.visit_date FROM public.visit_reports v
                WHERE v.organization_id = $1::uuid AND v.visit_date > '-infinity' AND v.visit_date < 'infinity'
                ORDER BY v.visit_date DESC LIMIT 1100) s HAVING count(*) > 1000
            """
        }
    }

    /// The call that shows it; nil where the database has no such reports.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func call(_ reader: ReportReader, _ subject: ReportSubject) async throws -> ReportCall? {
        let row = try await reader.snapshot { tables in
            try await reader.connection.query(tables.sql(sql), [subject.organization]).first
        }
        guard let row else { return nil }
        var call = ReportCall(try row.decode(UUID.self, at: 0))
        call.from = try row.decode(CalendarDate.self, at: 1)
        call.to = try row.decode(CalendarDate.self, at: 2)
        call.technician = try row.decode(String?.self, at: 3).flatMap { UUID(uuidString: $0) }
        return call
    }
}
