import Foundation
import PostgresClient
import RSSCore
import RSSPartition
import TestSupport
import Testing

/// The binary on a machine whose clock is two years off, nothing is decided by it.
@Suite struct WrongClockTests {
    private static let clocks = [0, 730, -730]

    /// Fifteen months with rows up to the one of now, three that are past a retention of a year among them.
    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE live (id int, d date NOT NULL) PARTITION BY RANGE (d);
            DO $$ DECLARE first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date - interval '14 months'; BEGIN
                FOR m IN 0..14 LOOP
                    EXECUTE format('CREATE TABLE live_%s PARTITION OF live FOR VALUES FROM (%L) TO (%L)', m,
                        (first + m * interval '1 month')::date, (first + (m + 1) * interval '1 month')::date);
                END LOOP; END $$;
            INSERT INTO live SELECT g, (now() AT TIME ZONE 'UTC')::date - g FROM generate_series(0, 399) g;
            CREATE TABLE plain (id int PRIMARY KEY, d date NOT NULL);
            INSERT INTO plain SELECT g, (now() AT TIME ZONE 'UTC')::date - g FROM generate_series(0, 99) g;
            """)
    }

    /// What a run prints, without what differs from run to run.
    private func text(_ result: Binary.Result) -> String {
        result.output.replacing(/[0-9.]+ ?(ms|s)\b/, with: "…")
    }

    @Test func `verbs that only read say the same, and warn of the clock`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let connection = try await PostgresConnection.connect(options)
                try await make(connection)
                let target = try await target(options)
                let policy = try await Binary(state: state, environment: target).run(
                    "partition", "policy", "set", "live", "--interval", "month", "--premake", "3", "--retention",
                    "12 months",
                    "--archive", "none")
                #expect(policy.status == 0, "\(policy.errors)")
                for words in [
                    ["partition", "plan", "live", "--output", "json"],
                    ["partition", "maintain", "--dry-run", "--output", "json"],
                    ["partition", "status", "live", "--output", "json"],
                    ["partition", "check", "live", "--output", "json"],
                    ["partition", "policy", "adopt", "live", "--dry-run", "--output", "json"],
                    ["partition", "convert", "plain", "--by", "d", "--dry-run", "--output", "json"],
                    ["partition", "split", "live_14", "--into", "week", "--dry-run", "--output", "json"],
                    ["cache", "warm", "--dry-run", "--output", "json"],
                    ["bulk", "export", "hardware", "--since", "7d"],
                ] {
                    var texts: [String] = []
                    for offset in Self.clocks {
                        let binary = Binary(
                            state: state, environment: target.merging(try await wrongClock(days: offset)) { $1 })
                        let result = try await binary.run(words)
                        texts.append("\(result.status) \(text(result))")
                        #expect(
                            result.errors.contains("the clock of this machine") == (offset != 0),
                            "\(words) \(offset): \(result.errors)")
                    }
                    #expect(texts.allSatisfy { $0 == texts[0] }, "\(words): \(texts)")
                }
                await connection.close()
            }
        }
    }

    @Test(arguments: [730, -730])
    func `maintain does what it would with the right clock, and drops nothing before its time`(offset: Int)
        async throws
    {
        var results: [String] = []
        for offset in [0, offset] {
            try await withDatabase { options in
                try await withState { state in
                    let connection = try await PostgresConnection.connect(options)
                    try await make(connection)
                    let target = try await target(options)
                    _ = try await Binary(state: state, environment: target).run(
                        "partition", "policy", "set", "live", "--interval", "month", "--premake", "3", "--retention",
                        "12 months",
                        "--archive", "none")
                    let binary = Binary(
                        state: state, environment: target.merging(try await wrongClock(days: offset)) { $1 })
                    for _ in 0..<2 {
                        let maintained = try await binary.run("partition", "maintain", "live")
                        #expect(maintained.status == 0, "\(maintained.output)\(maintained.errors)")
                    }
                    results.append(
                        try await connection.value(
                            """
                            SELECT concat_ws('; ', (SELECT string_agg(inhrelid::regclass || ' ' || pg_get_expr(relpartbound, c.oid), ', ' ORDER BY relpartbound::text)
                                FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'live'::regclass),
                                (SELECT string_agg(partition_name || ' ' || state || ' ' || (drop_after::date - now()::date), ', ' ORDER BY id)
                                 FROM rssctl.partition_retired),
                                (SELECT count(*) FROM live))
                            """) ?? "")
                    await connection.close()
                }
            }
        }
        #expect(results[0] == results[1])
        #expect(results[0].contains("live_0 quarantined 7"))
    }

    @Test
    func `what is stamped into the database and its archives is the server's time`()
        async throws
    {
        try await withDatabase { options in
            try await withState { state in
                let connection = try await PostgresConnection.connect(options)
                try await make(connection)
                let binary = Binary(
                    state: state, environment: try await target(options).merging(try await wrongClock(days: 730)) { $1 }
                )
                let archived = try await binary.run(
                    "partition", "archive", "live_3", "--to", "\(state)/archive", "--output", "json")
                #expect(archived.status == 0, "\(archived.errors)")
                let folder = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: "\(state)/archive").first)
                let manifest = try ArchiveManifest(folder: "\(state)/archive/\(folder)")
                #expect(abs(manifest.at.timeIntervalSinceNow) < 600)
                #expect(try await binary.run("partition", "retire", "live_0").status == 0)
                #expect(
                    try await connection.value(
                        "SELECT count(*) FROM rssctl.partition_retired WHERE drop_after BETWEEN now() + interval '6 days' AND now() + interval '8 days'"
                    ) == "1")
                await connection.close()
            }
        }
    }
}
