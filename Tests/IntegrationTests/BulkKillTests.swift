import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

/// `rssctl bulk import` and `undo` killed at each of their points.
@Suite(.serialized) struct BulkKillTests {
    private func value(_ options: ConnectionOptions, _ sql: String) async throws -> String? {
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        return try await connection.value(sql)
    }

    /// A database in which the import finds rows that it changes, and a file that is new in part.
    private func prepared(
        _ folder: String, _ body: (ConnectionOptions, Binary, String) async throws -> Void
    ) async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('Test');
                INSERT INTO visit_reports (report_number, visit_date, organization_id)
                SELECT 'RSS-1', current_date, id FROM organizations;
                INSERT INTO hardware_inventory (visit_report_id, category_id, device_name, serial_number)
                SELECT k.id, c.id, 'before ' || n, 'S' || n
                FROM visit_report_keys k, (SELECT id FROM categories WHERE name = 'Laptop') c, generate_series(1, 300) n;
                """)
            await connection.close()
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let path = "\(folder)/devices.csv"
            let text =
                "category,name,serial\n" + (1000...3200).map { "Laptop,d\($0),S\($0)\n" }.joined()
                + (1...400).map { "Monitor,m\($0 % 150),\n" }.joined()
                + (1...300).map { "Laptop,after \($0),S\($0)\n" }.joined()
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try await body(options, Binary(state: folder, environment: try await target(options)), path)
        }
    }

    private static let content =
        "SELECT count(*) || ' ' || count(DISTINCT serial_number) || ' ' || count(*) FILTER (WHERE device_name LIKE 'before%') FROM hardware_inventory"

    /// Kills a command at one point after the other, until a run passes no further one.
    private func killing(
        _ state: String, before earlier: (String) -> [[String]], _ command: (String) -> [String],
        _ check: (ConnectionOptions, Binary, String, Int) async throws -> Void
    ) async throws -> Int {
        for point in 1...100 {
            var isOver = false
            let folder = "\(state)/bulk-\(point)"
            try await prepared(folder) { options, binary, path in
                for arguments in earlier(path) {
                    let result = try await binary.run(arguments)
                    #expect(result.status == 0, "\(result.errors)")
                }
                let environment = try await target(options).merging(["RSSCTL_FAULT": "\(point)"]) { $1 }
                let killed = try await Binary(state: folder, environment: environment).run(command(path))
                isOver = killed.status != 128 + SIGKILL
                if isOver { #expect(killed.status == 0, "\(killed.errors)") }
                try await check(options, binary, path, point)
            }
            if isOver { return point - 1 }
        }
        return 100
    }

    @Test func `kill -9 at any point of an import or an undo: the next run completes everything`() async throws {
        try await withState { state in
            func load(_ path: String) -> [String] { ["bulk", "import", "hardware", path, "--visit", "RSS-1"] }
            let undo = ["bulk", "undo", "last", "--yes"]
            let imports = try await killing(state, before: { _ in [] }, load) { options, binary, path, point in
                let result = try await binary.run(load(path))
                #expect(result.status == 0, "point \(point): \(result.errors)")
                #expect(try await value(options, Self.content) == "2901 2501 0", "point \(point)")
                // Whether the killed run was resumed or not, undoing all of them leaves what was there.
                while try await binary.run(undo).status == 0 {}
                #expect(try await value(options, Self.content) == "300 300 300", "point \(point)")
            }
            let undos = try await killing(state, before: { [load($0)] }, { _ in undo }) { options, binary, _, point in
                while try await binary.run(undo).status == 0 {}
                #expect(try await value(options, Self.content) == "300 300 300", "point \(point)")
            }
            #expect(imports >= 6)
            #expect(undos >= 1)
        }
    }
}
