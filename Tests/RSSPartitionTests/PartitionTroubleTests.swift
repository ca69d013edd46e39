import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Cases that make other tools fail.
@Suite struct PartitionTroubleTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()

    private func keep(
        _ names: [String], _ connection: PostgresConnection, premake: Int? = nil,
        saved: SavedMaintenancePlan? = nil, at date: Date = now
    ) async throws -> [TableMaintenance] {
        var options = MaintenanceRun.Options(at: date)
        options.tables = names.map { RelationName(schema: "public", name: $0) }
        options.premake = premake
        options.saved = saved
        return try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(1)),
            runID: UUID().uuidString
        ).run(options, progress: .silent)
    }

    private func make(_ name: String, _ connection: PostgresConnection, defaulted: Bool = false) async throws {
        try await connection.execute("CREATE TABLE \(name) (id int, d date NOT NULL) PARTITION BY RANGE (d)")
        if defaulted { try await connection.execute("CREATE TABLE \(name)_default PARTITION OF \(name) DEFAULT") }
    }

    private func bounds(_ name: String, _ connection: PostgresConnection) async throws -> [String] {
        let table = try await PartitionCatalog(connection).table(RelationName(schema: "public", name: name))
        return table.partitions.map { $0.bound.map(table.label) ?? "DEFAULT" }
    }

    private let runway = [
        "2026-11-01 … 2026-12-01", "2026-12-01 … 2027-01-01", "2027-01-01 … 2027-02-01", "2027-02-01 … 2027-03-01",
    ]

    @Test func `one failing table of three does not stop the others, and is named`() async throws {
        try await withConnection { connection in
            for name in ["a", "b", "c"] { try await make(name, connection) }
            // Nothing can be created in its schema under the wanted names: an event trigger refuses.
            try await connection.execute(
                """
                CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE '%.b\\_20%') THEN
                        RAISE EXCEPTION 'not in my database'; END IF; END $$
                """)
            try await connection.execute("CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse()")
            let results = try await keep(["a", "b", "c"], connection)
            #expect(try await bounds("a", connection) == runway)
            #expect(try await bounds("c", connection) == runway)
            #expect(results[1].outcomes.allSatisfy { $0.error?.message.contains("not in my database") == true })
            #expect(results[0].outcomes.allSatisfy { $0.error == nil } && results[2].outcomes.count == 4)
        }
    }

    @Test func `an unrelated table of the wanted name leaves no gap`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            try await connection.execute("CREATE TABLE a_2027_01 (other text)")
            _ = try await keep(["a"], connection)
            #expect(try await bounds("a", connection) == runway)
        }
    }

    @Test func `a row of the year 2097 in the default partition creates and prevents no partition`() async throws {
        try await withConnection { connection in
            try await make("a", connection, defaulted: true)
            try await connection.execute("INSERT INTO a VALUES (1, '2097-05-05'), (2, '0001-01-01'), (3, '1999-01-01')")
            let results = try await keep(["a"], connection)
            #expect(results[0].outcomes.allSatisfy { $0.error == nil })
            #expect(try await bounds("a", connection) == runway + ["DEFAULT"])
            #expect(try await connection.value("SELECT count(*) FROM a") == "3")
            let left = try await connection.value("SELECT count(*) FROM pg_constraint WHERE conname = 'rssctl_guard'")
            #expect(left == "0")
        }
    }

    @Test func `a year without data changes nothing about what is made ahead`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            try await connection.execute(
                "CREATE TABLE a_old PARTITION OF a FOR VALUES FROM ('2025-01-01') TO ('2025-12-01')")
            _ = try await keep(["a"], connection)
            // The gap after the last partition is filled too: a late report has its partition.
            #expect(try await bounds("a", connection).count == 1 + 11 + 4)
            #expect(try await bounds("a", connection).suffix(4) == runway[...])
        }
    }

    @Test func `a big default partition is proven free of the new bounds before it is locked`() async throws {
        try await withConnection { connection in
            try await make("a", connection, defaulted: true)
            try await connection.execute("INSERT INTO a SELECT n, '2020-01-01' FROM generate_series(1, 300000) n")
            let seen = Mutex<[String: String?]>([:])
            let look: @Sendable (String) async throws -> Void = { point in
                let found = try await connection.value(
                    "SELECT convalidated || pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'rssctl_guard'"
                )
                seen.withLock { $0[point] = found }
            }
            let results = try await FaultPoint.$handler.withValue(look) { try await keep(["a"], connection) }
            // Statistics are collected too where the server has counted the new rows already.
            let made = results[0].outcomes.filter { $0.operation.kind == .create }
            #expect(made.count == 4 && results[0].outcomes.allSatisfy { $0.error == nil }, "\(results[0])")
            let found = seen.withLock { $0 }
            #expect(found["guard.raised"]??.hasPrefix("false") == true)
            let proven = try #require(found["guard.validated"] ?? nil)
            #expect(proven.hasPrefix("true") && proven.contains("2026-11-01") && proven.contains("2027-03-01"))
            #expect(found["maintain.attached"] == .some(nil))
        }
    }

    @Test func `an interrupted detach is finished, and the table is complete again`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make("a", connection)
            _ = try await keep(["a"], connection)
            let reader = try await PostgresConnection.connect(options)
            try await reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            try await reader.query("SELECT count(*) FROM a")
            try await connection.execute("SET lock_timeout = '300ms'")
            await #expect(throws: PostgresError.self) {
                try await connection.execute("ALTER TABLE a DETACH PARTITION a_2027_02 CONCURRENTLY")
            }
            try await reader.execute("COMMIT")
            let results = try await keep(["a"], connection)
            // What was half detached occupied its bound until then; the gap is filled at once.
            #expect(results[0].outcomes.map(\.operation.kind) == [.finishDetach, .create])
            #expect(results[0].outcomes.allSatisfy { $0.error == nil })
            #expect(try await bounds("a", connection) == runway)
            await reader.close()
            await connection.close()
        }
    }

    @Test func `a saved plan is executed, and refused once the table has changed`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            let policy = PartitionPolicy(table: RelationName(schema: "public", name: "a"), column: "d")
            let maintenance = PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            func save() async throws -> SavedMaintenancePlan {
                let plan = try await maintenance.plan(policy, at: Self.now)
                let text = try SavedMaintenancePlan([plan], at: Self.now).json()
                return try SavedMaintenancePlan(json: text, file: "plan.json")
            }
            let saved = try await save()
            try await connection.execute(
                "CREATE TABLE a_x PARTITION OF a FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')")
            await #expect(throws: PartitionError.stalePlan(table: "public.a")) {
                try await keep([], connection, saved: saved, at: saved.at)
            }
            #expect(try await bounds("a", connection).count == 1)
            let again = try await save()
            _ = try await keep([], connection, saved: again, at: again.at)
            #expect(try await bounds("a", connection) == runway)
            #expect(throws: PartitionError.self) { try SavedMaintenancePlan(json: Data("{}".utf8), file: "x") }
        }
    }

    @Test func `statistics of the whole are collected when its rows have changed much, and not again`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            _ = try await keep(["a"], connection)
            try await connection.execute("INSERT INTO a SELECT n, '2026-11-05' FROM generate_series(1, 5000) n")
            try await connection.execute("ANALYZE a_2026_11")
            let results = try await keep(["a"], connection)
            #expect(results[0].outcomes.map(\.operation.kind) == [.analyze])
            #expect(try await connection.value("SELECT reltuples FROM pg_class WHERE relname = 'a'") == "5000")
            #expect(try await keep(["a"], connection)[0].outcomes.isEmpty)
        }
    }

    @Test func `an index that partitions lack is built on them and attached`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            _ = try await keep(["a"], connection)
            try await connection.execute("CREATE INDEX by_id ON ONLY a (id) WHERE id > 3")
            let results = try await keep(["a"], connection)
            #expect(results[0].outcomes.map(\.operation.kind) == [.buildIndex])
            #expect(results[0].outcomes.allSatisfy { $0.error == nil }, "\(results[0].outcomes)")
            let valid = try await connection.value(
                "SELECT bool_and(indisvalid)::text || count(*) FROM pg_index WHERE indexrelid IN (SELECT relid FROM pg_partition_tree('by_id'))"
            )
            #expect(valid == "true5")
        }
    }

    @Test func `grants, row security, replica identity, storage and publications are carried to new partitions`()
        async throws
    {
        try await withConnection { connection in
            try await connection.execute(
                "CREATE TABLE a (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d)")
            try await connection.execute(
                "CREATE TABLE a_old PARTITION OF a FOR VALUES FROM ('2026-10-01') TO ('2026-11-01')")
            try await connection.execute("ALTER TABLE a REPLICA IDENTITY USING INDEX a_pkey")
            try await connection.execute("ALTER TABLE a ENABLE ROW LEVEL SECURITY")
            try await connection.execute("GRANT SELECT ON a TO pg_monitor WITH GRANT OPTION")
            try await connection.execute("CREATE PUBLICATION leaves FOR TABLE a_old")
            var policy = PartitionPolicy(table: RelationName(schema: "public", name: "a"), column: "d", premake: 0)
            policy.storageParameters = ["fillfactor=70", "autovacuum_vacuum_scale_factor=0.01"]
            let maintenance = PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let outcomes = try await maintenance.apply(
                try await maintenance.plan(policy, at: Self.now), progress: .silent)
            #expect(outcomes.count == 1 && outcomes[0].error == nil, "\(outcomes)")
            let facts = try await connection.value(
                """
                SELECT concat_ws(' ', relreplident, relrowsecurity, relacl::text, reloptions::text,
                    (SELECT count(*) FROM pg_publication_tables WHERE tablename = relname))
                FROM pg_class WHERE relname = 'a_2026_11'
                """)
            let text = try #require(facts)
            #expect(text.hasPrefix("i t ") && text.contains("pg_monitor=r*") && text.hasSuffix("1"))
            #expect(text.contains("fillfactor=70"))
        }
    }

    @Test(arguments: ["smallint", "integer", "bigint"])
    func `integer keys are maintained ahead of the highest number`(type: String) async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE n (id \(type) NOT NULL) PARTITION BY RANGE (id)")
            let policy = PartitionPolicy(
                table: RelationName(schema: "public", name: "n"), column: "id", interval: .step(1000), premake: 2)
            let maintenance = PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            _ = try await maintenance.apply(try await maintenance.plan(policy, at: Self.now), progress: .silent)
            #expect(try await bounds("n", connection) == ["0 … 1000", "1000 … 2000", "2000 … 3000"])
            try await connection.execute("INSERT INTO n VALUES (1500)")
            _ = try await maintenance.apply(try await maintenance.plan(policy, at: Self.now), progress: .silent)
            #expect(try await bounds("n", connection).last == "3000 … 4000")
            // A number in the default partition is not a reason to continue from there.
            try await connection.execute("CREATE TABLE n_default PARTITION OF n DEFAULT")
            try await connection.execute("INSERT INTO n VALUES (30000)")
            _ = try await maintenance.apply(try await maintenance.plan(policy, at: Self.now), progress: .silent)
            #expect(try await bounds("n", connection).suffix(2) == ["3000 … 4000", "DEFAULT"])
        }
    }

    @Test func `a policy that does not fit its table is refused before anything is made`() async throws {
        try await withConnection { connection in
            try await make("a", connection)
            let name = RelationName(schema: "public", name: "a")
            let planner = MaintenancePlanner(connection: connection)
            for policy in [
                PartitionPolicy(table: name, column: "other"),
                PartitionPolicy(table: name, column: "d", interval: .step(5)),
                PartitionPolicy(table: name, column: "d", interval: .hour),
                PartitionPolicy(table: name, column: "d", retention: PartitionRetention("500")),
            ] {
                await #expect(throws: PartitionError.self) { try await planner.plan(policy, at: Self.now) }
            }
        }
    }
}
