import Foundation
import PostgresClient
import RSSModel

/// Reads pages of visit reports.
public struct ReportReader: Sendable {
    private let connection: PostgresConnection

    /// Makes a reader on a session.
    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// The page that a filter asks for; total and page come from one snapshot.
    ///
    /// - Throws: ``ReportError``, `PostgresError`.
    public func page(_ filter: ReportFilter) async throws -> ReportPage {
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            let tables = try await ApplicationTables(connection)
            try await connection.refuseForeignCode(.reading, in: tables)
            let conditions = try await conditions(filter, tables)
            let offset = filter.after == nil ? (filter.page - 1) * filter.limit : 0
            // One more than the page, to know whether there is a next one.
            let rows = try await connection.query(
                tables.sql(PackageResources.report_page_sql),
                conditions + [
                    Int32(clamping: filter.limit + 1), Int32(clamping: offset), filter.after?.visitDate,
                    filter.after?.createdAt,
                    filter.after?.id,
                ] as [any PostgresEncodable])
            let visits = try rows.prefix(filter.limit).map(Self.visit)
            let (total, isExact) = try await total(filter, conditions, tables)
            let next = rows.count > filter.limit ? try rows.prefix(filter.limit).last.map(Self.cursor) : nil
            return ReportPage(visits: visits, totalCount: total, totalIsExact: isExact, next: next?.text)
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

    private func conditions(
        _ filter: ReportFilter, _ tables: ApplicationTables
    ) async throws -> [any PostgresEncodable] {
        [
            try await resolve(
                filter.organization, "organization", table: tables.name("organizations"), names: ["name"]),
            try await resolve(filter.office, "office", table: tables.name("offices"), names: ["name"]),
            try await resolve(
                filter.technician, "technician", table: tables.name("users"),
                names: ["email", "concat_ws(' ', first_name, last_name)"]),
            filter.status,
            filter.from,
            filter.to, filter.search,
        ]
    }

    /// The id of something that the user named by id or name. Table and names are our own SQL, never the user's.
    private func resolve(_ text: String?, _ kind: String, table: String, names: [String]) async throws -> UUID? {
        guard let text else { return nil }
        let byID = UUID(uuidString: text)
        let isNamed = names.map { " OR lower(\($0)::text) = lower($2)" }.joined()
        let rows = try await connection.query(
            "SELECT id FROM \(table) WHERE id = $1\(isNamed) LIMIT 2", [byID, text])
        guard let row = rows.first else { throw ReportError.unknown(kind: kind, name: text) }
        guard rows.count == 1 else { throw ReportError.ambiguous(kind: kind, name: text) }
        return try row.decode(UUID.self, at: 0)
    }

    private static func cursor(_ row: Row) throws -> ReportCursor {
        ReportCursor(
            visitDate: try row.decode(CalendarDate.self, "visit_date"),
            createdAt: try row.decode(String.self, "created_at"),
            id: try row.decode(UUID.self, "id"))
    }

    private static func visit(_ row: Row) throws -> VisitReport {
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
            createdAt: try row.decode(Date.self, "created_at"), updatedAt: try row.decode(Date.self, "updated_at"))
    }
}

/// What a report query names and the database does not have.
public enum ReportError: ReportableError, Equatable {
    /// Nothing of this kind has the id or name.
    case unknown(kind: String, name: String)
    /// More than one has the name.
    case ambiguous(kind: String, name: String)

    public var report: ErrorReport {
        switch self {
        case .unknown(let kind, let name):
            ErrorReport(
                code: "RSS-REPORT-001", exit: .dataError, message: "there is no \(kind) '\(name)'",
                hint: "give its id, or its full name as the database has it")
        case .ambiguous(let kind, let name):
            ErrorReport(
                code: "RSS-REPORT-002", exit: .dataError, message: "more than one \(kind) is named '\(name)'",
                hint: "give its id")
        }
    }
}
