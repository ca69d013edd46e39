import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Retention of partitions with foreign keys to partitioned tables.
@Suite struct LinkedRetentionTests {
    private static let now = (try? Date("2026-11-30T01:00:00Z", strategy: .iso8601)) ?? Date()

    private func policy(
        _ connection: PostgresConnection, _ table: String, _ retention: String, quarantineDays: Int = 0,
        interval: PartitionInterval = .month
    ) async throws {
        var policy = PartitionPolicy(table: ArchiveScenario.name(table), column: "d", interval: interval, premake: 0)
        policy.retention = PartitionRetention(retention)
        policy.quarantineDays = quarantineDays
        try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
    }

    /// Maintains all tables, a day after now by the server's clock, so that what was retired for no days is due.
    private func maintain(_ connection: PostgresConnection, at date: Date = now) async throws -> [TableMaintenance] {
        var options = MaintenanceRun.Options(at: date)
        options.allowedRetirements = 100
        return try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString
        ).run(options, progress: .silent)
    }

    private func done(_ results: [TableMaintenance]) -> [String] {
        results.flatMap(\.outcomes).filter { $0.error == nil && $0.waits == nil && $0.operation.kind != .analyze }
            .map { "\($0.operation.kind.rawValue) \($0.operation.object.name)" }
    }

    private func errors(_ results: [TableMaintenance]) -> [ErrorReport] {
        results.flatMap { $0.outcomes.compactMap(\.error) + [$0.error].compactMap { $0 } }
    }

    @Test func `a partition with a foreign key to a partitioned table is dropped`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE tenants (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE tenants_1 PARTITION OF tenants FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
                CREATE TABLE tenants_2 PARTITION OF tenants FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
                CREATE TABLE other (id int PRIMARY KEY);
                CREATE TABLE ev (id int, tid int, o int REFERENCES other, d date NOT NULL, PRIMARY KEY (id, d),
                    FOREIGN KEY (tid, d) REFERENCES tenants) PARTITION BY RANGE (d);
                CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE ev_b PARTITION OF ev FOR VALUES FROM ('2025-01-01') TO ('2027-01-01');
                INSERT INTO tenants VALUES (1, '2024-05-05'), (2, '2026-05-05');
                INSERT INTO other VALUES (1);
                INSERT INTO ev VALUES (1, 1, 1, '2024-05-05'), (2, 2, 1, '2026-05-05');
                """)
            try await policy(connection, "ev", "1 year", interval: .year)
            let server = try await ServerClock(connection).now
            #expect(done(try await maintain(connection)) == ["detach ev_a"])
            let second = try await maintain(connection, at: server.addingTimeInterval(3600))
            #expect(errors(second).isEmpty && done(second) == ["drop ev_a"], "\(errors(second))")
            // The keys of the remaining partitions are valid as before.
            await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO ev VALUES (3, 9, 1, '2026-05-05')")
            }
        }
    }

    @Test func `the structure of such a partition, as an archive has it, names each of its keys once`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE tenants (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE tenants_1 PARTITION OF tenants FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
                CREATE TABLE tenants_2 PARTITION OF tenants FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
                CREATE TABLE ev (id int, tid int, d date NOT NULL, FOREIGN KEY (tid, d) REFERENCES tenants) PARTITION BY RANGE (d);
                CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                CREATE TABLE ev_b PARTITION OF ev FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
                INSERT INTO tenants VALUES (1, '2024-05-05');
                INSERT INTO ev SELECT 1, 1, '2024-05-05' FROM generate_series(1, 10);
                """)
            try await ArchiveScenario.withFolder { folder in
                let manifest = try await ArchiveScenario.archiver(connection).archive(
                    ArchiveScenario.name("ev_a"), to: folder, progress: .silent
                ).manifest
                #expect(manifest.structure.count { $0.contains("FOREIGN KEY") } == 1)
            }
        }
    }

    @Test func `a partition with such a key is split, and what is kept of it has no keys`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE tenants (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE tenants_1 PARTITION OF tenants FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
                CREATE TABLE tenants_2 PARTITION OF tenants FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
                CREATE TABLE ev (id int, tid int, d date NOT NULL, PRIMARY KEY (id, d), FOREIGN KEY (tid, d) REFERENCES tenants)
                    PARTITION BY RANGE (d);
                CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
                INSERT INTO tenants SELECT 1, date '2024-01-01' + g FROM generate_series(0, 299) g;
                INSERT INTO ev SELECT g, 1, date '2024-01-01' + g FROM generate_series(0, 299) g;
                """)
            try await policy(connection, "ev", "10 years")
            var options = Reshape.Options(at: Self.now)
            options.interval = .quarter
            options.keepsSources = true
            let outcome = try await Reshape(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).split(
                ArchiveScenario.name("ev_a"), options, progress: .silent)
            #expect(outcome.kept.count == 1)
            #expect(try await connection.value("SELECT count(*) FROM ev") == "300")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = '\(outcome.kept[0].quoted)'::regclass"
                )
                    == "0")
            await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO ev VALUES (1000, 9, '2024-05-05')")
            }
        }
    }

    /// Orders and their items, by the month, three months of each.
    private func shop(_ connection: PostgresConnection, parents: String, children: String) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE \(parents) (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
            CREATE TABLE \(children) (id int, oid int, d date NOT NULL, PRIMARY KEY (id, d),
                FOREIGN KEY (oid, d) REFERENCES \(parents) (id, d) ON DELETE CASCADE) PARTITION BY RANGE (d);
            DO $$ BEGIN FOR m IN 0..9 LOOP
                EXECUTE format('CREATE TABLE \(parents)_%s PARTITION OF \(parents) FOR VALUES FROM (%L) TO (%L)', m,
                    date '2026-02-01' + m * interval '1 month', date '2026-03-01' + m * interval '1 month');
                EXECUTE format('CREATE TABLE \(children)_%s PARTITION OF \(children) FOR VALUES FROM (%L) TO (%L)', m,
                    date '2026-02-01' + m * interval '1 month', date '2026-03-01' + m * interval '1 month');
            END LOOP; END $$;
            INSERT INTO \(parents) SELECT g, date '2026-02-01' + g FROM generate_series(0, 299) g;
            INSERT INTO \(children) SELECT g, g, date '2026-02-01' + g FROM generate_series(0, 299) g;
            """)
    }

    @Test(arguments: [("orders", "items"), ("aa", "zz")])
    func `of two linked tables the referenced one waits, without an error, until the other's partition is dropped`(
        parents: String, children: String
    ) async throws {
        try await withConnection { connection in
            try await shop(connection, parents: parents, children: children)
            for table in [parents, children] {
                try await policy(connection, table, "6 months", quarantineDays: 7)
            }
            let server = try await ServerClock(connection).now
            let day = try await connection.value(
                "SELECT to_char((now() + interval '7 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
            for _ in 0..<2 {
                let results = try await maintain(connection)
                #expect(errors(results).isEmpty, "\(errors(results))")
                let waiting = results.flatMap(\.outcomes).filter { $0.waits != nil }
                #expect(
                    waiting.map(\.operation.object.name) == ["\(parents)_0", "\(parents)_1", "\(parents)_2"])
                #expect(waiting.first?.waits == "waits for public.\(children)_0, to be dropped on \(day ?? "")")
                #expect(
                    try await connection.value(
                        "SELECT count(*) FROM pg_inherits WHERE inhparent = '\(parents)'::regclass")
                        == "10")
            }
            // By name it is an error to try again, which names the day as well.
            do {
                _ = try await RetireScenario.run(connection).retire(
                    [ArchiveScenario.name("\(parents)_0")], quarantineDays: 0, isDryRun: false)
                Issue.record("\(parents)_0 was retired")
            } catch {
                let report = ErrorReport(describing: error)
                #expect(report.code == "RSS-PARTITION-112" && report.exit == .tryAgain)
            }
            // What waits can be reattached as it was.
            _ = try await RetireScenario.run(connection).undo(ArchiveScenario.name("\(children)_0"), isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM \(children) JOIN \(parents) USING (d)") == "239")
            _ = try await maintain(connection)
            let later = server.addingTimeInterval(8 * 86_400)
            let dropped = try await maintain(connection, at: later)
            #expect(errors(dropped).isEmpty, "\(errors(dropped))")
            #expect(done(dropped).contains("drop \(children)_0") && done(dropped).contains("detach \(parents)_0"))
            let last = try await maintain(connection, at: later.addingTimeInterval(8 * 86_400))
            #expect(errors(last).isEmpty && done(last).contains("drop \(parents)_0"), "\(errors(last))")
        }
    }

    @Test func `keys are not removed while a partition in quarantine has rows that reference them`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await connection.executeScript(
                """
                CREATE TABLE notes (id uuid REFERENCES visit_report_keys ON DELETE CASCADE, d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE notes_1 PARTITION OF notes FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
                CREATE TABLE notes_2 PARTITION OF notes FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
                INSERT INTO notes SELECT id, '2024-01-05' FROM visit_reports_2024_01;
                """)
            let run = RetireScenario.run(connection)
            _ = try await run.retire([ArchiveScenario.name("notes_1")], quarantineDays: 7, isDryRun: false)
            await #expect {
                try await run.retire([RetireScenario.partition], quarantineDays: 0, isDryRun: false)
            } throws: { ErrorReport(describing: $0).code == "RSS-PARTITION-112" }
            #expect(
                try await connection.value("SELECT count(*) FROM visit_reports WHERE visit_date < '2024-02-01'") == "40"
            )
        }
    }
}
