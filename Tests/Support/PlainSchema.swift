import Foundation
import PostgresClient

import RSSCore
@testable import RSSMigrate
import RSSPartition

/// The shipped schema as it is where visit_reports was never partitioned: one plain table that its children reference.
package enum PlainSchema {
    /// The statements that make it.
    package static func sql() throws -> String {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        let reports = text(RSSMigrate.PackageResources.V0003__visit_reports_sql)
        let start = reports.range(of: "CREATE TABLE visit_reports (")
        let end = reports.range(of: "CREATE TABLE visit_report_keys")
        guard let start, let end else { throw CocoaError(.formatting) }
        let plain = reports[start.lowerBound..<end.lowerBound]
            .replacing(") PARTITION BY RANGE (visit_date);", with: ");")
            .replacing(
                "PRIMARY KEY (id, visit_date)",
                with: "PRIMARY KEY (id),\n CONSTRAINT visit_reports_report_number_key UNIQUE (report_number)")
        let children = [
            RSSMigrate.PackageResources.V0004__hardware_and_recycling_sql, RSSMigrate.PackageResources.V0005__files_sql,
        ]
        .map { text($0).replacing("visit_report_keys (id)", with: "visit_reports (id)") }
        return
            ([
                text(RSSMigrate.PackageResources.V0001__extensions_and_people_sql),
                text(RSSMigrate.PackageResources.V0002__categories_sql),
                String(plain),
            ] + children + [text(RSSMigrate.PackageResources.V0006__report_function_sql)]).joined(separator: "\n")
    }

    /// What comes after the conversion, as `migrate` applies it.
    package static func finish(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            String(decoding: RSSMigrate.PackageResources.V0007__key_functions_sql, as: UTF8.self))
        try await connection.executeScript(
            String(decoding: RSSMigrate.PackageResources.V0008__report_search_sql, as: UTF8.self))
    }

    /// Makes it, with some rows.
    package static func make(_ connection: PostgresConnection, reports: Int = 300) async throws {
        try await connection.executeScript(try sql())
        try await connection.executeScript(
            """
            INSERT INTO organizations (id, name) VALUES (md5('o')::uuid, 'O');
            INSERT INTO visit_reports (id, report_number, organization_id, visit_date)
            SELECT md5('r' || g)::uuid, 'R' || g, md5('o')::uuid, current_date - g % 400 FROM generate_series(1, \(reports)) g;
            INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
            SELECT md5('r' || g)::uuid, (SELECT id FROM categories WHERE name = 'Laptop'), 'D' || g
            FROM generate_series(1, \(reports)) g;
            INSERT INTO recycling_records (visit_report_id, category_id)
            SELECT md5('r' || g)::uuid, (SELECT id FROM categories WHERE name = 'Laptop') FROM generate_series(1, 20) g;
            INSERT INTO files.file_attachments (visit_report_id, file_name, file_type, file_size)
            SELECT md5('r' || g)::uuid, 'f', 't', 1 FROM generate_series(1, 20) g;
            """)
    }
}

/// A conversion as the tests run it.
package func conversion(_ connection: PostgresConnection, budget: Duration = .seconds(20)) -> Conversion {
    Conversion(
        connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: budget), runID: UUID().uuidString)
}
