import RSSCore
import RSSModel

/// Checks of statements in a window. They name the queryid; the texts are fetched for those that were found alone.
extension WindowCheck {
    static let statements = [slow, temporary, reading]

    private static let needs = ["pg_stat_statements", "pg_monitor"]
    private static let page = "PostgreSQL documentation, F.32 pg_stat_statements"

    /// The object of a finding about a statement.
    static func object(_ queryID: String) -> String { "queryid \(queryID)" }

    private static let slow = WindowCheck(
        definition: Check(
            "statement.slow", "Slow statements", severity: .warning,
            why: "A statement that runs often and takes long on average is what users wait for.",
            threshold: "10 calls in the window and 100 ms on average",
            source: "\(page); PgHero (20 ms, 100 calls)",
            trial: "SELECT pg_sleep(0.2), ten times", needs: needs)
    ) { (window) throws(CounterWindow.Unknown) in
        try top(window) {
            $0["calls"] >= 10 && $0["milliseconds"] / $0["calls"] >= 100
        } by: {
            $0["milliseconds"]
        }.map {
            row in
            let mean = row.delta["milliseconds"] / row.delta["calls"]
            return Finding(
                check: "statement.slow", severity: .warning, object: object(row.name),
                detail:
                    "\(number(row.delta["calls"])) calls took \(number(mean, digits: 1)) ms on average, \(number(row.delta["milliseconds"] / 1000, digits: 1)) s in all, in \(span(row.delta.seconds))",
                measured: mean, threshold: 100)
        }
    }

    private static let temporary = WindowCheck(
        definition: Check(
            "statement.temp_heavy", "Statements that write temporary files", severity: .info,
            why: "Its sorts or hashes do not fit into work_mem: they go by way of the disk.",
            threshold: "100 MB in the window", source: page, trial: "a sort of 200 MB", needs: needs)
    ) { (window) throws(CounterWindow.Unknown) in
        let block = window.after.settings["block_size"] ?? 8192
        return try top(window) {
            $0["temp"] * block >= 104_857_600
        } by: {
            $0["temp"]
        }.map { row in
            let bytes = row.delta["temp"] * block
            return Finding(
                check: "statement.temp_heavy", severity: .info, object: object(row.name),
                detail:
                    "\(number(bytes / 1_048_576)) MB of temporary files by \(number(row.delta["calls"])) calls in \(span(row.delta.seconds))",
                measured: bytes, threshold: 104_857_600)
        }
    }

    private static let reading = WindowCheck(
        definition: Check(
            "statement.reads_heavy", "Statements that read much from the disk", severity: .info,
            why:
                "What a call reads from outside shared_buffers is what it waits for, and what it pushes out for others.",
            threshold: "1 GB in the window, 100 MB per call", source: page, needs: needs)
    ) { (window) throws(CounterWindow.Unknown) in
        let block = window.after.settings["block_size"] ?? 8192
        return try top(window) {
            $0["calls"] > 0 && $0["reads"] * block >= 1_073_741_824
                && $0["reads"] * block / $0["calls"] >= 104_857_600
        } by: {
            $0["reads"]
        }.map { row in
            let bytes = row.delta["reads"] * block
            return Finding(
                check: "statement.reads_heavy", severity: .info, object: object(row.name),
                detail:
                    "\(number(bytes / 1_048_576)) MB read by \(number(row.delta["calls"])) calls in \(span(row.delta.seconds))",
                measured: bytes, threshold: 1_073_741_824)
        }
    }

    /// The twenty statements with the largest value, of those that pass.
    private static func top(
        _ window: CounterWindow, where passes: (CounterWindow.Delta) -> Bool,
        by value: (CounterWindow.Delta) -> Double
    ) throws(CounterWindow.Unknown) -> [CounterWindow.Row] {
        let rows = try window.statements().filter { passes($0.delta) }
        return Array(rows.sorted { (value($1.delta), $0.name) < (value($0.delta), $1.name) }.prefix(20))
    }
}
