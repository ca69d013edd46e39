import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSAnalyze
@testable import RSSCore

/// Counters are judged by what they count in a window.
@Suite struct AnalyzeWindowTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    /// A sample some minutes after the start.
    private func sample(
        minute: Double, requested: Double = 0, timed: Double = 0, commits: Double = 0,
        rollbacks: Double = 0,
        since: Date? = nil, started: Date = start.addingTimeInterval(-1000), database: Int64 = 5
    ) -> CounterSample {
        CounterSample(
            takenAt: Self.start.addingTimeInterval(60 * minute), startedAt: started, database: database,
            settings: ["max_wal_size": 1024, "block_size": 8192],
            groups: [
                "checkpoints": .init(since: since, values: ["requested": requested, "timed": timed]),
                "database": .init(
                    since: since, values: ["xact_commit": commits, "xact_rollback": rollbacks]),
            ])
    }

    private func outcome(_ key: String, _ before: CounterSample?, _ after: CounterSample) throws
        -> CheckOutcome
    {
        let check = try #require(WindowCheck.all.first { $0.definition.key == key })
        return check.outcome(CounterWindow(before: before, after: after))
    }

    @Test func `a fault of today is seen at minute 4 and at minute 60, however long the totals are`()
        throws
    {
        let quiet = sample(minute: 0, requested: 10, timed: 90_000)
        let burst = sample(minute: 4, requested: 32, timed: 90_000)
        let hour = sample(minute: 60, requested: 32, timed: 90_012)
        for after in [burst, hour] {
            let found = try outcome("checkpoint.forced", quiet, after)
            #expect(found.findings.map(\.object) == ["max_wal_size"])
            #expect(found.findings.first?.remedy?.undo?.contains("1024MB") == true)
        }
        // The hour after it was quiet.
        let healthy = try outcome(
            "checkpoint.forced", hour, sample(minute: 120, requested: 33, timed: 90_024))
        #expect(healthy == .ok(nil))
    }

    @Test func `without an earlier run counters are blind, and so they are for another database`()
        throws
    {
        let after = sample(minute: 9, requested: 500)
        let none = try outcome("checkpoint.forced", nil, after)
        #expect(none.unseen?.hint?.contains("--for") == true)
        let other = try outcome("checkpoint.forced", sample(minute: 1, database: 6), after)
        #expect(other.verdict == .blind)
        let later = try outcome("checkpoint.forced", sample(minute: 20), after)
        #expect(later.verdict == .blind)
    }

    @Test func `a reset is no negative number: what was counted since is judged`() throws {
        let before = sample(
            minute: 0, commits: 1_000_000, rollbacks: 5000, since: Self.start.addingTimeInterval(-90))
        let reset = Self.start.addingTimeInterval(120)
        let few = try outcome(
            "transaction.rollback_ratio", before,
            sample(minute: 10, commits: 900, rollbacks: 5, since: reset))
        #expect(few == .ok(nil))
        let many = try outcome(
            "transaction.rollback_ratio", before,
            sample(minute: 10, commits: 900, rollbacks: 300, since: reset))
        #expect(many.findings.first?.detail.contains("300 of 1200 transactions in 8 min") == true)
    }

    @Test
    func
        `after a crash, which forgets the counters, those since the start are judged, and else they are blind`()
        throws
    {
        let before = sample(minute: 0, commits: 1_000_000, rollbacks: 5000)
        let crashed = sample(
            minute: 10, commits: 100, rollbacks: 400, started: Self.start.addingTimeInterval(300))
        let since = try outcome("transaction.rollback_ratio", before, crashed)
        #expect(since.findings.first?.detail.contains("in 5 min") == true)
        let unknown = try outcome(
            "transaction.rollback_ratio", before, sample(minute: 10, commits: 100, rollbacks: 400))
        #expect(unknown.unseen?.reason.contains("reset") == true)
    }

    @Test func `a restart that keeps the counters is no reset`() throws {
        let before = sample(minute: 0, commits: 1_000_000, rollbacks: 5000)
        let after = sample(
            minute: 10, commits: 1_001_000, rollbacks: 5001, started: Self.start.addingTimeInterval(300))
        let restarted = try outcome("transaction.rollback_ratio", before, after)
        #expect(restarted == .ok(nil))
    }

    @Test
    func
        `statements count since the earlier sample, new ones from their first call, unless that is not known`()
        throws
    {
        func with(_ values: [String: [Double]], minute: Double, isCut: Bool = false) -> CounterSample {
            var sample = sample(minute: minute)
            sample.statements = .init(names: ["calls", "milliseconds"], values: values, isCut: isCut)
            return sample
        }
        let after = with(["1": [120, 20_000], "2": [50, 10_000], "3": [15, 6000]], minute: 5)
        let before = ["1": [100.0, 1000.0], "3": [900.0, 9000.0]]
        func names(isCut: Bool) throws -> [String] {
            try outcome("statement.slow", with(before, minute: 0, isCut: isCut), after).findings.map(
                \.object)
        }
        // The third was reset since.
        #expect(try names(isCut: false) == ["queryid 1", "queryid 2", "queryid 3"])
        #expect(try names(isCut: true) == ["queryid 1", "queryid 3"])
        let unread = try outcome("statement.slow", sample(minute: 0), sample(minute: 1))
        #expect(unread.verdict == .blind)
    }

    @Test func `a sample is kept as it is, and one of another version is none`() throws {
        var sample = sample(minute: 3, requested: 7, since: Self.start)
        sample.tables = .init(names: ["seq_scan"], values: ["public.t": [3]], isCut: true)
        #expect(CounterSample(encoded: try sample.encoded()) == sample)
        #expect(CounterSample(encoded: "{\"a\":1}") == nil && CounterSample(encoded: "") == nil)
    }

    @Test func `what a server counts between two looks is found with its object`() async throws {
        try await withDatabase { options in
            let work = try await PostgresConnection.connect(options)
            try await work.executeScript(
                """
                CREATE EXTENSION pg_stat_statements;
                CREATE TABLE scanned (id int, x int) WITH (autovacuum_enabled = off); INSERT INTO scanned SELECT g, g FROM generate_series(1, 60000) g;
                CREATE TABLE cold (id int PRIMARY KEY, x int) WITH (autovacuum_enabled = off); INSERT INTO cold SELECT g, g FROM generate_series(1, 20000) g;
                CREATE TABLE looked_up (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO looked_up SELECT g FROM generate_series(1, 60000) g;
                CREATE INDEX ON cold (x); ANALYZE;
                """)
            let looking = try await PostgresConnection.connect(options)
            let analyzer = PerformanceAnalyzer(looking)
            let before = try await analyzer.sample()
            #expect(before.statements != nil && before.groups.keys.count >= 4)
            for _ in 0..<12 { _ = try await work.query("SELECT count(*) FROM scanned WHERE x = 5") }
            for _ in 0..<12 { _ = try await work.query("SELECT id FROM looked_up WHERE id = 7") }
            for _ in 0..<10 { _ = try await work.query("/* why */ SELECT pg_sleep(0.11) AS slow") }
            try await work.execute("UPDATE cold SET x = x + 1")
            for _ in 0..<150 {
                try await work.execute("BEGIN")
                _ = try await work.query("SELECT 1")
                try await work.execute("ROLLBACK")
            }
            let isShared = await work.serverVersion >= 150_000
            if isShared { _ = try await work.query("SELECT pg_stat_force_next_flush()") }
            await work.close()
            // Before 15, a session sends its counts to a collector when it ends.
            if !isShared { try await Task.sleep(for: .seconds(2)) }
            let window = CounterWindow(before: before, after: try await analyzer.sample())
            let reports = try await analyzer.judge(WindowCheck.all, window)
            let outcomes = Dictionary(uniqueKeysWithValues: reports.map { ($0.check, $0.outcome) })
            for (check, object) in [
                ("table.sequential_scans", "public.scanned"), ("table.no_hot", "public.cold"),
                ("transaction.rollback_ratio", "transactions"),
            ] { #expect(outcomes[check]?.findings.map(\.object) == [object], "\(check)") }
            let slow = outcomes["statement.slow"]?.findings ?? []
            #expect(slow.count == 1 && slow.first?.detail.contains("SELECT pg_sleep($1) AS slow") == true)
            for check in [
                "cache.hit_ratio", "session.deadlocks", "temp_files.heavy", "statement.temp_heavy",
            ] {
                #expect(outcomes[check] == .ok(nil), "\(check)")
            }
            await looking.close()
        }
    }
}
