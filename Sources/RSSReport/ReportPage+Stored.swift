import Foundation

extension ReportPage {
    /// A page that can be stored and read again; its JSON is no output of a command.
    package struct Stored: Codable, Sendable {
        fileprivate let visits: [VisitReport.Stored]
        fileprivate let totalCount: Int64?
        fileprivate let totalIsExact: Bool
        fileprivate let totalIsEstimate: Bool
        fileprivate let next: String?
    }

    /// The page without its explanation.
    package var stored: Stored {
        Stored(
            visits: visits.map(\.stored), totalCount: totalCount, totalIsExact: totalIsExact,
            totalIsEstimate: totalIsEstimate, next: next)
    }

    /// The page that was stored.
    package init(_ stored: Stored) {
        self.init(
            visits: stored.visits.map { VisitReport($0) }, totalCount: stored.totalCount,
            totalIsExact: stored.totalIsExact, next: stored.next, totalIsEstimate: stored.totalIsEstimate)
    }
}

extension VisitReport {
    /// All that a report has, its cursor among it.
    struct Stored: Codable, Sendable {
        let id: String
        let reportNumber: String
        let visitDate: String
        let visitType: String?
        let status: String
        let priority: String?
        let completionPercentage: Double?
        let organizationName: String?
        let officeName: String?
        let technicianName: String?
        let hardwareCount: Int64
        let recyclingCount: Int64
        let fileCount: Int64
        let createdAt: Date
        let updatedAt: Date
        let cursor: String
    }

    var stored: Stored {
        Stored(
            id: id, reportNumber: reportNumber, visitDate: visitDate, visitType: visitType, status: status,
            priority: priority, completionPercentage: completionPercentage, organizationName: organizationName,
            officeName: officeName, technicianName: technicianName, hardwareCount: hardwareCount,
            recyclingCount: recyclingCount, fileCount: fileCount, createdAt: createdAt, updatedAt: updatedAt,
            cursor: cursor)
    }

    init(_ stored: Stored) {
        id = stored.id
        reportNumber = stored.reportNumber
        visitDate = stored.visitDate
        visitType = stored.visitType
        status = stored.status
        priority = stored.priority
        completionPercentage = stored.completionPercentage
        organizationName = stored.organizationName
        officeName = stored.officeName
        technicianName = stored.technicianName
        hardwareCount = stored.hardwareCount
        recyclingCount = stored.recyclingCount
        fileCount = stored.fileCount
        createdAt = stored.createdAt
        updatedAt = stored.updatedAt
        cursor = stored.cursor
    }
}
