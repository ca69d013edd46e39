import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// The owner of one table writes its records and its triggers. What these name of other roles is left alone, also where a
/// superuser maintains the table.
@Suite struct RecordedObjectsTests {
    private struct Killed: Error {}

    private static let locks = LockPolicy(timeout: .milliseconds(50), budget: .seconds(5))
    private static let now = Date(timeIntervalSince1970: 1_780_000_000)  // 2026-05-28

    private static func name(_ table: String) -> RelationName { RelationName(schema: "public", name: table) }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any ReportableError)?.report.code ?? "\(error)"
        }
    }

    private func oid(_ table: String, _ connection: PostgresConnection) async throws -> Int64 {
        try #require(Int64(try await connection.value("SELECT '\(table)'::regclass::oid") ?? ""))
    }

    private func maintain(
        _ table: RelationName, _ connection: PostgresConnection, at date: Date = now
    ) async throws -> (done: [String], errors: [String]) {
        var options = MaintenanceRun.Options(at: date)
        options.allowedRetirements = 100
        options.tables = [table]
        let results = try await MaintenanceRun(connection, lockPolicy: Self.locks, runID: UUID().uuidString).run(
            options, progress: .silent)
        let outcomes = results.flatMap(\.outcomes)
        return (
            outcomes.filter { $0.error == nil }.map { "\($0.operation.kind.rawValue) \($0.operation.object.name)" },
            outcomes.compactMap(\.error?.code) + results.compactMap(\.error?.code)
        )
    }

    // MARK: Key registries

    @Test func `a trigger that is named after another table does not make a registry of it`() async throws {
        try await TenantScenario.run(migrated: true) { scenario in
            try await VisitScenario.make(scenario.admin)
            try await scenario.tenant.executeScript(
                """
                CREATE TABLE public.pt3 (id uuid, report_number text, visit_date date, at timestamptz NOT NULL) PARTITION BY RANGE (at);
                CREATE TABLE public.pt3_1 PARTITION OF public.pt3 FOR VALUES FROM ('2020-01-01+00') TO ('2020-02-01+00');
                CREATE TABLE public.pt3_2 PARTITION OF public.pt3 FOR VALUES FROM ('2020-02-01+00') TO ('2100-01-01+00');
                CREATE TRIGGER visit_report_keys_insert BEFORE UPDATE ON public.pt3
                    FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
                CREATE FUNCTION app.visit_report_keys_delete() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
                CREATE FUNCTION app.visit_report_keys_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
                CREATE TRIGGER visit_report_keys_delete AFTER DELETE ON public.pt3
                    FOR EACH ROW EXECUTE FUNCTION app.visit_report_keys_delete();
                CREATE TRIGGER zz_visit_report_keys_update BEFORE UPDATE ON public.pt3
                    FOR EACH ROW EXECUTE FUNCTION app.visit_report_keys_update();
                INSERT INTO public.pt3 SELECT id, report_number, visit_date, '2020-01-05' FROM public.visit_report_keys;
                INSERT INTO rssctl.partition_policy (schema_name, table_name, key_column, partition_interval, retention, quarantine_days)
                    VALUES ('public', 'pt3', 'at', 'month', '24 months', 0);
                """)
            #expect(try await KeyRegistry.of(oid("public.pt3", scenario.admin), scenario.admin) == nil)
            let first = try await maintain(Self.name("pt3"), scenario.admin)
            let second = try await maintain(
                Self.name("pt3"), scenario.admin, at: Self.now.addingTimeInterval(400 * 86_400))
            #expect(first.errors.isEmpty && second.errors.isEmpty, "\(first) \(second)")
            #expect(second.done.contains("drop pt3_1"), "\(first) \(second)")
            #expect(
                try await scenario.admin.value(
                    "SELECT (SELECT count(*) FROM visit_report_keys) || ' ' || (SELECT count(*) FROM hardware_inventory)"
                )
                    == "80 160")
        }
    }

    @Test func `a registry that belongs to another role than its table is refused`() async throws {
        try await TenantScenario.run(migrated: true) { scenario in
            try await scenario.tenant.executeScript(
                """
                CREATE TABLE public.pt4 (id uuid, at timestamptz NOT NULL) PARTITION BY RANGE (at);
                CREATE FUNCTION public.users_insert() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
                CREATE FUNCTION public.users_delete() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
                CREATE FUNCTION public.users_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
                CREATE TRIGGER users_insert AFTER INSERT ON public.pt4 FOR EACH ROW EXECUTE FUNCTION public.users_insert();
                CREATE TRIGGER users_delete AFTER DELETE ON public.pt4 FOR EACH ROW EXECUTE FUNCTION public.users_delete();
                CREATE TRIGGER zz_users_update BEFORE UPDATE ON public.pt4 FOR EACH ROW EXECUTE FUNCTION public.users_update();
                """)
            let forged = await code {
                _ = try await KeyRegistry.of(oid("public.pt4", scenario.admin), scenario.admin)
            }
            #expect(forged == "RSS-PARTITION-113")
        }
    }

    @Test func `a registry that a superuser's migration made counts where both tables have the same owner`()
        async throws
    {
        try await TenantScenario.run(migrated: true) { scenario in
            let table = try await oid("public.visit_reports", scenario.admin)
            #expect(try await KeyRegistry.of(table, scenario.admin)?.relation.name == "visit_report_keys")
            try await scenario.admin.execute("ALTER TABLE visit_reports OWNER TO \(scenario.role)")
            let halfway = await code { _ = try await KeyRegistry.of(table, scenario.admin) }
            #expect(halfway == "RSS-PARTITION-113")
            try await scenario.admin.execute("ALTER TABLE visit_report_keys OWNER TO \(scenario.role)")
            #expect(try await KeyRegistry.of(table, scenario.admin)?.relation.name == "visit_report_keys")
            try await scenario.admin.executeScript(
                "ALTER TABLE visit_reports OWNER TO current_user; ALTER TABLE visit_report_keys OWNER TO current_user")
        }
    }

    @Test func `the audit of a registry does not mistake a column for a table`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE items (k int, t int, at date NOT NULL) PARTITION BY RANGE (at);
                CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                CREATE TABLE item_keys (k int PRIMARY KEY, t int, at date);
                CREATE FUNCTION item_keys_insert() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
                CREATE FUNCTION item_keys_delete() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
                CREATE FUNCTION item_keys_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
                CREATE TRIGGER item_keys_insert AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION item_keys_insert();
                CREATE TRIGGER item_keys_delete AFTER DELETE ON items FOR EACH ROW EXECUTE FUNCTION item_keys_delete();
                CREATE TRIGGER zz_item_keys_update BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION item_keys_update();
                INSERT INTO items VALUES (1, 1, '2026-02-02'), (2, NULL, '2026-02-02'), (4, 4, '2026-02-02');
                INSERT INTO item_keys VALUES (1, 1, '2026-02-02'), (3, NULL, '2026-02-02'), (4, 5, '2026-02-02');
                """)
            let table = try await PartitionCatalog(connection).table(Self.name("items"))
            let findings = try await RegistryAudit(connection).findings(table)
            #expect(
                findings.map(\.detail) == [
                    "1 keys in it have no row in public.items: 3.",
                    "1 keys in it differ from their row in public.items: 4.",
                    "1 rows of public.items have no key in it: 2.",
                ])
        }
    }

    // MARK: Records

    private static func record(_ state: String, dropAfter: String, _ table: String = "victim") -> String {
        """
        INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid, definition,
            lower_bound, upper_bound, state, drop_after, run_id)
        VALUES ('app', 'events', 'public', '\(table)', 'public.\(table)'::regclass::oid::bigint,
            'FOR VALUES FROM (''2020-01-01'') TO (''2020-02-01'')', '2020-01-01', '2020-02-01', '\(state)',
            \(dropAfter), gen_random_uuid())
        """
    }

    @Test(arguments: ["now() - interval '1 day'", "now() + interval '100 days'"])
    func `a record drops, attaches and reads no table of another role`(dropAfter: String) async throws {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents()
            let guardBefore = try await scenario.admin.value(
                "SELECT pg_get_functiondef('rssctl.guard_table'::regproc)")
            // As the tables were in format 5, which let such a record be written.
            try await scenario.admin.executeScript(
                """
                CREATE TABLE public.victim (id bigint NOT NULL, day date NOT NULL, value int, PRIMARY KEY (id, day));
                INSERT INTO public.victim SELECT g, '2020-01-05', g FROM generate_series(1, 10) g;
                CREATE OR REPLACE FUNCTION rssctl.guard_table() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
                    $$BEGIN RETURN NEW; END$$;
                UPDATE rssctl.bookkeeping SET format = 5;
                """)
            try await scenario.tenant.execute(Self.record("quarantined", dropAfter: dropAfter))
            try await PolicyStore(scenario.admin).set(
                PartitionPolicy(table: TenantScenario.table, column: "day", premake: 0), runID: UUID().uuidString)
            #expect(
                try await scenario.admin.value("SELECT pg_get_functiondef('rssctl.guard_table'::regproc)")
                    == guardBefore)
            let kept = try await maintain(TenantScenario.table, scenario.admin, at: Date())
            #expect(!kept.done.contains("drop victim"))
            if dropAfter.contains("-") { #expect(kept.errors.contains("RSS-PARTITION-113"), "\(kept)") }
            let run = RetireScenario.run(scenario.admin)
            let undone = await code { _ = try await run.undo(Self.name("victim"), isDryRun: false) }
            #expect(undone == "RSS-PARTITION-113")
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archived = await code {
                    _ = try await ArchiveScenario.archiver(scenario.admin).archive(
                        Self.name("victim"), to: folder, progress: .silent)
                }
                #expect(archived == "RSS-PARTITION-113")
            }
            #expect(
                try await scenario.admin.value(
                    "SELECT (SELECT count(*) FROM public.victim) || ' ' || relispartition || ' ' || relhastriggers FROM pg_class WHERE oid = 'public.victim'::regclass"
                ) == "10 false false")
            // And no such record is written any more.
            try await scenario.admin.execute("CREATE TABLE public.victim2 (id int)")
            let denied = await #expect(throws: PostgresError.self) {
                try await scenario.tenant.execute(
                    Self.record("quarantined", dropAfter: dropAfter, "victim2"))
            }
            #expect(denied?.sqlState == .insufficientPrivilege)
        }
    }

    @Test(arguments: ["drop.archived", "drop.compared"])
    func `a partition that another role owns by then is not dropped, however late`(point: String) async throws {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents()
            let partition = RelationName(schema: "app", name: "events_2026_01")
            _ = try await RetireScenario.run(scenario.admin).retire([partition], quarantineDays: 0, isDryRun: false)
            let other = try await PostgresConnection.connect(scenario.options)
            let target = try await PartitionTarget.find(partition, scenario.admin)
            let retirement = PartitionRetirement(
                connection: scenario.admin, lockPolicy: Self.locks, runID: UUID().uuidString, observer: nil,
                progress: .silent)
            let found = await code {
                try await FaultPoint.$handler.withValue({ name in
                    if name == point {
                        try await other.execute("ALTER TABLE app.events_2026_01 OWNER TO current_user")
                    }
                }) {
                    try await PartitionDrop(retirement: retirement, table: target.table, folder: nil).drop(partition)
                }
            }
            #expect(found == "RSS-PARTITION-113")
            #expect(try await other.value("SELECT count(*) > 50 FROM app.events_2026_01") == "t")
            // Nor is one retired that could not be reattached.
            try await other.execute("ALTER TABLE app.events_2026_02 OWNER TO current_user")
            let retired = await code {
                _ = try await RetireScenario.run(scenario.admin).retire(
                    [RelationName(schema: "app", name: "events_2026_02")], quarantineDays: 0, isDryRun: false)
            }
            #expect(retired == "RSS-PARTITION-113")
            #expect(
                try await other.value(
                    "SELECT relispartition FROM pg_class WHERE oid = 'app.events_2026_02'::regclass") == "t")
            await other.close()
        }
    }

    @Test(arguments: [
        "CREATE TABLE public.gadget_keys (id bigint)", "CREATE TABLE public.gadgets_rssctl_draft (id bigint)",
        "CREATE FUNCTION public.gadget_keys_insert() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ])
    func `a conversion drops and fills nothing of another role`(victim: String) async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.execute("CREATE TABLE public.gadgets (id bigint PRIMARY KEY, day date NOT NULL)")
            let conversion = Conversion(scenario.admin, lockPolicy: Self.locks, runID: UUID().uuidString)
            let request = ConversionRequest(table: Self.name("gadgets"), column: "day", globalUnique: ["id"])
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "convert.begun" { throw Killed() } }) {
                    _ = try await conversion.run(request, at: Self.now, progress: .silent)
                }
            }
            let count = """
                SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                    || ' ' || (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
                """
            try await scenario.admin.execute(victim)
            let before = try await scenario.admin.value(count)
            let aborted = await code { _ = try await conversion.abort(request.table, progress: .silent) }
            let finished = await code { _ = try await conversion.run(request, at: Self.now, progress: .silent) }
            #expect([aborted, finished] == ["RSS-PARTITION-113", "RSS-PARTITION-113"])
            #expect(try await scenario.admin.value(count) == before)
        }
    }

    @Test func `work on partitions renames no index of another role`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.admin.execute("CREATE TABLE public.bigt (id int, email text UNIQUE)")
            try await scenario.tenant.executeScript(
                """
                CREATE TABLE public.things (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE public.things_default PARTITION OF public.things DEFAULT;
                INSERT INTO public.things SELECT g, date '2026-01-01' + g % 60 FROM generate_series(1, 100) g;
                """)
            func drain() async throws {
                _ = try await ReshapeScenario.reshape(scenario.admin).drain(
                    Self.name("things"), ReshapeScenario.options(), progress: .silent)
            }
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "reshape.recorded" { throw Killed() } }) {
                    try await drain()
                }
            }
            try await scenario.tenant.execute(
                """
                UPDATE rssctl.partition_work SET phase = 'swapped',
                    spec = jsonb_set(spec, '{targets,0}', spec->'targets'->0 || '{"name": "bigt", "workName": "bigt_em"}')
                """)
            let finished = await code { try await drain() }
            #expect(finished == "RSS-PARTITION-113")
            #expect(
                try await scenario.admin.value("SELECT to_regclass('public.bigt_email_key') IS NOT NULL") == "t")
        }
    }

    @Test func `partitions go to no tablespace that the table's owner may not use`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents()
            let space = "space_\(UUID().uuidString.prefix(8).lowercased())"
            try await scenario.admin.execute("SET allow_in_place_tablespaces = on")
            try await scenario.admin.execute("CREATE TABLESPACE \(space) LOCATION ''")
            var policy = PartitionPolicy(table: TenantScenario.table, column: "day", premake: 1)
            policy.tablespace = space
            let table = try await PartitionCatalog(scenario.admin).table(TenantScenario.table)
            let wanted = policy
            let refused = await code {
                _ = try await PartitionTemplate(table, policy: wanted, connection: scenario.admin)
            }
            #expect(refused == "RSS-PARTITION-114")
            try await scenario.admin.execute("GRANT CREATE ON TABLESPACE \(space) TO \(scenario.role)")
            let template = try await PartitionTemplate(table, policy: wanted, connection: scenario.admin)
            #expect(template.create("app.x")[0].hasSuffix(" TABLESPACE \"\(space)\""))
            policy.tablespace = "pg_default"
            _ = try await PartitionTemplate(table, policy: policy, connection: scenario.admin)
            try await scenario.admin.execute("DROP TABLESPACE \(space)")
        }
    }
}
