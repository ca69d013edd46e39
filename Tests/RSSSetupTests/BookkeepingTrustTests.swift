import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk
@testable import RSSMigrate
@testable import RSSPartition
@testable import RSSSetup

/// The schema `rssctl` is not used where a role that is not trusted could have code run in it.
@Suite struct BookkeepingTrustTests {
    /// A role without rights, which is gone afterwards.
    private func withRole(
        _ options: ConnectionOptions, _ body: (PostgresConnection, _ role: String) async throws -> Void
    ) async throws {
        let admin = try await PostgresConnection.connect(options)
        let role = "evil_\(UUID().uuidString.prefix(8).lowercased())"
        try await admin.executeScript("CREATE ROLE \(role) LOGIN PASSWORD 'x'; CREATE TABLE public.alarm (what text)")
        let end = "DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)"
        do {
            try await body(admin, role)
        } catch {
            try await admin.executeScript(end)
            throw error
        }
        try await admin.executeScript(end)
        await admin.close()
    }

    private func refusal(_ options: ConnectionOptions) async throws -> BookkeepingUntrusted? {
        let session = try await PostgresConnection.connect(options)
        var found: BookkeepingUntrusted?
        for reading in [true, false] {
            do {
                if reading {
                    _ = try await BookkeepingSchema.exists("rssctl.operation", session)
                } else {
                    try await BookkeepingSchema.prepare(session)
                }
                found = nil
            } catch let error as BookkeepingUntrusted {
                found = error
            }
        }
        await session.close()
        return found
    }

    @Test func `a schema that another role made in advance is refused, and nothing in it is run`() async throws {
        try await withDatabase { options in
            try await withRole(options) { admin, role in
                try await admin.execute("GRANT INSERT ON public.alarm TO \(role)")
                try await admin.executeScript(
                    """
                    DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO \(role)', current_database()); END$$;
                    SET ROLE \(role);
                    CREATE SCHEMA rssctl;
                    CREATE FUNCTION rssctl.pwn() RETURNS timestamptz LANGUAGE plpgsql AS
                        $$BEGIN INSERT INTO public.alarm VALUES (current_user); RETURN now(); END$$;
                    CREATE TABLE rssctl.operation (id bigint GENERATED ALWAYS AS IDENTITY,
                        at timestamptz NOT NULL DEFAULT rssctl.pwn(), run_id uuid, by text, operation text, object text, detail text);
                    CREATE VIEW rssctl.bookkeeping AS SELECT true AS one, 5 AS format, rssctl.pwn();
                    CREATE VIEW rssctl.partition_policy AS SELECT rssctl.pwn();
                    RESET ROLE;
                    """)
                let found = try #require(try await refusal(options))
                #expect(found.report.code == "RSS-PG-013" && found.report.exit == .permission)
                #expect(found.report.message.contains("schema rssctl belongs to the role \(role)"))
                #expect(found.report.hint?.contains("ALTER SCHEMA rssctl") == true)
                let run = UUID().uuidString
                let session = try await PostgresConnection.connect(options)
                await #expect(throws: BookkeepingUntrusted.self) {
                    try await Migrator(session, source: .shipped, lockPolicy: LockPolicy(), runID: run).up(.silent)
                }
                await #expect(throws: BookkeepingUntrusted.self) { try await PolicyStore(session).kept() }
                await #expect(throws: BookkeepingUntrusted.self) { try await RunHistory.list(session, limit: 1) }
                let lines = try await Diagnosis.bookkeeping(session)
                #expect(lines.first?.verdict == .critical && lines.first?.what.contains(role) == true)
                await session.close()
                #expect(try await admin.value("SELECT count(*) FROM public.alarm") == "0")
            }
        }
    }

    /// What a role can have on tables of which another one is the owner, and what an owner can have left.
    private static let foreign: [(sql: String, problem: String)] = [
        ("ALTER TABLE rssctl.operation OWNER TO %R", "rssctl.operation belongs to the role"),
        ("ALTER FUNCTION rssctl.refuse_write() OWNER TO %R", "function rssctl.refuse_write() belongs to the role"),
        ("ALTER FUNCTION rssctl.prune_bulk() OWNER TO %R", "function rssctl.prune_bulk() belongs to the role"),
        ("ALTER TABLE rssctl.operation ALTER COLUMN detail SET DEFAULT public.pwn('')", "has a default"),
        (
            "ALTER TABLE rssctl.operation ADD COLUMN x text GENERATED ALWAYS AS (public.pwn(detail)) STORED",
            "generated column"
        ),
        ("ALTER TABLE rssctl.operation ADD CHECK (public.pwn(detail) IS NOT NULL)", "has the constraint"),
        ("CREATE INDEX ON rssctl.bulk_run (public.pwn(file_name))", "has the index"),
        (
            "CREATE TRIGGER t BEFORE INSERT ON rssctl.operation FOR EACH ROW EXECUTE FUNCTION public.fire()",
            "has the trigger t"
        ),
        (
            """
            CREATE TRIGGER t BEFORE UPDATE ON rssctl.bulk_run FOR EACH ROW WHEN (public.pwn(NEW.by) IS NOT NULL)
            EXECUTE FUNCTION suppress_redundant_updates_trigger()
            """, "has the trigger t"
        ),
        ("CREATE RULE r AS ON INSERT TO rssctl.operation DO ALSO SELECT public.pwn('')", "has the rule r"),
        ("CREATE POLICY p ON rssctl.operation USING (public.pwn('') IS NOT NULL)", "has the policy p"),
        ("ALTER TABLE rssctl.bulk_run ENABLE ROW LEVEL SECURITY", "has row level security"),
        ("CREATE TABLE public.child () INHERITS (rssctl.operation)", "inherits with"),
        ("ALTER TABLE rssctl.bulk_mapping ADD COLUMN x public.word", "has a column that uses type"),
        ("GRANT TRIGGER ON rssctl.operation TO %R", "lets the role"),
        ("GRANT ALL ON rssctl.bulk_run TO PUBLIC", "lets every role make triggers"),
        (
            "ALTER TABLE rssctl.bulk_mapping RENAME TO m; CREATE VIEW rssctl.bulk_mapping AS TABLE rssctl.m",
            "rssctl.bulk_mapping is not an ordinary table"
        ),
    ]

    @Test(arguments: foreign.indices)
    func `what is foreign on a table of ours is refused by its name`(index: Int) async throws {
        let (sql, problem) = Self.foreign[index]
        try await withDatabase(migrated: true) { options in
            try await withRole(options) { admin, role in
                try await admin.executeScript(
                    """
                    GRANT INSERT ON public.alarm TO PUBLIC;
                    CREATE FUNCTION public.pwn(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
                        $$BEGIN RETURN $1; END$$;
                    CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS
                        $$BEGIN INSERT INTO public.alarm VALUES (current_user); RETURN NEW; END$$;
                    CREATE DOMAIN public.word AS text;
                    ALTER FUNCTION public.fire() OWNER TO \(role);
                    """)
                #expect(try await refusal(options) == nil)
                try await admin.executeScript(sql.replacing("%R", with: role))
                let found = try #require(try await refusal(options))
                let report = found.report
                // Before 15, it is the column that depends on what its expression calls.
                let isOld = await admin.serverVersion < 150_000
                let named = isOld ? problem.replacing("generated column", with: "column") : problem
                #expect("\(report.message); \(report.detail ?? "")".contains(named), "\(report)")
                #expect(try await admin.value("SELECT count(*) FROM public.alarm") == "0")
            }
        }
    }

    @Test func `the owner of the database, the own role and a role that it is a member of are trusted`() async throws {
        try await withDatabase { options in
            try await withRole(options) { admin, role in
                try await admin.executeScript(
                    "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO \(role)', current_database()); END$$")
                var own = options
                own.keywords["user"] = role
                own.keywords["password"] = "x"
                let session = try await PostgresConnection.connect(own)
                try await BookkeepingSchema.prepare(session)
                await session.close()
                // Made by a role that owns nothing else: it itself may use it, a superuser may not.
                #expect(try await refusal(own) == nil)
                #expect(try await refusal(options) != nil)
                let other = "\(role)_2"
                try await admin.executeScript(
                    """
                    CREATE ROLE \(other) LOGIN PASSWORD 'x';
                    GRANT USAGE ON SCHEMA rssctl TO \(other);
                    GRANT SELECT ON ALL TABLES IN SCHEMA rssctl TO \(other);
                    """)
                own.keywords["user"] = other
                #expect(try await refusal(own) != nil)
                try await admin.execute("GRANT \(role) TO \(other)")
                #expect(try await refusal(own) == nil)
                try await admin.executeScript("DROP OWNED BY \(other); DROP ROLE \(other)")
                // Once the database is that role's, everybody trusts it.
                try await admin.executeScript(
                    "DO $$BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO \(role)', current_database()); END$$")
                #expect(try await refusal(options) == nil)
                try await admin.executeScript(
                    "DO $$BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), current_user); END$$"
                )
            }
        }
    }

    @Test func `tables of format 4 are brought to this format in place, and keep their rows`() async throws {
        try await BulkScenario.run { scenario in
            let run = try #require(try await scenario.load(try scenario.file(BulkScenario.rows(1...3))).run)
            try await scenario.connection.executeScript(
                """
                DROP FUNCTION rssctl.attest_run, rssctl.guard_run, rssctl.stamp_author, rssctl.prune_bulk CASCADE;
                ALTER TABLE rssctl.bulk_run DROP COLUMN is_attested;
                ALTER TABLE rssctl.bulk_before DROP COLUMN texts;
                ALTER TABLE rssctl.bulk_before ALTER COLUMN before SET NOT NULL;
                UPDATE rssctl.bookkeeping SET format = 4;
                """)
            await #expect(throws: BookkeepingOutdated.self) { try await scenario.undo(run, isDryRun: true) }
            // Its author was not verified, so it is named.
            let undo = RunUndo(scenario.connection, runID: UUID().uuidString.lowercased(), progress: .silent)
            let error = await #expect(throws: RunUndoError.self) { try await undo.run(run) }
            #expect(error?.report.code == "RSS-IMPORT-141")
            let role = try #require(try await scenario.texts("SELECT session_user::text")[0])
            #expect(try await undo.run(run, author: role).removed == 3)
            #expect(
                try await scenario.number("SELECT format FROM rssctl.bookkeeping")
                    == Int64(BookkeepingSchema.format))
        }
    }
}
