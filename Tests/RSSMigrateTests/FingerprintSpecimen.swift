import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// One statement that changes a schema, and the object that the difference must name.
struct Mutation: Sendable, CustomStringConvertible {
    let statement: String
    let kind: SchemaObject.Kind
    let identity: String
    let state: SchemaDifference.State
    /// The first major version whose grammar has the statement.
    let since: Int32

    init(
        _ statement: String, _ state: SchemaDifference.State, _ kind: SchemaObject.Kind, _ identity: String,
        since: Int32 = 14
    ) {
        self.statement = statement
        self.state = state
        self.kind = kind
        self.identity = identity
        self.since = since
    }

    var description: String { statement }
}

/// A migrated database with an object of every kind, made once for all that is tried on it.
enum Specimen {
    private static let making = Task {
        let cluster = try await TestCluster.shared
        let database = try await cluster.makeDatabase(migrated: true)
        let options = cluster.options(database)
        let connection = try await PostgresConnection.connect(options)
        try await connection.executeScript(roles + objects)
        await connection.close()
        return options
    }

    /// How to reach it.
    static var options: ConnectionOptions {
        get async throws { try await making.value }
    }

    /// Roles belong to the cluster, which other tests use too.
    static let roles = """
        DO $$ BEGIN CREATE ROLE fp_reader; CREATE ROLE fp_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        """

    /// Objects of the kinds that the shipped schema lacks, so that each can be changed and removed.
    static let objects = """
        CREATE SCHEMA fp;
        CREATE TYPE fp.color AS ENUM ('red', 'green');
        CREATE TYPE fp.pair AS (a int, b text);
        CREATE TYPE fp.span AS RANGE (subtype = float8);
        CREATE DOMAIN fp.age AS int CHECK (VALUE > 0);
        CREATE COLLATION fp.plain (provider = libc, locale = 'C');
        CREATE SEQUENCE fp.numbers;
        CREATE TABLE fp.parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x',
            kind varchar(9) CHECK (kind IN ('a', 'b')), size int, twice int GENERATED ALWAYS AS (size * 2) STORED,
            CONSTRAINT size_check CHECK (size > 0), CONSTRAINT name_key UNIQUE (name));
        CREATE TABLE fp.grand (size int);
        CREATE TABLE fp.child (parent int CONSTRAINT child_fkey REFERENCES fp.parent, note text, UNIQUE (parent, note));
        CREATE INDEX child_note ON fp.child (note) WHERE note IN ('a', 'b');
        CREATE STATISTICS fp.child_stats ON parent, note FROM fp.child;
        CREATE VIEW fp.names AS SELECT id, name FROM fp.parent WHERE kind IN ('a', 'b');
        CREATE MATERIALIZED VIEW fp.sizes AS SELECT size, count(*) FROM fp.parent GROUP BY size;
        CREATE FUNCTION fp.one(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION fp.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE FUNCTION fp.event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE FUNCTION fp.parsed(x varchar DEFAULT 'a') RETURNS boolean LANGUAGE sql
            BEGIN ATOMIC SELECT x IN ('a', 'b'); END;
        CREATE FUNCTION fp.defaulted(x boolean DEFAULT 'a'::varchar IN ('a', 'b')) RETURNS boolean LANGUAGE sql AS 'SELECT x';
        CREATE PROCEDURE fp.act() LANGUAGE sql AS 'SELECT 1';
        CREATE AGGREGATE fp.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
        CREATE OPERATOR fp.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
        CREATE OPERATOR FAMILY fp.family USING btree;
        CREATE OPERATOR CLASS fp.class FOR TYPE int USING btree FAMILY fp.family AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int);
        CREATE CAST (fp.color AS int) WITH INOUT;
        CREATE TRIGGER fire AFTER INSERT ON fp.child FOR EACH ROW EXECUTE FUNCTION fp.fire();
        CREATE RULE quiet AS ON DELETE TO fp.child DO INSTEAD NOTHING;
        CREATE POLICY own ON fp.child FOR SELECT TO fp_reader USING (note = current_user);
        CREATE EVENT TRIGGER fp_event ON ddl_command_end EXECUTE FUNCTION fp.event();
        CREATE TEXT SEARCH DICTIONARY fp.words (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION fp.search (COPY = simple);
        CREATE PUBLICATION fp_news FOR TABLE fp.child;
        CREATE FOREIGN DATA WRAPPER fp_wrapper;
        CREATE SERVER fp_server FOREIGN DATA WRAPPER fp_wrapper;
        CREATE FOREIGN TABLE fp.far (id int) SERVER fp_server OPTIONS (name 'far');
        CREATE FUNCTION fp.handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
        CREATE TRUSTED LANGUAGE fp_language HANDLER fp.handler;
        ALTER DEFAULT PRIVILEGES IN SCHEMA fp GRANT SELECT ON TABLES TO fp_reader;
        GRANT SELECT ON fp.child TO fp_reader;
        COMMENT ON TABLE fp.child IS 'a child';
        ALTER TABLE public.users REPLICA IDENTITY USING INDEX users_pkey;
        """

    /// Each kind added, removed or changed; the first words of each say how.
    static let mutations: [Mutation] = [
        Mutation("CREATE SCHEMA more", .added, .schema, "more"),
        Mutation("ALTER SCHEMA fp OWNER TO fp_owner", .changed, .schema, "fp"),
        Mutation("CREATE EXTENSION citext", .added, .extension, "citext"),
        Mutation("ALTER EXTENSION pg_stat_statements SET SCHEMA fp", .changed, .extension, "pg_stat_statements"),
        Mutation("DROP LANGUAGE fp_language", .missing, .language, "fp_language"),
        Mutation("CREATE UNLOGGED TABLE fp.more (a int)", .added, .table, "fp.more"),
        Mutation("DROP TABLE fp.child", .missing, .table, "fp.child"),
        Mutation("ALTER TABLE users ADD COLUMN nickname text", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users DROP COLUMN phone", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone TYPE varchar(60)", .changed, .table, "public.users"),
        Mutation(
            "ALTER TABLE users ALTER COLUMN phone TYPE varchar(50) COLLATE \"C\"", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET NOT NULL", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET DEFAULT '?'", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET STORAGE EXTERNAL", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET COMPRESSION pglz", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET STATISTICS 500", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users ALTER COLUMN phone SET (n_distinct = 5)", .changed, .table, "public.users"),
        Mutation("ALTER TABLE fp.parent ALTER id SET GENERATED BY DEFAULT", .changed, .table, "fp.parent"),
        Mutation("ALTER TABLE fp.parent ALTER twice DROP EXPRESSION", .changed, .table, "fp.parent"),
        Mutation("ALTER TABLE users RENAME phone TO telephone", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users SET (autovacuum_enabled = off)", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users SET (toast.autovacuum_enabled = off)", .changed, .table, "public.users"),
        Mutation("ALTER TABLE fp.parent INHERIT fp.grand", .changed, .table, "fp.parent"),
        Mutation("ALTER TABLE fp.grand SET UNLOGGED", .changed, .table, "fp.grand"),
        Mutation("ALTER TABLE users ENABLE ROW LEVEL SECURITY", .changed, .table, "public.users"),
        Mutation("ALTER TABLE users FORCE ROW LEVEL SECURITY", .changed, .table, "public.users"),
        Mutation("ALTER TABLE fp.child REPLICA IDENTITY FULL", .changed, .table, "fp.child"),
        Mutation("ALTER TABLE users OWNER TO fp_owner", .changed, .table, "public.users"),
        Mutation(
            "ALTER TABLE users DROP CONSTRAINT users_organization_id_fkey", .missing, .constraint,
            "users_organization_id_fkey ON public.users"),
        Mutation(
            "ALTER TABLE users ADD CHECK (phone <> '') NOT VALID", .added, .constraint,
            "users_phone_check ON public.users"),
        Mutation(
            "ALTER TABLE fp.child ALTER CONSTRAINT child_fkey DEFERRABLE", .changed, .constraint,
            "child_fkey ON fp.child"),
        Mutation("ALTER TABLE fp.child DISABLE TRIGGER ALL", .changed, .constraint, "child_fkey ON fp.child"),
        Mutation("ALTER TABLE users REPLICA IDENTITY DEFAULT", .changed, .constraint, "users_pkey ON public.users"),
        Mutation("ALTER INDEX users_pkey SET (fillfactor = 70)", .changed, .constraint, "users_pkey ON public.users"),
        Mutation("CREATE INDEX by_hand ON users (phone)", .added, .index, "public.by_hand"),
        Mutation("DROP INDEX idx_users_email", .missing, .index, "public.idx_users_email"),
        Mutation("DROP INDEX idx_visit_reports_search", .missing, .index, "public.idx_visit_reports_search"),
        Mutation(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_users_email'::regclass", .changed, .index,
            "public.idx_users_email"),
        Mutation("ALTER TABLE users CLUSTER ON idx_users_email", .changed, .index, "public.idx_users_email"),
        Mutation("ALTER INDEX idx_users_email RENAME TO idx_users_mail", .added, .index, "public.idx_users_mail"),
        Mutation("CREATE OR REPLACE VIEW fp.names AS SELECT id, name FROM fp.parent", .changed, .view, "fp.names"),
        Mutation("ALTER VIEW fp.names SET (security_barrier)", .changed, .view, "fp.names"),
        Mutation("DROP VIEW fp.names", .missing, .view, "fp.names"),
        Mutation("DROP MATERIALIZED VIEW fp.sizes", .missing, .materializedView, "fp.sizes"),
        Mutation("ALTER SEQUENCE fp.numbers INCREMENT 10", .changed, .sequence, "fp.numbers"),
        Mutation("ALTER SEQUENCE fp.numbers OWNED BY fp.parent.size", .changed, .sequence, "fp.numbers"),
        Mutation(
            "CREATE OR REPLACE FUNCTION fp.one(x int) RETURNS int LANGUAGE sql AS 'SELECT 2'", .changed, .function,
            "fp.one(integer)"),
        Mutation("ALTER FUNCTION fp.one(int) SECURITY DEFINER", .changed, .function, "fp.one(integer)"),
        Mutation(
            "ALTER FUNCTION visit_report_keys_delete() RESET search_path", .changed, .function,
            "public.visit_report_keys_delete()"),
        Mutation(
            "CREATE FUNCTION fp.one(x int, y int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1'", .added, .function,
            "fp.one(integer, integer)"),
        Mutation("CREATE OR REPLACE PROCEDURE fp.act() LANGUAGE sql AS 'SELECT 2'", .changed, .procedure, "fp.act()"),
        Mutation("DROP AGGREGATE fp.total(int)", .missing, .aggregate, "fp.total(integer)"),
        Mutation(
            "ALTER OPERATOR fp.=== (int, int) SET (RESTRICT = eqsel)", .changed, .operator, "fp.===(integer,integer)"),
        Mutation(
            "ALTER OPERATOR FAMILY fp.family USING btree ADD OPERATOR 2 <= (int, int)", .changed, .operatorFamily,
            "fp.family USING btree"),
        Mutation("DROP OPERATOR CLASS fp.class USING btree", .missing, .operatorClass, "fp.class USING btree"),
        Mutation("DROP CAST (fp.color AS int)", .missing, .cast, "(fp.color AS integer)"),
        Mutation(
            "ALTER TABLE visit_reports DISABLE TRIGGER visit_report_keys_insert", .changed, .trigger,
            "visit_report_keys_insert ON public.visit_reports"),
        Mutation("DROP TRIGGER fire ON fp.child", .missing, .trigger, "fire ON fp.child"),
        Mutation("ALTER EVENT TRIGGER fp_event DISABLE", .changed, .eventTrigger, "fp_event"),
        Mutation("ALTER TABLE fp.child DISABLE RULE quiet", .changed, .rule, "quiet ON fp.child"),
        Mutation("ALTER POLICY own ON fp.child USING (true)", .changed, .policy, "own ON fp.child"),
        Mutation("ALTER POLICY own ON fp.child TO PUBLIC", .changed, .policy, "own ON fp.child"),
        Mutation("ALTER TYPE fp.color ADD VALUE 'blue' BEFORE 'green'", .changed, .type, "fp.color"),
        Mutation("ALTER TYPE fp.pair ADD ATTRIBUTE c date", .changed, .type, "fp.pair"),
        Mutation("DROP TYPE fp.span", .missing, .type, "fp.span"),
        Mutation("ALTER DOMAIN fp.age SET DEFAULT 1", .changed, .domain, "fp.age"),
        Mutation("ALTER DOMAIN fp.age DROP CONSTRAINT age_check", .changed, .domain, "fp.age"),
        Mutation("DROP COLLATION fp.plain", .missing, .collation, "fp.plain"),
        Mutation(
            "ALTER TEXT SEARCH CONFIGURATION fp.search DROP MAPPING FOR word", .changed, .textSearchConfiguration,
            "fp.search"),
        Mutation("ALTER TEXT SEARCH DICTIONARY fp.words (Accept = false)", .changed, .textSearchDictionary, "fp.words"),
        Mutation("GRANT INSERT ON users TO fp_reader", .added, .grant, "table public.users TO fp_reader"),
        Mutation("GRANT SELECT (email) ON users TO PUBLIC", .added, .grant, "column public.users.email TO PUBLIC"),
        Mutation(
            "GRANT SELECT ON fp.child TO fp_reader WITH GRANT OPTION", .changed, .grant, "table fp.child TO fp_reader"),
        Mutation("REVOKE SELECT ON fp.child FROM fp_reader", .missing, .grant, "table fp.child TO fp_reader"),
        Mutation(
            "REVOKE EXECUTE ON FUNCTION fp.one(int) FROM PUBLIC", .added, .grant, "function fp.one(integer) TO PUBLIC"),
        Mutation(
            "GRANT EXECUTE ON FUNCTION visit_report_keys_delete() TO PUBLIC", .missing, .grant,
            "function public.visit_report_keys_delete() TO PUBLIC"),
        Mutation("GRANT USAGE ON SCHEMA fp TO fp_reader", .added, .grant, "schema fp TO fp_reader"),
        Mutation(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA fp REVOKE SELECT ON TABLES FROM fp_reader", .missing,
            .defaultPrivileges, "FOR ROLE rss IN SCHEMA fp ON TABLES"),
        Mutation("COMMENT ON TABLE fp.child IS 'another'", .changed, .comment, "table fp.child"),
        Mutation("COMMENT ON COLUMN users.email IS NULL", .missing, .comment, "column public.users.email"),
        Mutation("COMMENT ON FUNCTION fp.one(int) IS 'one'", .added, .comment, "function fp.one(integer)"),
        Mutation("ALTER STATISTICS fp.child_stats SET STATISTICS 100", .changed, .statistics, "fp.child_stats"),
        Mutation("ALTER PUBLICATION fp_news SET TABLE fp.parent", .changed, .publication, "fp_news"),
        Mutation("ALTER PUBLICATION fp_news ADD TABLES IN SCHEMA fp", .changed, .publication, "fp_news", since: 15),
        Mutation("ALTER PUBLICATION fp_news SET TABLE fp.child (parent)", .changed, .publication, "fp_news", since: 15),
        Mutation(
            "ALTER PUBLICATION fp_news SET TABLE fp.child WHERE (parent > 1)", .changed, .publication, "fp_news",
            since: 15
        ),
        Mutation(
            "ALTER FOREIGN DATA WRAPPER fp_wrapper VALIDATOR postgresql_fdw_validator", .changed, .foreignDataWrapper,
            "fp_wrapper"),
        Mutation("ALTER SERVER fp_server VERSION '2'", .changed, .server, "fp_server"),
        Mutation("ALTER FOREIGN TABLE fp.far OPTIONS (SET name 'near')", .changed, .foreignTable, "fp.far"),
    ]
}
