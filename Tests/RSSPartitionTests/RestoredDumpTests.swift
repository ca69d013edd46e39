import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Partitions in quarantine in a database that a dump was restored into, where every OID is another.
@Suite struct RestoredDumpTests {
    /// Dumps a database and restores it into another one.
    private func restored(_ options: ConnectionOptions, _ body: (PostgresConnection) async throws -> Void) async throws
    {
        try await withDatabase { (other: ConnectionOptions) async throws -> Void in
            // So that no OID is by chance what it was.
            let spoiler = try await PostgresConnection.connect(other)
            try await spoiler.executeScript(
                "DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE 'CREATE TABLE x' || i || ' (i int); DROP TABLE x' || i; END LOOP; END $$"
            )
            await spoiler.close()
            let state = try await TestCluster.shared.state
            func name(_ options: ConnectionOptions) -> String { options.keywords["dbname"] ?? "" }
            let pid = try Subprocess(
                executable: "/bin/bash",
                arguments: [
                    "-c",
                    "set -o pipefail; pg_dump --no-owner '\(name(options))' | psql --quiet -v ON_ERROR_STOP=1 '\(name(other))'",
                ],
                environment: Dictionary(state.environment.map { ($0.name, $0.value) }) { first, _ in first }
                    .merging(["PATH": (PostgresPrograms.folders + ["/usr/bin", "/bin"]).joined(separator: ":")]) { $1 },
                inheritsEnvironment: false
            ).start(output: "/dev/null", errors: "/dev/null")
            var status: Int32?
            _ = try await eventually(within: .seconds(60)) {
                status = Subprocess.status(of: pid)
                return status != nil
            }
            #expect(status == 0)
            let connection = try await PostgresConnection.connect(other)
            defer { Task { await connection.close() } }
            try await body(connection)
        }
    }

    private func make(_ connection: PostgresConnection, quarantineDays: Int) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE ev (id int, d date NOT NULL) PARTITION BY RANGE (d);
            CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
            CREATE TABLE ev_3 PARTITION OF ev FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
            INSERT INTO ev SELECT g, date '2024-01-01' + g % 90 FROM generate_series(1, 900) g;
            """)
        _ = try await RetireScenario.run(connection).retire(
            ["ev_1", "ev_2"].map(ArchiveScenario.name), quarantineDays: quarantineDays, isDryRun: false)
    }

    private func retired(_ connection: PostgresConnection) async throws -> [Finding] {
        let now = try await ServerClock(connection).now
        let surveys = try await PartitionSurveyor(connection).survey(
            [ArchiveScenario.name("ev")], defaultPremake: 0, at: now)
        return try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
            .filter { $0.check == "partition.retired" || $0.check == "partition.orphan" }
    }

    @Test func `they are found, maintained, and reattached as without a dump`() async throws {
        try await withDatabase { options in
            let source = try await PostgresConnection.connect(options)
            try await make(source, quarantineDays: 7)
            try await restored(options) { connection in
                #expect(
                    try await connection.value(
                        "SELECT count(*) FROM rssctl.partition_retired r JOIN pg_class c ON c.oid::bigint = r.partition_oid AND c.relname = r.partition_name"
                    ) == "0")
                let findings = try await retired(connection)
                #expect(findings.map(\.severity) == [.info, .info], "\(findings.map(\.detail))")
                let kept = try await RetireScenario.maintain(connection, "ev")
                #expect(kept.errors.isEmpty && kept.done.allSatisfy { $0.hasPrefix("create") }, "\(kept)")
                #expect(
                    try await connection.value("SELECT string_agg(state, ',') FROM rssctl.partition_retired")
                        == "quarantined,quarantined")
                _ = try await RetireScenario.run(connection).undo(ArchiveScenario.name("ev_1"), isDryRun: false)
                #expect(try await connection.value("SELECT count(*) FROM ev WHERE d < '2024-02-01'") == "310")
                // Taken out once more, it has one record.
                _ = try await RetireScenario.run(connection).retire(
                    [ArchiveScenario.name("ev_1")], quarantineDays: 7, isDryRun: false)
                #expect(
                    try await connection.value(
                        "SELECT count(*) FROM rssctl.partition_retired WHERE state = 'quarantined'") == "2")
            }
            await source.close()
        }
    }

    @Test func `they are dropped when their time is over, and a table of the same name alone is not`() async throws {
        try await withDatabase { options in
            let source = try await PostgresConnection.connect(options)
            try await make(source, quarantineDays: 0)
            try await restored(options) { connection in
                // Another user made another table of the name.
                try await connection.executeScript("DROP TABLE ev_2; CREATE TABLE ev_2 (id int)")
                let later = try await ServerClock(connection).now.addingTimeInterval(60)
                let kept = try await RetireScenario.maintain(connection, "ev", at: later)
                #expect(kept.errors.isEmpty && kept.done.contains("drop ev_1"), "\(kept)")
                #expect(!kept.done.contains("drop ev_2"))
                #expect(
                    try await connection.value("SELECT to_regclass('ev_1') IS NULL AND to_regclass('ev_2') IS NOT NULL")
                        == "t")
                #expect(
                    try await connection.value("SELECT string_agg(state, ',') FROM rssctl.partition_retired")
                        == "dropped,dropped")
            }
            await source.close()
        }
    }

    @Test func `records of the previous format are converted, also two of one name`() async throws {
        try await withConnection { connection in
            try await make(connection, quarantineDays: 7)
            try await connection.executeScript(
                """
                DROP INDEX rssctl.partition_retired_open_name;
                CREATE UNIQUE INDEX partition_retired_open ON rssctl.partition_retired (partition_oid)
                    WHERE state IN ('detaching', 'quarantined', 'dropping');
                UPDATE rssctl.bookkeeping SET format = 4;
                INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                    definition, lower_bound, upper_bound, state, drop_after, run_id)
                SELECT schema_name, table_name, partition_schema, partition_name, 1, definition, lower_bound, upper_bound, state,
                       drop_after, run_id FROM rssctl.partition_retired WHERE partition_name = 'ev_1';
                """)
            try await BookkeepingSchema.prepare(connection)
            #expect(
                try await connection.value(
                    "SELECT string_agg(partition_name || ' ' || state, ', ' ORDER BY id) FROM rssctl.partition_retired")
                    == "ev_1 dropped, ev_2 quarantined, ev_1 quarantined")
            #expect(
                try await connection.value("SELECT format::text FROM rssctl.bookkeeping")
                    == "\(BookkeepingSchema.format)")
            _ = try await RetireScenario.run(connection).undo(ArchiveScenario.name("ev_1"), isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM ev WHERE d < '2024-02-01'") == "310")
        }
    }
}
