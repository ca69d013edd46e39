import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// A superuser maintains the partitioned tables of a tenant: the tenant's code never runs with more than the tenant's rights.
@Suite struct ForeignCodePartitionTests {
    /// How code can be run, and the commands that would run it.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        var extra = ""
        var behind = ""
        let refused: Set<String>

        var testDescription: String { name }
    }

    private static let reading: Set = [
        "plan", "maintain", "index", "split", "merge", "drain", "archive", "retire", "convert",
    ]
    private static let copying: Set = ["split", "merge", "drain", "convert"]

    static let kinds = [
        Kind(name: "check", extra: " CHECK (value > app.f(0) - 1)", refused: reading),
        Kind(
            name: "index", behind: "CREATE INDEX EVENTS_x ON app.EVENTS ((value + app.f(1))) WHERE value > app.f(0);",
            refused: reading),
        Kind(
            name: "generated column", extra: ", g int GENERATED ALWAYS AS (app.f(value)) STORED", refused: copying),
        Kind(name: "domain", extra: ", d app.small", refused: []),
        Kind(
            name: "trigger",
            behind:
                "CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON app.EVENTS FOR EACH ROW EXECUTE FUNCTION app.t();",
            refused: []),
        Kind(name: "default", extra: ", x int DEFAULT app.f(1)", refused: []),
    ]

    private static let day = Date(timeIntervalSince1970: 1_773_100_800)  // 2026-03-10

    private func name(_ table: String) -> RelationName { RelationName(schema: "app", name: table) }

    private func make(_ kind: Kind, _ scenario: TenantScenario) async throws {
        try await scenario.tenant.execute("CREATE DOMAIN app.small AS int CHECK (app.f(value) < 100000)")
        try await scenario.makeEvents(
            extra: kind.extra, behind: kind.behind.replacing("EVENTS", with: "events"))
        try await scenario.tenant.executeScript(
            """
            CREATE TABLE app.orders (id bigint, day date NOT NULL, value int\(kind.extra), PRIMARY KEY (id, day));
            INSERT INTO app.orders (id, day, value) SELECT g, date '2026-01-01' + g % 60, g FROM generate_series(1, 120) g;
            \(kind.behind.replacing("EVENTS", with: "orders"))
            """)
    }

    /// Runs every command on a session.
    ///
    /// - Returns: those that were refused.
    private func commands(_ session: PostgresConnection, _ scenario: TenantScenario, _ folder: String) async throws
        -> Set<String>
    {
        let policy = PartitionPolicy(table: TenantScenario.table, column: "day", premake: 3)
        let locks = LockPolicy(timeout: .milliseconds(50), budget: .seconds(5))
        let run = UUID().uuidString
        var refused: Set<String> = []
        func note(_ command: String, _ work: () async throws -> Void) async throws {
            if try await scenario.refusal(work) != nil { refused.insert(command) }
            #expect(try await scenario.alarms(session) == [], "\(command)")
        }
        try await note("plan") {
            _ = try await PartitionMaintenance(session, lockPolicy: locks, runID: run).plan(policy, at: Self.day)
        }
        try await note("check") {
            let surveys = try await PartitionSurveyor(session).survey(
                [TenantScenario.table], defaultPremake: 3, at: Self.day)
            _ = try await PartitionInspector(session).inspect(surveys, deep: true)
        }
        try await note("maintain") {
            var options = MaintenanceRun.Options(at: Self.day)
            options.tables = [TenantScenario.table]
            let results = try await MaintenanceRun(session, lockPolicy: locks, runID: run).run(
                options, progress: .silent)
            #expect(results.flatMap(\.outcomes).compactMap(\.error) == [])
        }
        try await note("index") {
            _ = try await PartitionIndexRun(session, lockPolicy: locks, runID: run).create(
                "CREATE INDEX events_value ON app.events (value)", progress: .silent)
        }
        let reshape = Reshape(session, lockPolicy: locks, runID: run)
        try await note("split") {
            var options = ReshapeScenario.options()
            options.interval = PartitionInterval("week")
            _ = try await reshape.split(name("events_2026_04"), options, progress: .silent)
        }
        try await note("merge") {
            _ = try await reshape.merge(
                [name("events_2026_01"), name("events_2026_02")], ReshapeScenario.options(), progress: .silent)
        }
        try await note("drain") {
            var options = ReshapeScenario.options()
            options.takesAll = true
            _ = try await reshape.drain(TenantScenario.table, options, progress: .silent)
        }
        try await note("archive") {
            _ = try await ArchiveScenario.archiver(session).archive(
                name("events_2026_03"), to: folder, progress: .silent)
        }
        try await note("retire") {
            _ = try await RetireScenario.run(session).retire(
                [name("events_2026_03")], quarantineDays: 1, isDryRun: false)
            _ = try await RetireScenario.run(session).undo(name("events_2026_03"), isDryRun: false)
        }
        try await note("convert") {
            let request = ConversionRequest(table: name("orders"), column: "day")
            _ = try await Conversion(session, lockPolicy: locks, runID: run).run(
                request, at: Self.day, progress: .silent)
        }
        return refused
    }

    @Test(arguments: kinds)
    func `nothing of a tenant's runs as the superuser who maintains the table, and the rows are what they were`(
        kind: Kind
    ) async throws {
        try await TenantScenario.run { scenario in
            try await make(kind, scenario)
            let rows = "SELECT md5(string_agg(ROW(id, day, value)::text, ',' ORDER BY id)) FROM app.events"
            let before = try await scenario.tenant.value(rows)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let refused = try await commands(scenario.admin, scenario, folder)
                #expect(refused == kind.refused)
            }
            #expect(try await scenario.tenant.value(rows) == before)
        }
    }

    @Test(arguments: kinds)
    func `to the owner everything is open`(kind: Kind) async throws {
        try await TenantScenario.run { scenario in
            try await make(kind, scenario)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                #expect(try await commands(scenario.tenant, scenario, folder) == [])
            }
        }
    }

    @Test(arguments: [("trigger", false), ("default", true), ("generated column", true), ("domain", true)])
    func `an archive is restored without the tenant's code, or not at all`(name kind: String, isRefused: Bool)
        async throws
    {
        try await TenantScenario.run { scenario in
            try await make(try #require(Self.kinds.first { $0.name == kind }), scenario)
            let partition = name("events_2026_03")
            let locks = LockPolicy(timeout: .milliseconds(50), budget: .seconds(5))
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                _ = try await RetireScenario.run(scenario.tenant).retire(
                    [partition], quarantineDays: 0, isDryRun: false)
                let target = try await PartitionTarget.find(partition, scenario.tenant)
                let retirement = PartitionRetirement(
                    connection: scenario.tenant, lockPolicy: locks, runID: UUID().uuidString, observer: nil,
                    progress: .silent)
                try await PartitionDrop(retirement: retirement, table: target.table, folder: folder).drop(partition)
                let archive = try #require(
                    try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.contains(partition.name) })
                let refused = try await scenario.refusal {
                    _ = try await PartitionRestore(
                        scenario.admin, lockPolicy: locks, runID: UUID().uuidString, progress: .silent
                    ).restore("\(folder)/\(archive)", into: nil, isDryRun: false)
                }
                #expect((refused != nil) == isRefused)
                #expect(try await scenario.alarms(scenario.admin) == [])
                let isThere = try await scenario.admin.value("SELECT to_regclass('app.events_2026_03') IS NOT NULL")
                #expect(isThere == (isRefused ? "f" : "t"))
            }
        }
    }

    @Test(arguments: [
        "CREATE INDEX ON %s ((value + app.f(1)))",
        "CREATE TRIGGER evil BEFORE INSERT OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION app.t()",
        "CREATE RULE evil AS ON DELETE TO %s DO ALSO SELECT app.f(1)",
        "ALTER TABLE %s ADD CHECK (value > app.f(0) - 1)",
    ])
    func `code that the tenant puts on the copies while they are made does not run, and the work can be aborted`(
        sql: String
    ) async throws {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents()
            let tenant = scenario.tenant
            let reshape = ReshapeScenario.reshape(scenario.admin)
            let error = await #expect(throws: ForeignCode.self) {
                try await FaultPoint.$handler.withValue({ point in
                    guard point == "reshape.captured" else { return }
                    try await tenant.execute(
                        """
                        DO $$ DECLARE t regclass; BEGIN
                            FOR t IN SELECT i.inhrelid::regclass FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
                                WHERE p.relnamespace = 'rssctl'::regnamespace
                            LOOP
                                EXECUTE format('\(sql)', t);
                            END LOOP;
                        END $$
                        """)
                }) {
                    _ = try await reshape.split(
                        name("events_2026_04"), week(), progress: .silent)
                }
            }
            #expect(error?.role == scenario.role)
            #expect(try await scenario.alarms(scenario.admin) == [])
            _ = try await reshape.abort(TenantScenario.table, progress: .silent)
            #expect(try await scenario.alarms(scenario.admin) == [])
            #expect(try await scenario.admin.value("SELECT count(*) FROM app.events") == "260")
        }
    }

    @Test func `the functions that capture changes meanwhile run with the owner's rights`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents()
            let (tenant, admin, role) = (scenario.tenant, scenario.admin, scenario.role)
            let owners = Mutex<[String?]>([])
            let other = try await PostgresConnection.connect(scenario.options)
            try await FaultPoint.$handler.withValue({ point in
                guard point == "reshape.captured" else { return }
                let owner = try await other.value(
                    """
                    SELECT string_agg(DISTINCT pg_get_userbyid(proowner), ',') FROM pg_proc
                    WHERE pronamespace = 'rssctl'::regnamespace AND prosecdef AND proname LIKE '%capture'
                    """)
                owners.withLock { $0.append(owner) }
                try await tenant.execute("UPDATE app.events SET value = -1 WHERE day = '2026-04-10'")
            }) {
                _ = try await ReshapeScenario.reshape(admin).split(name("events_2026_04"), week(), progress: .silent)
            }
            await other.close()
            #expect(owners.withLock { $0 } == [role])
            #expect(
                try await admin.value("SELECT bool_and(value = -1) FROM app.events WHERE day = '2026-04-10'") == "t")
            #expect(try await admin.value("SELECT count(*) FROM app.events") == "260")
        }
    }

    @Test func `rows that row security hides from the owner are an error to a drain, and not counted as none`()
        async throws
    {
        try await TenantScenario.run { scenario in
            try await scenario.makeEvents(
                behind: """
                    ALTER TABLE app.events_default ENABLE ROW LEVEL SECURITY;
                    ALTER TABLE app.events_default FORCE ROW LEVEL SECURITY;
                    """)
            #expect(try await scenario.tenant.value("SELECT count(*) FROM app.events_default") == "0")
            var options = ReshapeScenario.options()
            options.takesAll = true
            let error = await #expect(throws: PostgresError.self) {
                _ = try await ReshapeScenario.reshape(scenario.tenant).drain(
                    TenantScenario.table, options, progress: .silent)
            }
            #expect(error?.sqlState == .insufficientPrivilege)
            #expect(try await scenario.admin.value("SELECT count(*) FROM app.events_default") == "20")
        }
    }

    private func week() -> Reshape.Options {
        var options = ReshapeScenario.options()
        options.interval = PartitionInterval("week")
        return options
    }
}
