import Foundation
import PostgresClient
import RSSModel

/// A visit report as it is listed.
package struct VisitReport: Sendable, Encodable, Equatable {
    /// In lower case, as PostgreSQL and the cache keys have it.
    package let id: String
    package let reportNumber: String
    /// As PostgreSQL writes it: `YYYY-MM-DD`, with ` BC` for years before 1, or `infinity`.
    package let visitDate: String
    package let visitType: String?
    package let status: String
    package let priority: String?
    package let completionPercentage: Double?
    package let organizationName: String?
    package let officeName: String?
    package let technicianName: String?
    package let hardwareCount: Int64
    package let recyclingCount: Int64
    package let fileCount: Int64
    package let createdAt: Date
    package let updatedAt: Date
    /// Where a page would begin after it.
    package let cursor: String

    private enum CodingKeys: CodingKey {
        case id, reportNumber, visitDate, visitType, status, priority, completionPercentage, organizationName,
            officeName
        case technicianName, hardwareCount, recyclingCount, fileCount, createdAt, updatedAt
    }

    /// Reads a row of report_details.sql.
    init(_ row: Row, cursor: ReportCursor) throws {
        id = try row.decode(String.self, "id")
        reportNumber = try row.decode(String.self, "report_number")
        visitDate = try row.decode(String.self, "visit_date")
        visitType = try row.decode(String?.self, "visit_type")
        status = try row.decode(String.self, "status")
        priority = try row.decode(String?.self, "priority")
        completionPercentage = try row.decode(Double?.self, "completion_percentage")
        organizationName = try row.decode(String?.self, "organization_name")
        officeName = try row.decode(String?.self, "office_name")
        technicianName = try row.decode(String?.self, "technician_name")
        hardwareCount = try row.decode(Int64.self, "hardware_count")
        recyclingCount = try row.decode(Int64.self, "recycling_count")
        fileCount = try row.decode(Int64.self, "file_count")
        createdAt = try row.decode(Date.self, "created_at")
        updatedAt = try row.decode(Date.self, "updated_at")
        self.cursor = cursor.text
    }

    /// The columns of a list.
    package static let columns = [
        Column("report_number", header: "report"), Column("visit_date", header: "visit"),
        Column("visit_type", header: "type", isOptional: true), Column("status"),
        Column("priority", isOptional: true),
        .number("completion_percentage", header: "done %", isOptional: true),
        Column("organization_name", header: "organization", isFlexible: true),
        Column("office_name", header: "office", isFlexible: true, isOptional: true),
        Column("technician_name", header: "technician", isFlexible: true, isOptional: true),
        .number("hardware_count", header: "hw"), .number("recycling_count", header: "recycl."),
        .number("file_count", header: "files"), Column("id", isForMachines: true),
        Column("cursor", isForMachines: true),
    ]

    /// The cells of those columns.
    package var cells: [Cell] {
        [
            .text(reportNumber), .text(visitDate), .optional(visitType), .text(status),
            .optional(priority), completionPercentage.map { .number($0, fractionDigits: 0) } ?? .null,
            .optional(organizationName), .optional(officeName), .optional(technicianName),
            .integer(hardwareCount), .integer(recyclingCount), .integer(fileCount),
            .text(id), .text(cursor),
        ]
    }
}
