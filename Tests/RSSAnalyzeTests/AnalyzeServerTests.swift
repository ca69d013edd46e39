import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSAnalyze
@testable import RSSCore
@testable import RSSSetup

/// Faults of a whole server, planted in one of its own.
@Suite(.serialized) struct AnalyzeServerTests {
    private static func findings(
        _ state: SandboxState, only keys: [String] = PerformanceCheck.all.map(\.key)
    ) async throws -> [String: CheckOutcome] {
        let connection = try await connect(state)
        let reports = try await PerformanceAnalyzer(connection).run(
            PerformanceCheck.all.filter { keys.contains($0.key) }, .silent)
        await connection.close()
        return Dictionary(uniqueKeysWithValues: reports.map { ($0.check, $0.outcome) })
    }

    private static func connect(_ state: SandboxState, user: String? = nil) async throws -> PostgresConnection {
        var keywords = state.postgresKeywords
        if let user {
            keywords["user"] = user
            keywords["password"] = "x"
        }
        return try await PostgresConnection.connect(
            ConnectionOptions(keywords: keywords, session: SessionSettings(searchPath: "public")))
    }

    @Test func `faults of a server are named, and a new server has none`() async throws {
        let folder = "/tmp/rssctl-analyze-\(UUID().uuidString.prefix(8))"
        let sandbox = Sandbox(folder: folder)
        var state = try await sandbox.up()
        do {
            let admin = try await Self.connect(state)
            // What 15 does by itself.
            try await admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            for (check, outcome) in try await Self.findings(state) { #expect(outcome.findings.isEmpty, "\(check)") }
            for setting in [
                "wal_level = logical", "max_wal_senders = 5", "max_replication_slots = 5", "archive_mode = on",
                "archive_command = 'false'", "max_prepared_transactions = 5", "autovacuum_naptime = 3600",
                "checkpoint_completion_target = 0.1", "synchronous_standby_names = 'missing'",
                "listen_addresses = '127.0.0.1, 0.0.0.0'", "maintenance_work_mem = '16MB'", "track_activities = on",
            ] { try await admin.execute("ALTER SYSTEM SET \(setting)") }
            await admin.close()
            try await sandbox.down()
            state = try await sandbox.up()
            try await Self.expectServerFaults(state)
            try await Self.expectSessionFaults(state)
            try await sandbox.destroy()
        } catch {
            _ = try? await sandbox.destroy()
            throw error
        }
    }

    /// What settings, slots and the archiver show.
    private static func expectServerFaults(_ state: SandboxState) async throws {
        let admin = try await connect(state)
        _ = try await admin.query("SELECT pg_create_physical_replication_slot('idle', true)")
        _ = try await admin.query("SELECT pg_create_physical_replication_slot('passing', true, true)")
        try await admin.execute("ALTER SYSTEM SET max_connections = 101")
        try append("\nwork_mem = 'lots'\n", to: "\(state.dataFolder)/postgresql.conf")
        _ = try await admin.query("SELECT pg_switch_wal()")
        _ = try await admin.query("SELECT pg_reload_conf()")
        let hasFailed = try await eventually {
            let failures = try await admin.value("SELECT failed_count FROM pg_stat_archiver")
            let waiting = try await admin.value("SELECT count(*) FROM pg_settings WHERE pending_restart")
            return failures != "0" && waiting != "0"
        }
        #expect(hasFailed)
        let outcomes = try await findings(state)
        for (check, object) in [
            ("archiver.failing", "archive_command"), ("replication.inactive_slot", "idle"),
            ("replication.slot_unlimited", "max_slot_wal_keep_size"),
            ("replication.synchronous_missing", "synchronous_standby_names"),
            ("settings.autovacuum", "autovacuum_naptime"), ("settings.checkpoint", "checkpoint_completion_target"),
            ("settings.pending_restart", "max_connections"), ("settings.file_error", "work_mem"),
            ("settings.memory", "maintenance_work_mem"), ("security.tls_off", "ssl"),
        ] { #expect(outcomes[check]?.findings.map(\.object) == [object], "\(check)") }
        // Little WAL is kept as yet.
        #expect(outcomes["replication.inactive_slot"]?.verdict == .warning)
        await admin.close()
    }

    /// What sessions and their locks show.
    private static func expectSessionFaults(_ state: SandboxState) async throws {
        let admin = try await connect(state)
        try await admin.executeScript(
            """
            CREATE ROLE limited LOGIN PASSWORD 'x' CONNECTION LIMIT 1; CREATE ROLE roomy LOGIN PASSWORD 'x' CONNECTION LIMIT 10;
            CREATE TABLE m (id int) PARTITION BY LIST (id);
            DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE m_%s PARTITION OF m FOR VALUES IN (%s)', i, i); END LOOP; END $$;
            """)
        for statement in ["BEGIN", "CREATE TABLE held (id int PRIMARY KEY)", "PREPARE TRANSACTION 'old one'"] {
            try await admin.execute(statement)
        }
        let limited = try await connect(state, user: "limited")
        let roomy = try await connect(state, user: "roomy")
        let wide = try await connect(state)
        try await wide.execute("BEGIN")
        _ = try await wide.query("SELECT count(*) FROM m")
        try await admin.execute("BEGIN")
        _ = try await admin.query("SELECT pg_advisory_xact_lock(g) FROM generate_series(1, 6000) g")
        let widePID = try await wide.value("SELECT pg_backend_pid()") ?? ""
        let outcomes = try await findings(
            state, only: ["connections.limit", "locks.fastpath", "locks.table_full"])
        #expect(outcomes["connections.limit"]?.findings.map(\.object) == ["role limited"])
        #expect(outcomes["locks.fastpath"]?.findings.map(\.object) == ["pid \(widePID)"])
        #expect(outcomes["locks.table_full"]?.findings.map(\.object) == ["max_locks_per_transaction"])
        try await admin.execute("ROLLBACK")
        try await wide.execute("ROLLBACK")
        let free = try await findings(state, only: ["locks.fastpath", "locks.table_full", "vacuum.horizon"])
        for (check, outcome) in free { #expect(outcome == .ok(nil), "\(check)") }
        try await admin.execute(
            "DO $$ BEGIN FOR i IN 1..1000001 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
        let horizon = try await findings(state, only: ["vacuum.horizon"])
        #expect(horizon["vacuum.horizon"]?.findings.map(\.object) == ["prepared transaction 'old one'"])
        for connection in [limited, roomy, wide, admin] { await connection.close() }
    }

    private static func append(_ text: String, to path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}
