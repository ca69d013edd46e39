import Foundation
import RSSCore
import RSSModel

/// A check that judges what was counted in a window of time, and not the totals since the last reset, in which a fault of
/// today disappears.
package struct WindowCheck: Sendable {
    /// What it looks for, and why.
    package let definition: Check
    /// Judges a window.
    let judge: @Sendable (CounterWindow) throws(CounterWindow.Unknown) -> [Finding]

    /// Its outcome for a window: blind where nothing is known of what was counted.
    package func outcome(_ window: CounterWindow) -> CheckOutcome {
        do {
            return CheckOutcome(try judge(window))
        } catch {
            return .blind(reason: error.reason, hint: error.hint)
        }
    }

    /// The report on a window, with its length as what it rests on.
    package func report(_ window: CounterWindow) -> CheckReport {
        let confidence = window.before.map { before in
            Confidence(
                .measured,
                basis: "a window of \(Self.span(window.after.takenAt.timeIntervalSince(before.takenAt)))")
        }
        return definition.report(outcome(window), confidence: confidence)
    }

    /// A span as `45 s`, `12 min`, `3 h`.
    static func span(_ seconds: Double) -> String {
        seconds < 120
            ? "\(Int(seconds)) s"
            : seconds < 7200 ? "\(Int(seconds / 60)) min" : "\(Int(seconds / 3600)) h"
    }

    static func number(_ value: Double, digits: Int = 0) -> String {
        value.formatted(
            .number.precision(.fractionLength(digits)).grouping(.never).locale(
                Locale(identifier: "en_US_POSIX")))
    }

    /// Every check of this kind, by key.
    package static let all: [WindowCheck] =
        [
            cacheHitRatio, forcedCheckpoints, rollbacks, deadlocks, temporaryFiles, lostSessions,
            fullBuffers, conflicts,
            sequentialScans, coldUpdates,
        ] + statements
}

extension WindowCheck {
    private static let page = "PostgreSQL documentation, 28.2 The Cumulative Statistics System"

    /// The only finding of a check, or none.
    private static func finding(
        _ check: String, _ severity: Verdict, _ object: String, _ detail: String, _ measured: Double,
        _ threshold: Double, fix: String? = nil, undo: String? = nil
    ) -> [Finding] {
        [
            Finding(
                check: check, severity: severity, object: object, detail: detail, measured: measured,
                threshold: threshold, fix: fix, remedy: undo.map { Remedy(undo: $0) }
            ).withRemedy
        ]
    }

    private static let cacheHitRatio = WindowCheck(
        definition: Check(
            "cache.hit_ratio", "Few reads served from shared_buffers", severity: .warning,
            why: "A working set that does not fit into shared_buffers makes each query wait for reads.",
            threshold: "below 95 % of at least one million block reads in the window",
            source: "\(page); PgHero and pg-extras warn from 99 and 98.5 % on")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("database")
        let reads = counted["blks_hit"] + counted["blks_read"]
        guard reads >= 1_000_000, counted["blks_hit"] < 0.95 * reads else { return [] }
        let share = counted["blks_hit"] / reads
        return finding(
            "cache.hit_ratio", .warning, "shared_buffers",
            "\(number(100 * share, digits: 1)) % of \(number(reads)) block reads in \(span(counted.seconds)) were served from shared_buffers.",
            share, 0.95)
    }

    private static let forcedCheckpoints = WindowCheck(
        definition: Check(
            "checkpoint.forced", "Checkpoints forced by WAL volume", severity: .info,
            why:
                "A checkpoint that comes before checkpoint_timeout, because max_wal_size was reached, makes writes slower: full pages are logged again after each. CHECKPOINT and DROP DATABASE count as requested as well.",
            threshold: "3 requested checkpoints in the window, and more than half of all",
            source: "PostgreSQL documentation, 30.5 WAL Configuration", trial: "CHECKPOINT, several times"
        )
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("checkpoints")
        let all = counted["requested"] + counted["timed"]
        guard counted["requested"] >= 3, counted["requested"] > 0.5 * all else { return [] }
        let size = window.after.settings["max_wal_size"] ?? 0
        return finding(
            "checkpoint.forced", .info, "max_wal_size",
            "\(number(counted["requested"])) of \(number(all)) checkpoints in \(span(counted.seconds)) were requested and not timed; max_wal_size is \(number(size)) MB.",
            counted["requested"] / all, 0.5,
            fix: size > 0
                ? "ALTER SYSTEM SET max_wal_size = '\(number(2 * size))MB'; SELECT pg_reload_conf();" : nil,
            undo: size > 0
                ? "ALTER SYSTEM SET max_wal_size = '\(number(size))MB'; SELECT pg_reload_conf();" : nil)
    }

    private static let rollbacks = WindowCheck(
        definition: Check(
            "transaction.rollback_ratio", "Many transactions rolled back", severity: .warning,
            why:
                "Work that is rolled back was done for nothing, and the reason is usually an error that goes unnoticed.",
            threshold: "more than 10 % of the transactions in the window, and 100 of them", source: page,
            trial: "many ROLLBACK")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("database")
        let all = counted["xact_commit"] + counted["xact_rollback"]
        guard counted["xact_rollback"] >= 100, counted["xact_rollback"] > 0.1 * all else { return [] }
        return finding(
            "transaction.rollback_ratio", .warning, "transactions",
            "\(number(counted["xact_rollback"])) of \(number(all)) transactions in \(span(counted.seconds)) were rolled back.",
            counted["xact_rollback"] / all, 0.1)
    }

    private static let deadlocks = WindowCheck(
        definition: Check(
            "session.deadlocks", "Deadlocks", severity: .warning,
            why:
                "Transactions that take the same locks in a different order end one another; the server log names the statements.",
            threshold: "any in the window", source: "PostgreSQL documentation, 13.3.4 Deadlocks",
            trial: "two sessions that update two rows in opposite order")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("database")
        guard counted["deadlocks"] > 0 else { return [] }
        return finding(
            "session.deadlocks", .warning, "transactions",
            "\(number(counted["deadlocks"])) in \(span(counted.seconds)).", counted["deadlocks"], 0)
    }

    private static let temporaryFiles = WindowCheck(
        definition: Check(
            "temp_files.heavy", "Temporary files", severity: .info,
            why: "Sorts and hashes that do not fit into work_mem are written to the disk.",
            threshold: "100 MB in the window, and 100 MB per hour",
            source: "PostgreSQL documentation, 20.4.1 Memory, work_mem", trial: "a sort of 200 MB")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("database")
        let rate = counted["temp_bytes"] / (counted.seconds / 3600)
        guard counted["temp_bytes"] >= 104_857_600, rate >= 104_857_600 else { return [] }
        return finding(
            "temp_files.heavy", .info, "work_mem",
            "\(number(counted["temp_files"])) temporary files, \(number(counted["temp_bytes"] / 1_048_576)) MB, in \(span(counted.seconds)); work_mem is \(number((window.after.settings["work_mem"] ?? 0) / 1024)) MB.",
            rate, 104_857_600)
    }

    private static let lostSessions = WindowCheck(
        definition: Check(
            "session.lost", "Sessions that ended without a goodbye", severity: .info,
            why:
                "Clients that vanish, for example because a network or a pooler closed the connection, leave their work rolled back.",
            threshold: "10 sessions in the window, and a tenth of all", source: page)
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("database")
        let lost = counted["sessions_abandoned"] + counted["sessions_fatal"]
        guard lost >= 10, lost > 0.1 * counted["sessions"] else { return [] }
        return finding(
            "session.lost", .info, "sessions",
            "\(number(lost)) of \(number(counted["sessions"])) sessions in \(span(counted.seconds)) were lost or ended by a fatal error.",
            lost, 10)
    }

    private static let fullBuffers = WindowCheck(
        definition: Check(
            "wal.buffers_full", "WAL buffers that were full", severity: .info,
            why: "A session that finds the WAL buffers full writes them itself, and waits.",
            threshold: "100 times in the window, and once per second",
            source: "PostgreSQL documentation, 20.5.1 wal_buffers")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("wal")
        guard counted["wal_buffers_full"] >= 100, counted["wal_buffers_full"] > counted.seconds else {
            return []
        }
        return finding(
            "wal.buffers_full", .info, "wal_buffers",
            "\(number(counted["wal_buffers_full"])) times in \(span(counted.seconds)).",
            counted["wal_buffers_full"],
            100)
    }

    private static let conflicts = WindowCheck(
        definition: Check(
            "replication.conflicts", "Queries that a standby cancelled", severity: .warning,
            why: "A query on a standby is cancelled when it needs rows that the primary has removed.",
            threshold: "any in the window, on a standby",
            source: "PostgreSQL documentation, 27.4.2 Handling Query Conflicts")
    ) { (window) throws(CounterWindow.Unknown) in
        let counted = try window.delta("conflicts")
        let all = counted.values.values.reduce(0, +)
        guard all > 0 else { return [] }
        return finding(
            "replication.conflicts", .warning, "max_standby_streaming_delay",
            "\(number(all)) queries in \(span(counted.seconds)) were cancelled.", all, 0)
    }

    private static let sequentialScans = WindowCheck(
        definition: Check(
            "table.sequential_scans", "Large tables that are read as a whole, again and again",
            severity: .info,
            why:
                "A sequential scan of a large table for a few rows is what a missing index looks like.",
            threshold:
                "10 scans in the window of a table of 50,000 rows, of at least half of its rows each",
            source: page,
            trial: "SELECT from a table of 100,000 rows by a column without an index, ten times")
    ) { (window) throws(CounterWindow.Unknown) in
        try window.tables().filter { row in
            let table = window.after.tables
            guard let place = table.names.firstIndex(of: "rows"),
                let rows = table.values[row.name]?[place]
            else {
                return false
            }
            return rows >= 50_000 && row.delta["seq_scan"] >= 10
                && row.delta["seq_tup_read"] >= 0.5 * rows * row.delta["seq_scan"]
        }.sorted { ($1.delta["seq_tup_read"], $0.name) < ($0.delta["seq_tup_read"], $1.name) }.flatMap {
            row in
            finding(
                "table.sequential_scans", .info, row.name,
                "\(number(row.delta["seq_scan"])) sequential scans read \(number(row.delta["seq_tup_read"])) rows in \(span(row.delta.seconds)).",
                row.delta["seq_scan"], 10)
        }
    }

    private static let coldUpdates = WindowCheck(
        definition: Check(
            "table.no_hot", "Updates that write every index", severity: .info,
            why:
                "An update that changes no indexed column, and finds room on its page, need not touch any index (HOT). A lower fillfactor leaves room.",
            threshold: "10,000 updates in the window, less than a tenth of them HOT",
            source: "PostgreSQL documentation, 73.7 Heap-Only Tuples",
            trial: "UPDATE all rows of a table that was just loaded, by a column without an index")
    ) { (window) throws(CounterWindow.Unknown) in
        try window.tables().filter { row in
            row.delta["updated"] >= 10_000 && row.delta["hot_updated"] < 0.1 * row.delta["updated"]
        }.sorted { ($1.delta["updated"], $0.name) < ($0.delta["updated"], $1.name) }.flatMap { row in
            finding(
                "table.no_hot", .info, row.name,
                "\(number(row.delta["hot_updated"])) of \(number(row.delta["updated"])) updates in \(span(row.delta.seconds)) were HOT.",
                row.delta["hot_updated"] / row.delta["updated"], 0.1,
                fix: "ALTER TABLE \(row.name) SET (fillfactor = 85);",
                undo: "ALTER TABLE \(row.name) RESET (fillfactor);")
        }
    }
}
