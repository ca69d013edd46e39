import Foundation
import PostgresClient
import RSSModel
import Testing

import RSSCore
import RSSBulk

/// A migrated database with two visit reports, a folder for files, and imports between them.
package struct BulkScenario {
    package let options: ConnectionOptions
    package let connection: PostgresConnection
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "rssctl-bulk-\(UUID().uuidString)")

    package static func run(_ body: (BulkScenario) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { options in
            let scenario = BulkScenario(options: options, connection: try await PostgresConnection.connect(options))
            try FileManager.default.createDirectory(at: scenario.folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: scenario.folder) }
            try await scenario.connection.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('Test');
                INSERT INTO visit_reports (report_number, visit_date, organization_id)
                SELECT n, d, (SELECT id FROM organizations LIMIT 1)
                FROM (VALUES ('RSS-1', current_date), ('RSS-2', current_date + 1)) v (n, d);
                """)
            try await body(scenario)
            await scenario.connection.close()
        }
    }

    package func file(_ text: String, _ name: String = "devices.csv") throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    @discardableResult
    package func load(
        _ path: String, into table: ImportTable = .hardware, on session: PostgresConnection? = nil,
        run: String = UUID().uuidString.lowercased(), _ change: (inout ImportOptions) -> Void = { _ in },
        prepare: (inout BulkImporter) -> Void = { _ in }
    ) async throws -> BulkImporter.Outcome {
        var importing = ImportOptions(path: path)
        importing.visit = "RSS-1"
        change(&importing)
        var importer = BulkImporter(session ?? connection, lookups: options, runID: run, progress: .silent)
        prepare(&importer)
        return try await importer.run(ImportFile(table, importing))
    }

    @discardableResult
    package func undo(_ run: String?, force: Bool = false, isDryRun: Bool = false) async throws -> RunUndo.Outcome {
        try await RunUndo(connection, runID: UUID().uuidString.lowercased(), progress: .silent).run(
            try #require(run), force: force, isDryRun: isDryRun)
    }

    package func number(_ sql: String) async throws -> Int64 {
        try await connection.query(sql).first?.decode(Int64.self, at: 0) ?? -1
    }

    package func texts(_ sql: String) async throws -> [String?] {
        try await connection.query(sql).map { $0.text(at: 0) }
    }

    /// What the table holds, to the last bit.
    package func content() async throws -> String? {
        try await texts(
            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM hardware_inventory t")[0]
    }

    /// Rows of a file from one number to another, each with a serial number.
    package static func rows(_ numbers: some Sequence<Int>, name: String = "d") -> String {
        "category,name,serial,specs\n"
            + numbers.map { "Laptop,\(name)\($0),S\($0),\"{\"\"n\"\": \($0)}\"\n" }.joined()
    }
}

extension BulkImporter.Outcome {
    /// Inserted, updated, unchanged, rejected.
    package var numbers: [Int] { [inserted, updated, unchanged, rejects.rows] }
}

/// Counts what several tasks do.
package actor Counter {
    package init() {}

    package private(set) var value = 0

    @discardableResult
    package func increase() -> Int {
        value += 1
        return value
    }
}
