import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// What visit reports to list: the seed's filters, and the page.
package struct ReportFilter: Sendable, Equatable {
    /// Organization by id or exact name.
    package var organization: String?
    /// Office by id or exact name.
    package var office: String?
    /// Technician by id, e-mail address or full name.
    package var technician: String?
    /// Status.
    package var status: String?
    /// First visit date.
    package var from: CalendarDate?
    /// Last visit date.
    package var to: CalendarDate?
    /// Words, part of the report number, or part of the organization's name.
    package var search: String?
    /// Page, from 1.
    package var page = 1
    /// Reports a page.
    package var limit = 20
    /// Continue after this cursor instead of at a page.
    package var after: ReportCursor?
    /// How the total is found.
    package var count = CountMode.exact

    /// Every status that a report can have, as the shipped schema names them.
    package static let statuses = [
        "draft", "scheduled", "in_progress", "pending_review", "completed", "approved", "rejected", "cancelled",
        "archived",
    ]

    /// Makes a filter that all reports match.
    package init() {}

    /// How the total is found.
    package enum CountMode: Sendable, Equatable {
        /// Counted.
        case exact
        /// Counted up to that many.
        case capped(Int)
        /// Not at all.
        case none
    }
}

/// Where a page ended: the sort key of its last report, and the filter that it was a page of.
package struct ReportCursor: Sendable, Equatable {
    let visitDate: CalendarDate
    let createdAt: String
    let id: UUID
    /// What distinguishes the filter from others; see ``fingerprint(_:)``.
    let filter: String

    /// `2026-11-24~2026-11-24 01:59:50.123456+00~…~3f1c92d0`, in URL-safe Base64.
    package var text: String {
        Data("\(visitDate)~\(createdAt)~\(id.uuidString.lowercased())~\(filter)".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init(visitDate: CalendarDate, createdAt: String, id: UUID, filter: String) {
        self.visitDate = visitDate
        self.createdAt = createdAt
        self.id = id
        self.filter = filter
    }

    /// Reads a cursor; nil for a text that is none.
    package init?(_ text: String) {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        while !base64.count.isMultiple(of: 4) { base64 += "=" }
        guard let data = Data(base64Encoded: base64), let plain = String(data: data, encoding: .utf8) else {
            return nil
        }
        let parts = plain.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let date = CalendarDate(parts[0]), let id = UUID(uuidString: parts[2]),
            Self.isTimestamp(parts[1]), parts[3].wholeMatch(of: /[0-9a-f]{8}/) != nil
        else { return nil }
        self.init(visitDate: date, createdAt: parts[1], id: id, filter: parts[3])
    }

    /// Whether a text is a timestamp as PostgreSQL writes one in UTC, and reads it.
    private static func isTimestamp(_ text: String) -> Bool {
        if ["infinity", "-infinity"].contains(text) { return true }
        let form =
            /(\d{4,6}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?\+00( BC)?/
        guard let match = text.wholeMatch(of: form) else { return false }
        // Beyond these years it has no timestamps.
        let day = CalendarDate(match.output.1 + (match.output.4 ?? ""))
        return day.map { (-4712...294_276).contains($0.parts.year) } ?? false
    }

    /// Eight digits that distinguish the conditions of a filter from others; page, limit and count do not matter.
    static func fingerprint(_ conditions: [String?]) -> String {
        // The length before each keeps ("ab", "c") from ("a", "bc").
        let text = conditions.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
        return String(Digest.sha256.hex(text.utf8).prefix(8))
    }
}

/// A visit report as it is listed.
package struct VisitReport: Sendable, Encodable, Equatable {
    /// In lower case, as PostgreSQL and the cache keys have it.
    package let id: String
    package let reportNumber: String
    package let visitDate: CalendarDate
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
}

/// One page of visit reports.
package struct ReportPage: CommandResult {
    /// The reports, newest first.
    package let visits: [VisitReport]
    /// How many reports match the filter; nil when not counted.
    package let totalCount: Int64?
    /// Whether the total is the true one, not a cap.
    package let totalIsExact: Bool
    /// Where the next page begins; nil on the last page.
    package let next: String?

    package var counts: [String: Int64] { ["visits": Int64(visits.count)] }

    package var tables: [Table] {
        let rows = visits.map { visit -> [Cell] in
            [
                .text(visit.reportNumber), .text(visit.visitDate.description), .optional(visit.visitType),
                .text(visit.status),
                .optional(visit.priority), visit.completionPercentage.map { .number($0, fractionDigits: 0) } ?? .null,
                .optional(visit.organizationName), .optional(visit.officeName), .optional(visit.technicianName),
                .integer(visit.hardwareCount), .integer(visit.recyclingCount), .integer(visit.fileCount),
                .text(visit.id), .text(visit.cursor),
            ]
        }
        return [
            Table(
                columns: [
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
                ], rows: rows, notes: notes,
                emptyMessage: totalCount ?? 0 > 0
                    ? "The page is past the last visit report." : "No visit report matches the filter.")
        ]
    }

    private var notes: [String] {
        var notes: [String] = []
        if let totalCount, visits.isEmpty, totalCount > 0 {
            notes.append("\(totalIsExact ? "" : "More than ")\(totalCount) visit reports match the filter.")
        } else if let totalCount {
            notes.append("\(visits.count) of \(totalIsExact ? "" : "more than ")\(totalCount) visit reports.")
        }
        if let next { notes.append("Next page: --after \(next)") }
        return notes
    }
}
