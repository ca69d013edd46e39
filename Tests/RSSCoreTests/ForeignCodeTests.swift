import Foundation
import PostgresClient
import RSSModel
import RSSPartition
import TestSupport
import Testing

@testable import RSSCore

/// Code of a role with fewer rights is found wherever a statement would run it, and nowhere else.
@Suite struct ForeignCodeTests {
    /// What the tenant makes, with the name of the relation and the weakest use that evaluates the code; nil for none.
    private struct Kind {
        let relation: String
        let use: ForeignCode.Use?
        let sql: String

        init(_ relation: String, _ use: ForeignCode.Use?, _ sql: String) {
            self.relation = relation
            self.use = use
            self.sql = sql
        }
    }

    private static let kinds = [
        Kind(
            "harmless", nil,
            """
            CREATE TABLE app.harmless (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial, u uuid DEFAULT gen_random_uuid(),
                t timestamptz DEFAULT now(), d date DEFAULT (now() AT TIME ZONE 'UTC')::date, r float8 DEFAULT random(),
                w text DEFAULT current_user, c text CHECK (length(c) < 10 AND c ~ 'a'), g text GENERATED ALWAYS AS (lower(c)) STORED);
            CREATE INDEX ON app.harmless (lower(c)) WHERE s > 3;
            CREATE STATISTICS app.harmless_s ON (s % 3), (s + 1) FROM app.harmless
            """),
        Kind("checked", .reading, "CREATE TABLE app.checked (a int CHECK (app.f(a) > 0))"),
        Kind("indexed", .reading, "CREATE TABLE app.indexed (a int); CREATE INDEX ON app.indexed (app.f(a))"),
        Kind("partly", .reading, "CREATE TABLE app.partly (a int); CREATE INDEX ON app.partly (a) WHERE app.f(a) > 0"),
        Kind(
            "counted", .reading,
            "CREATE TABLE app.counted (a int, b int); CREATE STATISTICS app.counted_s ON (app.f(a)), b FROM app.counted"
        ),
        Kind("parted", .reading, "CREATE TABLE app.parted (a int) PARTITION BY RANGE (app.f(a))"),
        Kind(
            "parent", .reading,
            """
            CREATE TABLE app.parent (a int, d date) PARTITION BY RANGE (d);
            CREATE TABLE app.child PARTITION OF app.parent (CHECK (app.f(a) > 0)) FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')
            """),
        Kind(
            "compared", .reading,
            """
            CREATE FUNCTION app.same(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
            CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = app.same);
            CREATE TABLE app.compared (a int CHECK (a OPERATOR(app.===) 1))
            """),
        Kind(
            "borrowed", .reading,
            """
            CREATE OPERATOR app.~~~ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
            CREATE TABLE app.borrowed (a int CHECK (a OPERATOR(app.~~~) 1))
            """),
        Kind("viewed", .reading, "CREATE VIEW app.viewed AS SELECT app.f(1)"),
        Kind("viewed_twice", .reading, "CREATE VIEW app.viewed_twice AS SELECT * FROM app.viewed"),
        Kind("viewed_table", .reading, "CREATE VIEW app.viewed_table AS SELECT a FROM app.indexed"),
        Kind(
            "summed", .reading,
            "CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int); CREATE VIEW app.summed AS SELECT app.total(1)"
        ),
        Kind("asking", .reading, "CREATE VIEW app.asking AS SELECT query_to_xml('SELECT app.f(1)', true, true, '')"),
        Kind(
            "referenced", .arranging,
            """
            CREATE TABLE app.referenced (id int PRIMARY KEY);
            CREATE TABLE app.referencing (p int REFERENCES app.referenced, CHECK (app.f(p) > 0))
            """),
        Kind("generated", .copying, "CREATE TABLE app.generated (a int, g int GENERATED ALWAYS AS (app.f(a)) STORED)"),
        Kind("of_domain", .writing, "CREATE DOMAIN app.d AS int; CREATE TABLE app.of_domain (a app.d)"),
        Kind("of_domains", .writing, "CREATE TABLE app.of_domains (a app.d[])"),
        Kind("of_pairs", .writing, "CREATE TYPE app.pair AS (x app.d, y int); CREATE TABLE app.of_pairs (a app.pair)"),
        Kind(
            "of_ranges", .copying,
            """
            CREATE FUNCTION app.away(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8';
            CREATE TYPE app.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = app.away); CREATE TABLE app.of_ranges (a app.span)
            """),
        Kind("defaulting", .writing, "CREATE TABLE app.defaulting (a int DEFAULT app.f(1))"),
        Kind("exporting", .writing, "CREATE TABLE app.exporting (a int DEFAULT lo_export(1, '/tmp/x'))"),
        Kind(
            "querying", .writing,
            "CREATE TABLE app.querying (a xml DEFAULT query_to_xml('SELECT app.f(1)', true, true, ''))"),
        Kind("telling", .writing, "CREATE TABLE app.telling (a text DEFAULT current_setting('data_directory'))"),
        Kind(
            "setting", .writing, "CREATE TABLE app.setting (a text DEFAULT set_config('search_path', 'app', false))"),
        Kind(
            "triggered", .filling,
            """
            CREATE TABLE app.triggered (a int);
            CREATE TRIGGER t BEFORE INSERT ON app.triggered FOR EACH ROW EXECUTE FUNCTION app.t()
            """),
        Kind(
            "disabled", nil,
            """
            CREATE TABLE app.disabled (a int);
            CREATE TRIGGER t BEFORE INSERT ON app.disabled FOR EACH ROW EXECUTE FUNCTION app.t();
            ALTER TABLE app.disabled DISABLE TRIGGER t
            """),
        Kind(
            "conditional", .filling,
            """
            CREATE TABLE app.conditional (a text);
            CREATE TRIGGER t BEFORE UPDATE ON app.conditional FOR EACH ROW WHEN (set_config('x.y', 'z', false) = NEW.a)
                EXECUTE FUNCTION suppress_redundant_updates_trigger()
            """),
        Kind(
            "ruled", .filling,
            "CREATE TABLE app.ruled (a int); CREATE RULE r AS ON INSERT TO app.ruled DO ALSO SELECT app.f(1)"),
        Kind(
            "cascading", .filling,
            """
            CREATE TABLE app.cascading (id int PRIMARY KEY);
            CREATE TABLE app.cascaded (p int REFERENCES app.cascading ON DELETE CASCADE);
            CREATE TRIGGER t AFTER DELETE ON app.cascaded FOR EACH ROW EXECUTE FUNCTION app.t()
            """),
        // No dependency leads from a type to the casts that its owner makes.
        Kind(
            "cast_column", .reading,
            """
            CREATE TYPE app.mood AS ENUM ('a');
            CREATE FUNCTION app.mood_json(app.mood) RETURNS json LANGUAGE sql AS $$ SELECT app.f(1)::text::json $$;
            CREATE CAST (app.mood AS json) WITH FUNCTION app.mood_json(app.mood);
            CREATE TABLE app.cast_column (a app.mood)
            """),
        Kind("cast_array", .reading, "CREATE TABLE app.cast_array (a app.mood[])"),
        Kind(
            "cast_composite", .reading,
            "CREATE TYPE app.moods AS (m app.mood); CREATE TABLE app.cast_composite (a app.moods)"),
        Kind(
            "cast_constant", .reading,
            "CREATE TABLE app.cast_constant (a int CHECK (to_json('a'::app.mood) IS NOT NULL))"),
        Kind(
            "foreign_rows", .reading,
            "CREATE SERVER app_server FOREIGN DATA WRAPPER remote; CREATE FOREIGN TABLE app.foreign_rows (a int) SERVER app_server"
        ),
        Kind(
            "foreign_part", .reading,
            """
            CREATE TABLE app.foreign_part (a int) PARTITION BY RANGE (a);
            CREATE FOREIGN TABLE app.foreign_part_1 PARTITION OF app.foreign_part DEFAULT SERVER app_server
            """),
        // Trusted functions with the tenant's arguments: the first deletes whatever large object a row names.
        Kind(
            "large_object", .filling,
            """
            CREATE TABLE app.large_object (a oid);
            CREATE TRIGGER t BEFORE UPDATE OR DELETE ON app.large_object FOR EACH ROW EXECUTE FUNCTION public.lo_manage(a)
            """),
        Kind(
            "unprivileged", .filling,
            """
            CREATE TABLE app.unprivileged (a int);
            CREATE TRIGGER t BEFORE DELETE ON app.unprivileged FOR EACH ROW EXECUTE FUNCTION public.lo_manage()
            """),
        Kind(
            "suppressed", nil,
            """
            CREATE TABLE app.suppressed (a int);
            CREATE TRIGGER t BEFORE UPDATE ON app.suppressed FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
            """),
    ]

    private static let uses: [ForeignCode.Use] = [.reading, .arranging, .copying, .filling, .writing]

    @Test func `each way to have code run is refused from the use on that runs it, and to its owner none`() async throws
    {
        try await TenantScenario.run { scenario in
            try await scenario.admin.executeScript(
                """
                CREATE EXTENSION IF NOT EXISTS lo SCHEMA public; CREATE FOREIGN DATA WRAPPER remote;
                GRANT USAGE ON FOREIGN DATA WRAPPER remote TO \(scenario.role);
                """)
            for kind in Self.kinds { try await scenario.tenant.executeScript(kind.sql) }
            for kind in Self.kinds {
                for use in Self.uses {
                    let wanted = kind.use.map { use.rawValue >= $0.rawValue } ?? false
                    let refused = try await scenario.refusal {
                        try await scenario.admin.refuseForeignCode(use, in: ["app.\(kind.relation)"])
                    }
                    #expect((refused != nil) == wanted, "\(kind.relation) \(use): \(String(describing: refused))")
                    if let refused { #expect(refused.role == scenario.role && refused.report.exit == .permission) }
                    try await scenario.tenant.refuseForeignCode(use, in: ["app.\(kind.relation)"])
                }
            }
            #expect(try await scenario.alarms(scenario.admin) == [])
        }
    }

    @Test func `a select alone runs what is in an index, and is refused before`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.executeScript(
                "CREATE TABLE app.s (a int); CREATE INDEX s_i ON app.s ((a + app.f(1)))")
            let refused = try await scenario.refusal {
                try await scenario.admin.refuseForeignCode(.reading, in: ["app.s"])
            }
            #expect(
                refused
                    == ForeignCode(
                        relation: "app.s", owner: scenario.role, part: "index s_i", code: "function app.f(integer)",
                        role: scenario.role))
            #expect(try await scenario.alarms(scenario.admin) == [])
            // What it is refused for.
            try await scenario.admin.query("SELECT count(*) FROM app.s")
            #expect(try await scenario.alarms(scenario.admin) != [])
        }
    }

    @Test func `only a session with more rights than the owner is concerned`() async throws {
        try await TenantScenario.run { scenario in
            let (other, member) = ("\(scenario.role)_other", "\(scenario.role)_member")
            try await scenario.tenant.executeScript(
                """
                CREATE TABLE app.w (a int);
                CREATE TRIGGER t BEFORE INSERT ON app.w FOR EACH ROW EXECUTE FUNCTION app.t();
                """)
            // A table of a superuser that calls a function of the tenant is not more trusted than one of the tenant.
            try await scenario.admin.executeScript(
                """
                CREATE TABLE public.mine (a int DEFAULT app.f(1));
                CREATE ROLE \(other); CREATE ROLE \(member) LOGIN PASSWORD 'member' IN ROLE \(scenario.role);
                GRANT USAGE ON SCHEMA app TO \(member);
                """)
            let mine = try await scenario.refusal {
                try await scenario.admin.refuseForeignCode(.writing, in: ["public.mine"])
            }
            #expect(mine?.code == "function app.f(integer)")
            var options = scenario.options
            options.keywords.merge(["user": member, "password": "member"]) { $1 }
            let session = try await PostgresConnection.connect(options)
            // It may become the owner, and no other role: the owner's code gains nothing of another role.
            try await session.refuseForeignCode(.writing, in: ["app.w"])
            try await scenario.admin.executeScript(
                "CREATE TABLE public.theirs (a int); ALTER TABLE public.theirs OWNER TO \(other); GRANT \(other) TO \(member)"
            )
            let both = try await scenario.refusal { try await session.refuseForeignCode(.writing, in: ["app.w"]) }
            #expect(both?.code == "function app.t()")
            // Who may become the session's own role gains nothing by it.
            try await scenario.admin.executeScript(
                "REVOKE \(scenario.role) FROM \(member); GRANT \(member) TO \(scenario.role)")
            try await session.refuseForeignCode(.writing, in: ["app.w"])
            await session.close()
            try await scenario.admin.executeScript(
                "DROP TABLE public.mine; DROP OWNED BY \(member), \(other) CASCADE; DROP ROLE \(member); DROP ROLE \(other)"
            )
        }
    }

    @Test func `an event trigger whose function is a tenant's fires for nothing of ours`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.executeScript(
                """
                CREATE FUNCTION app.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM app.alarm(); END $$;
                CREATE TABLE app.e (a int, d date) PARTITION BY RANGE (d);
                """)
            try await scenario.admin.execute("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION app.e()")
            let refused = try await scenario.refusal {
                _ = try await scenario.admin.keepingPartitions(of: RelationName(schema: "app", name: "e")) {
                    try await scenario.admin.execute("CREATE TABLE app.e_1 (LIKE app.e)")
                }
            }
            #expect(refused?.part == "event trigger e")
            try await scenario.admin.refuseForeignCode(.reading, in: ["app.e"])
            #expect(try await scenario.alarms(scenario.admin) == [])
            try await scenario.admin.execute("DROP EVENT TRIGGER e")
        }
    }

    @Test func `a transaction that writes blocks a trigger that would be made after the check`() async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.executeScript("CREATE TABLE app.w (a int); SET lock_timeout = '50ms'")
            try await scenario.admin.transaction {
                try await scenario.admin.refuseForeignCode(.writing, in: ["app.w"])
                let late = await #expect(throws: PostgresError.self) {
                    try await scenario.tenant.execute(
                        "CREATE TRIGGER t BEFORE INSERT ON app.w FOR EACH ROW EXECUTE FUNCTION app.t()")
                }
                #expect(late?.sqlState == .lockNotAvailable)
                try await scenario.admin.execute("INSERT INTO app.w VALUES (1)")
            }
            #expect(try await scenario.alarms(scenario.admin) == [])
        }
    }

    @Test func `nothing in the shipped schema prevents a superuser from loading, reading and maintaining its tables`()
        async throws
    {
        try await TenantScenario.run(migrated: true) { scenario in
            let tables = try await scenario.admin.query(
                "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            ).map { try $0.decode(String.self, at: 0) }
            for table in tables { try await scenario.admin.execute("ALTER TABLE \(table) OWNER TO \(scenario.role)") }
            let functions = try await scenario.admin.query(
                """
                SELECT oid::regprocedure::text FROM pg_proc AS p WHERE pronamespace = 'public'::regnamespace
                    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
                """
            ).map { try $0.decode(String.self, at: 0) }
            for function in functions {
                try await scenario.admin.execute("ALTER FUNCTION \(function) OWNER TO \(scenario.role)")
            }
            try await scenario.admin.refuseForeignCode(.copying, in: try await ApplicationTables(scenario.admin))
            try await scenario.admin.refuseForeignCode(
                .writing, in: ["public.hardware_inventory", "public.recycling_records"])
            // Its registry has a trigger that fires for TRUNCATE alone.
            try await scenario.admin.refuseForeignCode(.writing, in: ["public.visit_report_keys"])
            // But its key triggers are the tenant's own.
            let written = try await scenario.refusal {
                try await scenario.admin.refuseForeignCode(.writing, in: ["public.visit_reports"])
            }
            #expect(written?.part.hasPrefix("trigger ") == true)
        }
    }
}
