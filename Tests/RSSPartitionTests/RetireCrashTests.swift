import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Retirement, archive, drop and undo are interrupted at every point there is; the next maintenance must have the result of
/// an uninterrupted one, and at no time may a half detached partition be left while nothing runs.
@Suite(.serialized) struct RetireCrashTests {
    /// Runs work, taking the session away at one point; nil never does.
    ///
    /// - Returns: the points that were reached, and whether it failed.
    private func run(
        _ options: ConnectionOptions, breakingInAt fatal: Int?, _ work: (PostgresConnection) async throws -> [String]
    ) async throws -> (points: [String], failed: Bool) {
        let connection = try await PostgresConnection.connect(options)
        let admin = try await PostgresConnection.connect(options)
        let pid = await connection.backendPID
        let points = Mutex<[String]>([])
        var failed = false
        do {
            try await FaultPoint.$handler.withValue({ name in
                let count = points.withLock { points in
                    points.append(name)
                    return points.count
                }
                if count == fatal { try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid]) }
            }) {
                failed = try await !work(connection).isEmpty
            }
        } catch { failed = true }
        await connection.close()
        await admin.close()
        return (points.withLock { $0 }, failed)
    }

    /// Retires and drops two months with their archives, in two runs of maintenance.
    private func retention(_ options: ConnectionOptions) -> (PostgresConnection) async throws -> [String] {
        { connection in
            let first = try await RetireScenario.maintain(connection, observer: options)
            let second = try await RetireScenario.maintain(
                connection, at: Date().addingTimeInterval(60), observer: options)
            return first.errors + second.errors
        }
    }

    private static func end(_ connection: PostgresConnection) async throws -> String {
        let state = try await RetireScenario.state(connection) ?? ""
        let records = try await connection.value(
            "SELECT string_agg(partition_name || state, ',' ORDER BY partition_name) FROM rssctl.partition_retired")
        let left = try await connection.value(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'")
        return "\(state) \(records ?? "") \(left ?? "")"
    }

    @Test func `a session lost at any point of retention is finished by the next run`() async throws {
        try await ArchiveScenario.withFolder { (root: String) async throws -> Void in
            /// Prepares a database; ids are the same in each, so that their ends can be compared.
            @Sendable func prepared(_ place: Int, _ body: (ConnectionOptions) async throws -> Void) async throws {
                try await withDatabase(migrated: true) { (options: ConnectionOptions) async throws -> Void in
                    let connection = try await PostgresConnection.connect(options)
                    try await RetireScenario.visits(connection)
                    let folder = "\(root)/\(place)"
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                    try await RetireScenario.keep(connection, archive: folder)
                    await connection.close()
                    try await body(options)
                }
            }
            var points: [String] = []
            try await prepared(0) { (options: ConnectionOptions) async throws -> Void in
                let whole = try await run(options, breakingInAt: nil, retention(options))
                #expect(!whole.failed)
                points = whole.points
            }
            #expect(points.count >= 25, "\(points)")
            let all = points
            try await concurrently(1...all.count) { fatal in
                try await prepared(fatal) { (options: ConnectionOptions) async throws -> Void in
                    _ = try await run(options, breakingInAt: fatal, retention(options))
                    let connection = try await PostgresConnection.connect(options)
                    let pending = try await connection.value(
                        "SELECT count(*) FROM pg_inherits WHERE inhdetachpending")
                    #expect(pending == "0", "point \(fatal), \(all[fatal - 1])")
                    await connection.close()
                    // The first finishes what was interrupted, the second what was due then.
                    for _ in 1...2 {
                        let again = try await run(options, breakingInAt: nil, retention(options))
                        #expect(!again.failed, "point \(fatal), \(all[fatal - 1])")
                    }
                    let after = try await PostgresConnection.connect(options)
                    let left = try await after.value(
                        """
                        SELECT concat_ws(' ', (SELECT count(*) FROM visit_report_keys), (SELECT count(*) FROM hardware_inventory),
                            (SELECT count(visit_report_id) || '/' || count(*) FROM files.file_attachments),
                            to_regclass('visit_reports_2024_01') IS NULL AND to_regclass('visit_reports_2024_02') IS NULL,
                            (SELECT count(*) FROM rssctl.partition_retired WHERE state <> 'dropped'),
                            (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'))
                        """)
                    #expect(left == "0 0 0/80 t 0 0", "point \(fatal), \(all[fatal - 1])")
                    let archives = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(fatal)")
                    #expect(archives.count == 2, "point \(fatal), \(all[fatal - 1])")
                    for archive in archives { try await ArchiveVerifier("\(root)/\(fatal)/\(archive)").verify() }
                    await after.close()
                }
            }
        }
    }

    @Test func `a detach that is ended half way is finished in the same run, by another session`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await RetireScenario.visits(connection)
            let (reader, admin) = (
                try await PostgresConnection.connect(options), try await PostgresConnection.connect(options)
            )
            let pid = await connection.backendPID
            let watcher = Task {
                // A reader that starts between the check for blockers and the statement.
                _ = try await eventually {
                    try await admin.value("SELECT count(*) FROM pg_inherits WHERE inhdetachpending") == "1"
                }
                try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid])
                try await reader.execute("COMMIT")
            }
            await #expect(throws: PostgresError.self) {
                try await FaultPoint.$handler.withValue({ name in
                    guard name == "retire.concurrently" else { return }
                    try await reader.execute("BEGIN")
                    _ = try await reader.query("SELECT count(*) FROM visit_reports")
                }) {
                    _ = try await RetireScenario.run(connection, observer: options).retire(
                        [RetireScenario.partition], quarantineDays: 7, isDryRun: false)
                }
            }
            try await watcher.value
            let pending = try await admin.value("SELECT count(*) FROM pg_inherits WHERE inhdetachpending")
            #expect(pending == "0")
            let kept = try await RetireScenario.maintain(admin)
            #expect(kept.done == ["detach visit_reports_2024_01"] && kept.errors.isEmpty)
            let state = try await admin.value("SELECT state FROM rssctl.partition_retired")
            #expect(state == "quarantined")
            await reader.close()
            await admin.close()
        }
    }
}
