import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

/// What a row of `rssctl.*` says is checked when it is read: it becomes no SQL, and names nothing that is not ours.
@Suite struct BookkeepingRowTests {
    private struct Killed: Error {}

    private static let now = Date(timeIntervalSince1970: 1_780_000_000)

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.report.code ?? "\(error)"
        }
    }

    @Test(arguments: [
        "storage_parameters = '{\"fillfactor=90); DROP TABLE victim; --\"}'",
        "storage_parameters = '{\"fillfactor=90) TABLESPACE pg_default; DROP TABLE victim; --\"}'",
        "storage_parameters = '{fillfactor}'", "archive = 'relative/folder'", "archive = '/srv/../etc'",
        "archive = E'/srv/a\\nb'", "time_zone = 'UTC''; DROP TABLE victim; --'", "tablespace_name = ''",
        "key_column = ''", "partition_interval = 'month; DROP TABLE victim'", "retention = '1 month; x'",
    ])
    func `a policy that rssctl would not have set is refused when it is read`(change: String) async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE victim ();
                CREATE TABLE t (id bigint, day date) PARTITION BY RANGE (day);
                """)
            let table = RelationName(schema: "public", name: "t")
            try await PolicyStore(connection).set(
                PartitionPolicy(table: table, column: "day"), runID: UUID().uuidString)
            try await connection.execute("UPDATE rssctl.partition_policy SET \(change)")
            #expect(await code { _ = try await PolicyStore(connection).policy(of: table) } == "RSS-PARTITION-006")
            let maintained = await code {
                _ = try await MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                    MaintenanceRun.Options(at: Self.now), progress: .silent)
            }
            #expect(maintained == "RSS-PARTITION-006")
            #expect(try await connection.value("SELECT to_regclass('public.victim') IS NOT NULL") == "t")
            #expect(try await connection.value("SELECT count(*) FROM pg_inherits") == "0")
        }
    }

    @Test(arguments: [
        #"spec = jsonb_set(spec, '{identity,columns,0,type}', '"bigint); DROP TABLE victim; --"')"#,
        #"spec = jsonb_set(spec, '{identity,columns,0,equals}', '"= 1); DROP TABLE victim; --"')"#,
        #"spec = jsonb_set(spec, '{identity,columns,0,name}', '"value"')"#,
        #"spec = jsonb_set(spec, '{identity,columns}', '[]')"#, #"spec = jsonb_set(spec, '{sources}', '[]')"#,
        #"spec = jsonb_set(spec, '{copy,source}', '-1')"#, #"spec = jsonb_set(spec, '{copy,source}', '7')"#,
        #"spec = jsonb_set(spec, '{copy,blocks}', '[1, 2, 3]')"#, "phase = 'copy'", "phase = 'nonsense'", "spec = '[]'",
        #"spec = jsonb_set(spec, '{targets,0,bound}', '{"lower": 5, "upper": 5}')"#,
    ])
    func `work that no planner would have decided is refused before anything of it is run`(change: String) async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(ReshapeScenario.make + "CREATE TABLE victim ();")
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "reshape.recorded" { throw Killed() } }) {
                    _ = try await ReshapeScenario.reshape(connection).drain(
                        ReshapeScenario.table, ReshapeScenario.options(), progress: .silent)
                }
            }
            try await connection.execute("UPDATE rssctl.partition_work SET \(change)")
            let found = await code {
                _ = try await ReshapeScenario.reshape(connection).drain(
                    ReshapeScenario.table, ReshapeScenario.options(), progress: .silent)
            }
            #expect(found == "RSS-PG-014")
            #expect(try await connection.value("SELECT to_regclass('public.victim') IS NOT NULL") == "t")
            #expect(try await connection.value("SELECT count(*) FROM events") == "403")
        }
    }

    @Test func `a row that says that a table was replaced drops none that was not`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(ReshapeScenario.make + "CREATE TABLE victim ();")
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "reshape.recorded" { throw Killed() } }) {
                    _ = try await ReshapeScenario.reshape(connection).drain(
                        ReshapeScenario.table, ReshapeScenario.options(), progress: .silent)
                }
            }
            // Its default partition is the source; what it is called afterwards is what would be dropped.
            try await connection.execute(
                """
                UPDATE rssctl.partition_work SET phase = 'swapped', spec = jsonb_set(jsonb_set(spec, '{keepsSources}', 'false'),
                    '{sources,0}', spec->'sources'->0
                    || jsonb_build_object('oid', 'victim'::regclass::oid::bigint, 'laterName', 'victim'))
                """)
            _ = await code {
                _ = try await ReshapeScenario.reshape(connection).drain(
                    ReshapeScenario.table, ReshapeScenario.options(), progress: .silent)
            }
            #expect(try await connection.value("SELECT to_regclass('public.victim') IS NOT NULL") == "t")
        }
    }

    @Test(arguments: [
        #"spec = jsonb_set(spec, '{draft}', '"victim"')"#, #"spec = jsonb_set(spec, '{registry}', '"victim"')"#,
        #"spec = jsonb_set(spec, '{legacy}', '"victim"')"#, #"spec = jsonb_set(spec, '{renamedIndexes}', '[["a"]]')"#,
        #"spec = jsonb_set(spec, '{renamedIndexes}', '[["a", "victim_index"]]')"#,
        #"spec = jsonb_set(spec, '{policy,storageParameters}', '["fillfactor=90); DROP TABLE victim; --"]')"#,
        #"spec = jsonb_set(spec, '{policy,table}', '{"schema": "public", "name": "victim"}')"#, "spec = '{}'",
        "phase = 'nonsense'",
    ])
    func `a conversion that names what does not follow from its table is refused`(change: String) async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                ConversionScenario.sql + "CREATE TABLE victim (); CREATE TABLE victim_keys ();")
            let conversion = Conversion(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let request = ConversionRequest(
                table: RelationName(schema: "public", name: ConversionScenario.table),
                column: ConversionScenario.column,
                globalUnique: ConversionScenario.unique)
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "convert.begun" { throw Killed() } }) {
                    _ = try await conversion.run(request, at: Self.now, progress: .silent)
                }
            }
            try await connection.execute("UPDATE rssctl.partition_work SET \(change)")
            #expect(await code { _ = try await conversion.abort(request.table, progress: .silent) } == "RSS-PG-014")
            #expect(
                await code { _ = try await conversion.run(request, at: Self.now, progress: .silent) } == "RSS-PG-014")
            #expect(
                try await connection.value(
                    "SELECT to_regclass('public.victim') IS NOT NULL AND to_regclass('public.victim_keys') IS NOT NULL")
                    == "t")
        }
    }

    @Test func `a mapping that is no list of pairs is an error that names it`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute(
                "INSERT INTO rssctl.bulk_mapping (name, object, columns) VALUES ('odd', 'hardware', '{\"a\": 1}')")
            #expect(await code { _ = try await MappingStore(connection).list() } == "RSS-PG-014")
        }
    }
}
