import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct PartitionMaintenanceTests {
    /// What a run made, or would make.
    private struct Outcome {
        var created: [String]
        var statements: [String]
        var errors: [ErrorReport]
    }

    private func run(
        _ connection: PostgresConnection, _ table: RelationName = PartitionPolicy.visitReports.table,
        premake: Int? = nil,
        dryRun: Bool = false, budget: Duration = .seconds(5)
    ) async throws -> Outcome {
        var options = MaintenanceRun.Options(at: Date())
        options.tables = [table]
        options.premake = premake
        options.isDryRun = dryRun
        let results = try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: budget), runID: UUID().uuidString
        ).run(options, progress: .silent)
        let operations =
            dryRun ? results.flatMap { $0.plan?.operations ?? [] } : results.flatMap(\.outcomes).map(\.operation)
        return Outcome(
            created: operations.filter { $0.kind == .create }.map(\.object.name),
            statements: operations.flatMap(\.statements),
            errors: results.flatMap(\.outcomes).compactMap(\.error) + results.compactMap(\.error))
    }

    @Test func `a partition has the parent's indexes, keys, triggers and grants, and no leftovers`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF; END $$"
            )
            try await connection.execute("GRANT SELECT, INSERT ON visit_reports TO app")
            let outcome = try await run(connection, premake: 5)
            #expect(outcome.created.count == 2)
            let name = try #require(outcome.created.last)
            let row = try #require(
                try await connection.query(
                    """
                    SELECT (SELECT count(*) FROM pg_index WHERE indrelid = c.oid) = (SELECT count(*) FROM pg_index WHERE indrelid = 'visit_reports'::regclass),
                           NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND conname = 'rssctl_bound'),
                           (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'),
                           EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = 'visit_report_keys_insert'),
                           has_table_privilege('app', c.oid, 'INSERT'),
                           NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND NOT i.indisvalid)
                    FROM pg_class c WHERE c.relname = $1
                    """, [name]
                ).first)
            let facts = try row.decode(Bool.self, Bool.self, Int.self, Bool.self, Bool.self, Bool.self)
            #expect(facts == (true, true, 3, true, true, true))
            let records = try await connection.query(
                "SELECT object FROM rssctl.operation WHERE operation = 'partition.create'")
            #expect(records.count >= 2)
            let again = try await run(connection, premake: 5)
            #expect(again.created.isEmpty)
        }
    }

    @Test func `a dry run changes nothing and prints what the run then does`() async throws {
        try await withConnection(migrated: true) { connection in
            let dry = try await run(connection, premake: 4, dryRun: true)
            #expect(dry.created.count == 1 && dry.statements.contains { $0.contains("ATTACH PARTITION") })
            let real = try await run(connection, premake: 4)
            #expect(real.created == dry.created && real.statements == dry.statements)
        }
    }

    @Test func `a reader of the table does not hold it up, and it holds up no reader`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let reader = try await PostgresConnection.connect(options)
            try await reader.execute("BEGIN")
            try await reader.query("SELECT count(*) FROM visit_reports")
            let outcome = try await run(connection, premake: 4)
            #expect(outcome.created.count == 1)
            await reader.close()
            await connection.close()
        }
    }

    @Test
    func `a writer of a referenced table in the way is named when the budget is spent, and nothing is left`()
        async throws
    {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            var other = options
            other.session.applicationName = "long-writer"
            let writer = try await PostgresConnection.connect(other)
            try await writer.execute("BEGIN")
            try await writer.execute("INSERT INTO organizations (name) VALUES ('x')")
            let outcome = try await run(connection, premake: 4, budget: .milliseconds(300))
            let error = try #require(outcome.errors.first)
            #expect(error.code == "RSS-PARTITION-004" && error.exit == .tryAgain)
            #expect(error.blockers?.first?.application == "long-writer")
            let left = try await connection.query(
                "SELECT 1 FROM pg_class WHERE relname = ANY ($1)", [outcome.created])
            #expect(left.isEmpty)
            await writer.close()
            await connection.close()
        }
    }

    @Test func `a table that is not partitioned, or in another way, is refused with the reason`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("CREATE TABLE by_list (x int, d date) PARTITION BY LIST (x)")
            for (name, expected) in [
                ("users", PartitionError.notPartitioned("public.users", .plain)),
                (
                    "nothing",
                    .notPartitioned(
                        "public.nothing", .nothing(nearest: nil, known: ["public.by_list", "public.visit_reports"]))
                ),
                ("by_list", .unsupportedKey("public.by_list", definition: "LIST (x)")),
            ] {
                await #expect(throws: expected) {
                    try await run(connection, RelationName(schema: "public", name: name), dryRun: true)
                }
            }
        }
    }

    @Test func `hostile names are quoted`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("CREATE SCHEMA \"we\"\"ird; schema\"")
            try await connection.execute(
                "CREATE TABLE \"we\"\"ird; schema\".\"ta'ble\" (id int, \"da\"\"te\" date NOT NULL) PARTITION BY RANGE (\"da\"\"te\")"
            )
            let outcome = try await run(connection, RelationName(schema: "we\"ird; schema", name: "ta'ble"))
            #expect(outcome.created.count == 4)
            try await connection.execute("INSERT INTO \"we\"\"ird; schema\".\"ta'ble\" VALUES (1, current_date)")
        }
    }
}
