import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk
@testable import RSSMigrate
@testable import RSSPartition

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
            let read = await code { _ = try await PolicyStore(connection).policy(of: table) }
            #expect(read == "RSS-PARTITION-006")
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
            let read = await code { _ = try await conversion.abort(request.table, progress: .silent) }
            #expect(read == "RSS-PG-014")
            #expect(
                await code { _ = try await conversion.run(request, at: Self.now, progress: .silent) } == "RSS-PG-014")
            #expect(
                try await connection.value(
                    "SELECT to_regclass('public.victim') IS NOT NULL AND to_regclass('public.victim_keys') IS NOT NULL")
                    == "t")
        }
    }

    @Test func `what is recorded of a table's partitions is written by members of its owner alone`() async throws {
        try await withConnection(migrated: true) { connection in
            let tag = UUID().uuidString.prefix(8).lowercased()
            let (owner, member, other) = ("own_\(tag)", "member_\(tag)", "other_\(tag)")
            let tables = "rssctl.partition_policy, rssctl.partition_retired, rssctl.partition_work"
            try await connection.executeScript(
                """
                CREATE ROLE \(owner); CREATE ROLE \(member) IN ROLE \(owner); CREATE ROLE \(other);
                CREATE TABLE public.t (day date) PARTITION BY RANGE (day); ALTER TABLE public.t OWNER TO \(owner);
                CREATE TABLE public.t_1 (day date); ALTER TABLE public.t_1 OWNER TO \(owner);
                GRANT USAGE ON SCHEMA rssctl TO \(member), \(other);
                GRANT SELECT, INSERT, UPDATE, DELETE ON \(tables) TO \(member), \(other);
                """)
            func denied(_ role: String, _ sql: String) async throws -> Bool {
                try await connection.execute("SET SESSION AUTHORIZATION \(role)")
                var isDenied = false
                do {
                    try await connection.execute(sql)
                } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                    isDenied = true
                }
                try await connection.execute("RESET SESSION AUTHORIZATION")
                return isDenied
            }
            let writes = [
                """
                INSERT INTO rssctl.partition_policy (schema_name, table_name, key_column, partition_interval, retention, changed_by)
                VALUES ('public', 't', 'day', 'month', '1 month', 'dba')
                """, "UPDATE rssctl.partition_policy SET retention = '1 month' WHERE table_name = 't'",
                """
                INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id)
                VALUES ('drain', 'public', 't', '{}', 'swapped', 'active', gen_random_uuid())
                """,
                """
                INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                    definition, state, drop_after, run_id)
                VALUES ('public', 't', 'public', 't_1', 'public.t_1'::regclass::oid::bigint, '', 'quarantined', now(), gen_random_uuid())
                """,
                // One that is not there, as when it was dropped.
                """
                INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                    definition, state, drop_after, run_id)
                VALUES ('public', 't', 'public', 't_2', 1, '', 'quarantined', now(), gen_random_uuid())
                """, "DELETE FROM rssctl.partition_policy WHERE table_name = 't'",
            ]
            for sql in writes {
                let isDenied = try await denied(member, sql)
                #expect(!isDenied, "\(sql)")
            }
            // Nor does the owner of one table record that another role's is a partition of it.
            for sql in [
                writes[3].replacing("t_1", with: "users"),
                "UPDATE rssctl.partition_retired SET partition_name = 'users' WHERE partition_name = 't_1'",
            ] {
                let isDenied = try await denied(member, sql)
                #expect(isDenied, "\(sql)")
            }
            try await connection.execute("TRUNCATE \(tables)")
            #expect(try await !denied(member, writes[0]))
            #expect(try await connection.value("SELECT changed_by FROM rssctl.partition_policy") == member)
            for sql in writes.dropFirst() + [writes[0]] {
                let isDenied = try await denied(other, sql)
                #expect(isDenied, "\(sql)")
            }
            try await connection.executeScript(
                """
                DROP TABLE public.t, public.t_1;
                DROP OWNED BY \(owner), \(member), \(other); DROP ROLE \(member); DROP ROLE \(other); DROP ROLE \(owner)
                """)
        }
    }

    @Test func `settings of pg_partman count only from its extension or a trusted role`() async throws {
        try await withConnection { connection in
            let role = "partman_\(UUID().uuidString.prefix(8).lowercased())"
            try await connection.executeScript(
                """
                CREATE ROLE \(role); GRANT CREATE ON SCHEMA public TO \(role);
                CREATE TABLE public.part_config (parent_table text, premake int, retention text, retention_keep_table boolean,
                    automatic_maintenance text);
                INSERT INTO public.part_config VALUES ('public.t', 4, '1 month', false, 'on');
                """)
            let table = RelationName(schema: "public", name: "t")
            #expect(try await PartmanConfig(of: table, connection)?.premake == 4)
            try await connection.execute("ALTER TABLE public.part_config ENABLE ROW LEVEL SECURITY")
            #expect(try await PartmanConfig(of: table, connection) == nil)
            try await connection.executeScript(
                "ALTER TABLE public.part_config DISABLE ROW LEVEL SECURITY; ALTER TABLE public.part_config OWNER TO \(role)"
            )
            #expect(try await PartmanConfig(of: table, connection) == nil)
            try await connection.executeScript("DROP OWNED BY \(role); DROP ROLE \(role)")
        }
    }

    @Test func `a statement that no migration has is an error that names it`() async throws {
        try await withConnection(migrated: true) { connection in
            let run = UUID().uuidString
            for (version, ordinal) in [("9999", "0"), ("9999", "-5"), ("-9223372036854775808", "1")] {
                try await connection.executeScript(
                    """
                    DELETE FROM rssctl.migration_statement;
                    INSERT INTO rssctl.migration_statement (version, ordinal, hash, class, state, run_id)
                    VALUES (\(version), \(ordinal), '', '', 'running', '\(run)');
                    """)
                let found = await code {
                    _ = try await Migrator(connection, source: .shipped, lockPolicy: LockPolicy(), runID: run).plan()
                }
                #expect(found == "RSS-PG-014")
            }
        }
    }

    @Test func `a mapping that is not a list of pairs is an error that names it`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute(
                "INSERT INTO rssctl.bulk_mapping (name, object, columns) VALUES ('odd', 'hardware', '{\"a\": 1}')")
            let read = await code { _ = try await MappingStore(connection).list() }
            #expect(read == "RSS-PG-014")
        }
    }
}
