import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// One visit report with everything that belongs to it.
package struct VisitDetail: Sendable, Encodable {
    package struct Device: Sendable, Encodable {
        package let id: String
        package let category: String?
        package let deviceName: String?
        package let manufacturer: String?
        package let model: String?
        package let serialNumber: String?
        package let assetTag: String?
        package let status: String?
        package let conditionRating: Int64?
        package let location: String?
        package let warrantyExpiry: String?
    }

    package struct Recycled: Sendable, Encodable {
        package let id: String
        package let category: String?
        package let itemDescription: String?
        package let quantity: Int64?
        package let weightKg: Double?
        package let status: String?
        package let pickupDate: String?
        package let recyclerName: String?
        package let certificateNumber: String?
    }

    package struct File: Sendable, Encodable {
        package let id: String
        package let fileName: String
        package let fileType: String?
        package let fileSize: Int64?
        package let isProcessed: Bool?
        package let virusScanResult: String?
        package let createdAt: Date
    }

    package let id: String
    package let reportNumber: String
    package let visitDate: String
    package let visitType: String?
    package let status: String?
    package let priority: String?
    package let completionPercentage: Double?
    package let visitPurpose: String?
    package let summaryDescription: String?
    package let organizationId: String?
    package let organizationName: String?
    package let officeId: String?
    package let officeName: String?
    package let technicianId: String?
    package let technicianName: String?
    package let technicianEmail: String?
    package let createdAt: Date
    package let updatedAt: Date
    package let hardware: [Device]
    package let recycling: [Recycled]
    package let files: [File]
}

extension ReportReader {
    /// The report of a number or an id, or the newest for `latest`.
    ///
    /// - Throws: ``ReportError``, `PostgresError`, `CancellationError`.
    package func detail(_ name: String) async throws -> VisitDetail {
        try await snapshot { tables in
            let (id, date) = try await key(name, tables)
            guard
                let row = try await connection.query(
                    tables.sql(PackageResources.report_show_sql), [id, date] as [any PostgresEncodable]
                ).first
            else { throw ReportError.noReport(name) }
            let hardware = try await connection.query(tables.sql(PackageResources.report_show_hardware_sql), [id])
            let recycling = try await connection.query(tables.sql(PackageResources.report_show_recycling_sql), [id])
            let files = try await connection.query(tables.sql(PackageResources.report_show_files_sql), [id])
            return try VisitDetail(
                row, hardware: hardware.map { try .init($0) }, recycling: recycling.map { try .init($0) },
                files: files.map { try .init($0) })
        }
    }

    private func key(_ name: String, _ tables: ApplicationTables) async throws -> (String, String) {
        if name == "latest" {
            let finder = ReportFinder(
                connection: connection, tables: tables, conditions: ReportConditions(), sort: .newest)
            guard let key = try await finder.keys(after: nil, offset: 0, limit: 1).keys.first else {
                throw ReportError.noReport(name)
            }
            return (key.id, key.visitDate)
        }
        // By an index first; only what is not found there is looked for in any case.
        let exact = "k.id = $1 OR k.report_number = $2"
        let inAnyCase = "$1::uuid IS NULL AND lower(k.report_number) = lower($2)"
        for condition in [exact, inAnyCase] {
            let row = try await connection.query(
                tables.sql(
                    "SELECT k.id, k.visit_date FROM public.visit_report_keys k WHERE \(condition) ORDER BY k.report_number, k.id LIMIT 1"
                ), [UUID(uuidString: name), name] as [any PostgresEncodable]
            ).first
            if let row { return try row.decode(String.self, String.self) }
        }
        throw ReportError.noReport(name)
    }
}

extension VisitDetail {
    fileprivate init(_ row: Row, hardware: [Device], recycling: [Recycled], files: [File]) throws {
        id = try row.decode(String.self, "id")
        reportNumber = try row.decode(String.self, "report_number")
        visitDate = try row.decode(String.self, "visit_date")
        visitType = try row.decode(String?.self, "visit_type")
        status = try row.decode(String?.self, "status")
        priority = try row.decode(String?.self, "priority")
        completionPercentage = try row.decode(Double?.self, "completion_percentage")
        visitPurpose = try row.decode(String?.self, "visit_purpose")
        summaryDescription = try row.decode(String?.self, "summary_description")
        organizationId = try row.decode(String?.self, "organization_id")
        organizationName = try row.decode(String?.self, "organization_name")
        officeId = try row.decode(String?.self, "office_id")
        officeName = try row.decode(String?.self, "office_name")
        technicianId = try row.decode(String?.self, "technician_id")
        technicianName = try row.decode(String?.self, "technician_name")
        technicianEmail = try row.decode(String?.self, "technician_email")
        createdAt = try row.decode(Date.self, "created_at")
        updatedAt = try row.decode(Date.self, "updated_at")
        self.hardware = hardware
        self.recycling = recycling
        self.files = files
    }
}

extension VisitDetail.Device {
    fileprivate init(_ row: Row) throws {
        id = try row.decode(String.self, "id")
        category = try row.decode(String?.self, "category")
        deviceName = try row.decode(String?.self, "device_name")
        manufacturer = try row.decode(String?.self, "manufacturer")
        model = try row.decode(String?.self, "model")
        serialNumber = try row.decode(String?.self, "serial_number")
        assetTag = try row.decode(String?.self, "asset_tag")
        status = try row.decode(String?.self, "status")
        conditionRating = try row.decode(Int64?.self, "condition_rating")
        location = try row.decode(String?.self, "location")
        warrantyExpiry = try row.decode(String?.self, "warranty_expiry")
    }
}

extension VisitDetail.Recycled {
    fileprivate init(_ row: Row) throws {
        id = try row.decode(String.self, "id")
        category = try row.decode(String?.self, "category")
        itemDescription = try row.decode(String?.self, "item_description")
        quantity = try row.decode(Int64?.self, "quantity")
        weightKg = try row.decode(Double?.self, "weight_kg")
        status = try row.decode(String?.self, "status")
        pickupDate = try row.decode(String?.self, "pickup_date")
        recyclerName = try row.decode(String?.self, "recycler_name")
        certificateNumber = try row.decode(String?.self, "certificate_number")
    }
}

extension VisitDetail.File {
    fileprivate init(_ row: Row) throws {
        id = try row.decode(String.self, "id")
        fileName = try row.decode(String.self, "file_name")
        fileType = try row.decode(String?.self, "file_type")
        fileSize = try row.decode(Int64?.self, "file_size")
        isProcessed = try row.decode(Bool?.self, "is_processed")
        virusScanResult = try row.decode(String?.self, "virus_scan_result")
        createdAt = try row.decode(Date.self, "created_at")
    }
}
