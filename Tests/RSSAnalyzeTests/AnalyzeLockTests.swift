import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSAnalyze
@testable import RSSPartition

/// A lock that another session holds, or that waits in the queue behind a reader, never delays an analysis.
@Suite struct AnalyzeLockTests {
    /// All checks that `analyze performance` makes, in a session as it opens it.
    static func outcomes(_ options: ConnectionOptions) async throws -> [String: CheckOutcome] {
        var options = options
        options.session.readOnly = true
        options.session.lockTimeout = PerformanceAnalyzer.lockTimeout
        let connection = try await PostgresConnection.connect(options)
        let reports =
            try await PerformanceAnalyzer(connection).run(PerformanceCheck.all, .silent)
            + PartitionInspector(connection).overall(defaultPremake: 3, at: Date())
        await connection.close()
        return Dictionary(uniqueKeysWithValues: reports.map { ($0.check, $0.outcome) })
    }

    private static let tables = """
        CREATE TABLE users_table (id int PRIMARY KEY, name text, parent int REFERENCES users_table);
        CREATE INDEX users_table_expression ON users_table (lower(name)) WHERE id > 3;
        CREATE INDEX users_table_twin ON users_table (lower(name)) WHERE id > 3;
        CREATE INDEX users_table_parent ON users_table (parent) WHERE parent IS NOT NULL;
        ALTER TABLE users_table ADD CONSTRAINT users_table_check CHECK (id > 0) NOT VALID;
        INSERT INTO users_table SELECT g, 'n', g FROM generate_series(1, 2000) g;
        CREATE SEQUENCE users_sequence; SELECT nextval('users_sequence');
        CREATE TABLE listed (k text) PARTITION BY LIST (k);
        CREATE TABLE listed_default PARTITION OF listed DEFAULT;
        INSERT INTO listed SELECT 'x' FROM generate_series(1, 2000);
        ANALYZE users_table, listed_default;
        """

    @Test(arguments: [
        ("LOCK TABLE visit_reports IN ACCESS EXCLUSIVE MODE", ["partition.gap", "partition.runway"]),
        (
            """
            DO $$ BEGIN EXECUTE (SELECT format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', inhrelid::regclass)
                FROM pg_inherits WHERE inhparent = 'visit_reports'::regclass ORDER BY 1 LIMIT 1); END $$
            """, ["partition.gap", "partition.runway"]
        ),
        ("LOCK TABLE users_table IN ACCESS EXCLUSIVE MODE", []), ("LOCK TABLE listed IN ACCESS EXCLUSIVE MODE", []),
        ("ALTER SEQUENCE users_sequence CACHE 2", ["sequence.exhaustion"]),
        ("DROP TABLE users_table, listed; DROP SEQUENCE users_sequence", ["sequence.exhaustion"]),
    ])
    func `a check does not wait for a lock that is held, and only what needs it is blind`(
        statement: String, blind: [String]
    ) async throws {
        try await withDatabase(migrated: true) { options in
            let holder = try await PostgresConnection.connect(options)
            try await holder.executeScript(Self.tables)
            let free = try await Self.outcomes(options)
            // What is not seen without any lock, such as statistics that are too young, has another reason.
            let unseen = Set(free.filter { $0.value.unseen != nil }.keys)
            try await holder.execute("BEGIN")
            try await holder.executeScript(statement)
            let began = ContinuousClock.now
            let held = try await Self.outcomes(options)
            #expect(ContinuousClock.now - began < patience)
            #expect(Set(held.filter { $0.value.unseen != nil }.keys).subtracting(unseen) == Set(blind))
            // Everything else is the same as without the lock.
            for check in ["index.duplicate", "constraint.not_valid", "partition.default_rows", "foreign_key.no_index"] {
                #expect(held[check] == free[check], "\(check)")
            }
            #expect(free["index.duplicate"]?.findings.map(\.object) == ["public.users_table_twin"])
            #expect(free["constraint.not_valid"]?.findings.first?.detail == "Check on (id) is NOT VALID.")
            #expect(free["partition.default_rows"]?.findings.map(\.object) == ["public.listed_default"])
            #expect(free["foreign_key.no_index"] == .ok(nil))
            try await holder.execute("ROLLBACK")
            await holder.close()
        }
    }

    @Test func `a lock that is waited for is not waited for either`() async throws {
        try await withDatabase(migrated: true) { options in
            let reader = try await PostgresConnection.connect(options)
            try await reader.execute("BEGIN")
            _ = try await reader.query("SELECT count(*) FROM visit_reports")
            let waiter = try await PostgresConnection.connect(options)
            try await waiter.execute("BEGIN")
            let waiting = Task { try await waiter.execute("LOCK TABLE visit_reports IN ACCESS EXCLUSIVE MODE") }
            let isQueued = try await eventually {
                try await reader.value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"
            }
            #expect(isQueued)
            let began = ContinuousClock.now
            let outcomes = try await Self.outcomes(options)
            #expect(ContinuousClock.now - began < patience)
            #expect(outcomes.count == PerformanceCheck.all.count + PartitionInspector.overallChecks.count)
            waiting.cancel()
            _ = try? await waiting.value  // Cancelled, as was asked for.
            await reader.close()
            await waiter.close()
        }
    }
}
