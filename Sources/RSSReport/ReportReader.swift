import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Reads pages of visit reports.
package struct ReportReader: Sendable {
    private let connection: PostgresConnection

    /// Makes a reader on a session.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// The page that a filter asks for; total and page come from one snapshot.
    ///
    /// - Throws: ``ReportError``, `PostgresError`.
    package func page(_ filter: ReportFilter) async throws -> ReportPage {
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            let tables = try await ApplicationTables(connection)
            try await connection.refuseForeignCode(.reading, in: tables)
            let conditions = try await conditions(filter, tables)
            let fingerprint = ReportCursor.fingerprint(conditions.map(\.text))
            if let after = filter.after, after.filter != fingerprint { throw ReportError.foreignCursor }
            let offset = filter.after == nil ? (filter.page - 1) * filter.limit : 0
            // One more than the page, to know whether there is a next one.
            let rows = try await connection.query(
                tables.sql(PackageResources.report_page_sql),
                conditions.map(\.value) + [
                    Int32(clamping: filter.limit + 1), Int32(clamping: offset), filter.after?.visitDate,
                    filter.after?.createdAt,
                    filter.after?.id,
                ] as [any PostgresEncodable])
            let visits = try rows.prefix(filter.limit).map { try Self.visit($0, fingerprint) }
            let (total, isExact) = try await total(filter, conditions.map(\.value), tables)
            return ReportPage(
                visits: visits, totalCount: total, totalIsExact: isExact,
                next: rows.count > filter.limit ? visits.last?.cursor : nil)
        }
    }

    private func total(
        _ filter: ReportFilter, _ conditions: [any PostgresEncodable], _ tables: ApplicationTables
    ) async throws -> (Int64?, Bool) {
        switch filter.count {
        case .none: return (nil, false)
        case .exact:
            let rows = try await connection.query(tables.sql(PackageResources.report_count_sql), conditions)
            return (try rows.first?.decode(Int64.self, at: 0), true)
        case .capped(let cap):
            let rows = try await connection.query(
                tables.sql(PackageResources.report_count_capped_sql), conditions + [Int32(clamping: cap)])
            let counted = try rows.first?.decode(Int64.self, at: 0) ?? 0
            return (min(counted, Int64(cap)), counted <= Int64(cap))
        }
    }

    /// A condition as the statement takes it, and as text, by which a filter is distinguished from others.
    private struct Condition {
        let value: any PostgresEncodable
        let text: String?

        init<Value: PostgresEncodable>(_ value: Value?) {
            self.value = value
            text = value.map { "\($0)" }
        }
    }

    private func conditions(_ filter: ReportFilter, _ tables: ApplicationTables) async throws -> [Condition] {
        let organization = try await resolve(.organization, filter.organization, tables)
        return [
            Condition(organization),
            Condition(try await resolve(.office, filter.office, tables, of: organization)),
            Condition(try await resolve(.technician, filter.technician, tables)),
            Condition(filter.status), Condition(filter.from), Condition(filter.to), Condition(filter.search),
        ]
    }

    /// Something that a filter names.
    private enum Named: String {
        case organization, office, technician

        /// Where it is looked up. Names come from the program, never from the user.
        func statement(_ tables: ApplicationTables) -> String {
            let (table, names, about) =
                switch self {
                case .organization: ("organizations", ["t.name"], "''")
                case .office: ("offices", ["t.name"], "coalesce(o.name, '')")
                case .technician:
                    (
                        "users", ["t.email", "concat_ws(' ', t.first_name, t.last_name)"],
                        "concat_ws(' ', t.first_name, t.last_name, t.email)"
                    )
                }
            let isNamed = names.map { " OR lower(\($0)::text) = lower($2)" }.joined()
            let owner =
                self == .office ? "LEFT JOIN \(tables.name("organizations")) o ON o.id = t.organization_id" : ""
            let within = self == .office ? "AND ($3::uuid IS NULL OR t.organization_id = $3)" : "AND $3::uuid IS NULL"
            return """
                SELECT t.id, \(about) FROM \(tables.name(table)) t \(owner)
                WHERE (t.id = $1\(isNamed)) \(within) ORDER BY 2, 1 LIMIT 6
                """
        }
    }

    /// The id of something that the user named by id or name, of an office within the organization that is named too.
    private func resolve(
        _ kind: Named, _ text: String?, _ tables: ApplicationTables, of organization: UUID? = nil
    ) async throws -> UUID? {
        guard let text else { return nil }
        let found = try await connection.query(
            kind.statement(tables), [UUID(uuidString: text), text, organization] as [any PostgresEncodable]
        ).map { try $0.decode(UUID.self, String.self) }
        guard let first = found.first else {
            throw ReportError.unknown(kind: kind.rawValue, name: text, isWithin: organization != nil)
        }
        guard found.count == 1 else {
            throw ReportError.ambiguous(
                kind: kind.rawValue, name: text,
                candidates: found.map { "\($0.uuidString.lowercased())\($1.isEmpty ? "" : " (\($1))")" })
        }
        return first.0
    }

    private static func cursor(_ row: Row, _ filter: String) throws -> ReportCursor {
        ReportCursor(
            visitDate: try row.decode(CalendarDate.self, "visit_date"),
            createdAt: try row.decode(String.self, "created_at"),
            id: try row.decode(UUID.self, "id"), filter: filter)
    }

    private static func visit(_ row: Row, _ filter: String) throws -> VisitReport {
        VisitReport(
            id: try row.decode(String.self, "id"), reportNumber: try row.decode(String.self, "report_number"),
            visitDate: try row.decode(CalendarDate.self, "visit_date"),
            visitType: try row.decode(String?.self, "visit_type"),
            status: try row.decode(String.self, "status"), priority: try row.decode(String?.self, "priority"),
            completionPercentage: try row.decode(Double?.self, "completion_percentage"),
            organizationName: try row.decode(String?.self, "organization_name"),
            officeName: try row.decode(String?.self, "office_name"),
            technicianName: try row.decode(String?.self, "technician_name"),
            hardwareCount: try row.decode(Int64.self, "hardware_count"),
            recyclingCount: try row.decode(Int64.self, "recycling_count"),
            fileCount: try row.decode(Int64.self, "file_count"),
            createdAt: try row.decode(Date.self, "created_at"), updatedAt: try row.decode(Date.self, "updated_at"),
            cursor: try cursor(row, filter).text)
    }
}
