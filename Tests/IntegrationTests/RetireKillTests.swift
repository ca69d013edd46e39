import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSPartition
import TestSupport
import Testing

/// `rssctl partition maintain` and `restore` killed while they retire, archive, drop and restore.
@Suite(.serialized) struct RetireKillTests {
    /// A database with one month that is older than its retention, and an archive's folder.
    private func prepared(
        _ folder: String, _ body: (ConnectionOptions, [String: String]) async throws -> Void
    ) async throws {
        try await withDatabase(migrated: true) { (options: ConnectionOptions) async throws -> Void in
            let connection = try await PostgresConnection.connect(options)
            try await VisitScenario.make(connection)
            // As many months as are between February 2024 and now, by the server's clock: January alone is older.
            let months = try await connection.query(
                "SELECT (extract(year FROM now()) * 12 + extract(month FROM now()))::int - 2024 * 12 - 2"
            ).first?.decode(Int.self, at: 0)
            var policy = PartitionPolicy.visitReports
            policy.retention = PartitionRetention(try #require(months), .month)
            policy.quarantineDays = 0
            policy.archive = folder
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
            await connection.close()
            try await body(options, try await target(options))
        }
    }

    /// Runs again while the server has not detected yet that the killed one has ended.
    private func finish(_ binary: Binary, _ arguments: [String]) async throws -> Binary.Result {
        var result = try await binary.run(arguments)
        for _ in 1...10 where result.status == 75 { result = try await binary.run(arguments) }
        return result
    }

    private func value(_ options: ConnectionOptions, _ sql: String) async throws -> String? {
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        return try await connection.value(sql)
    }

    /// Kills runs at their points, one after the other, until a run is so short that it reaches no further one.
    private func killing(
        _ state: String, before earlier: [[String]], _ arguments: (ConnectionOptions) async throws -> [String],
        _ check: (ConnectionOptions, Binary, Int) async throws -> Void
    ) async throws -> Int {
        var kills = FaultPoints.first
        while kills < 100 {
            var isOver = false
            let folder = "\(state)/archive-\(UUID().uuidString)"
            try await prepared(folder) { options, environment in
                let binary = Binary(state: state, environment: environment)
                for command in earlier {
                    let result = try await binary.run(command)
                    #expect(result.status == 0, "\(command): \(result.errors)\(result.output)")
                }
                let command = try await arguments(options)
                let killed = try await Binary(
                    state: state, environment: environment.merging(["RSSCTL_FAULT": "\(kills + 1)"]) { $1 }
                ).run(command)
                isOver = killed.status != 128 + SIGKILL
                if isOver { #expect(killed.status == 0, "\(killed.errors)\(killed.output)") }
                try await check(options, binary, kills + 1)
            }
            try FileManager.default.removeItem(atPath: folder)
            if isOver { break }
            kills += FaultPoints.stride
        }
        return kills
    }

    @Test func `kill -9 at any point of detach, archive and drop: the next runs finish everything`() async throws {
        try await withState { state in
            let maintain = ["partition", "maintain", "visit_reports"]
            var kills = 0
            for earlier in [[], [maintain]] {
                kills += try await killing(state, before: earlier, { _ in maintain }) { options, binary, point in
                    let first = try await finish(binary, maintain)
                    #expect(first.status == 0, "point \(point): \(first.errors)\(first.output)")
                    let pending = try await value(options, "SELECT count(*) FROM pg_inherits WHERE inhdetachpending")
                    #expect(pending == "0", "point \(point)")
                    for _ in 1...2 { _ = try await finish(binary, maintain) }
                    let end = try await value(
                        options,
                        """
                        SELECT concat_ws(' ', to_regclass('visit_reports_2024_01') IS NULL, (SELECT count(*) FROM visit_reports),
                            (SELECT count(*) FROM visit_report_keys), (SELECT count(*) FROM hardware_inventory),
                            (SELECT count(visit_report_id) || '/' || count(*) FROM files.file_attachments),
                            (SELECT string_agg(state, ',') FROM rssctl.partition_retired))
                        """)
                    #expect(end == "t 40 40 80 40/80 dropped", "point \(point)")
                    let archive = try await value(options, "SELECT archive FROM rssctl.partition_retired") ?? ""
                    try await ArchiveVerifier(archive).verify()
                    let left = try FileManager.default.contentsOfDirectory(
                        atPath: URL(fileURLWithPath: archive).deletingLastPathComponent().path)
                    #expect(left.count == 1, "point \(point): \(left)")
                }
            }
            #expect(kills >= 20)
        }
    }

    @Test func `kill -9 at any point of a restore: the next one restores everything`() async throws {
        try await withState { state in
            let maintain = ["partition", "maintain", "visit_reports"]
            func restore(_ options: ConnectionOptions) async throws -> [String] {
                let archive = try await value(
                    options, "SELECT archive FROM rssctl.partition_retired WHERE archive IS NOT NULL LIMIT 1")
                return ["partition", "restore", archive ?? ""]
            }
            let kills = try await killing(state, before: [maintain, maintain], restore) { options, binary, point in
                let again = try await finish(binary, try await restore(options))
                // Where the killed run had done everything, its month exists already.
                #expect([0, 1].contains(again.status), "point \(point): \(again.errors)")
                let end = try await value(
                    options,
                    """
                    SELECT concat_ws(' ', (SELECT count(*) FROM visit_reports), (SELECT count(*) FROM visit_report_keys),
                        (SELECT count(*) FROM hardware_inventory), (SELECT count(visit_report_id) FROM files.file_attachments),
                        (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'), (SELECT count(*) FROM pg_inherits WHERE inhdetachpending))
                    """)
                #expect(end == "80 80 160 80 0 0", "point \(point)")
            }
            #expect(kills >= 8)
        }
    }
}
