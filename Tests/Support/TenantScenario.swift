import Foundation
import PostgresClient
import RSSModel
import Testing

import RSSCore

/// A database in which a role without rights owns a schema with tables, whose functions take every chance to become
/// superuser; and a superuser who works on them.
package struct TenantScenario {
    /// How a superuser logs in.
    package let options: ConnectionOptions
    /// How the tenant logs in.
    package let tenantOptions: ConnectionOptions
    /// The superuser's session.
    package let admin: PostgresConnection
    /// The tenant's session.
    package let tenant: PostgresConnection
    /// The tenant's name.
    package let role: String

    package static let table = RelationName(schema: "app", name: "events")

    package static func run(migrated: Bool = false, _ body: (TenantScenario) async throws -> Void) async throws {
        try await withDatabase(migrated: migrated) { options in
            let role = "tenant_\(UInt32.random(in: 0...UInt32.max))"
            let admin = try await PostgresConnection.connect(options)
            try await BookkeepingSchema.prepare(admin)
            try await admin.executeScript(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'tenant';
                CREATE SCHEMA app AUTHORIZATION \(role);
                GRANT ALL ON SCHEMA public, rssctl TO \(role);
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, rssctl TO \(role);
                GRANT ALL ON ALL SEQUENCES IN SCHEMA public, rssctl TO \(role);
                """)
            var tenantOptions = options
            tenantOptions.keywords.merge(["user": role, "password": "tenant"]) { $1 }
            let tenant = try await PostgresConnection.connect(tenantOptions)
            try await tenant.executeScript(
                """
                CREATE FUNCTION app.alarm() RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    BEGIN EXECUTE 'RESET ROLE'; EXCEPTION WHEN OTHERS THEN NULL; END;
                    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
                        RAISE WARNING 'alarm: code of \(role) runs as %', current_user;
                        EXECUTE 'ALTER ROLE \(role) SUPERUSER';
                    END IF;
                EXCEPTION WHEN OTHERS THEN NULL;
                END $$;
                CREATE FUNCTION app.f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
                    $$ BEGIN PERFORM app.alarm(); RETURN $1; END $$;
                CREATE FUNCTION app.t() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM app.alarm(); IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;
                """)
            let scenario = TenantScenario(
                options: options, tenantOptions: tenantOptions, admin: admin, tenant: tenant, role: role)
            do {
                try await body(scenario)
                try await scenario.end()
            } catch {
                try await scenario.end()
                throw error
            }
        }
    }

    private func end() async throws {
        await tenant.close()
        try await admin.executeScript("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
        await admin.close()
    }

    /// What the tenant's code gained on a session so far.
    package func alarms(_ session: PostgresConnection) async throws -> [String] {
        let isSuperuser = try await admin.value("SELECT rolsuper FROM pg_roles WHERE rolname = '\(role)'")
        return await session.takeNotices().kept.map(\.message).filter { $0.hasPrefix("alarm") }
            + (isSuperuser == "t" ? ["\(role) is a superuser"] : [])
    }

    /// Runs a command.
    ///
    /// - Returns: what it refused; nil when it was done.
    package func refusal(_ command: () async throws -> Void) async throws -> ForeignCode? {
        do {
            try await command()
            return nil
        } catch let error as ForeignCode {
            return error
        }
    }

    /// The table `app.events`, with a column `value` and four months of rows, and later ones in a default partition.
    ///
    /// - Parameters:
    ///   - extra: what follows the columns.
    ///   - behind: statements of the tenant once the table exists.
    package func makeEvents(extra: String = "", behind: String = "") async throws {
        try await tenant.executeScript(
            """
            CREATE TABLE app.events (id bigint NOT NULL, day date NOT NULL, value int\(extra), PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE app.events_2026_01 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE app.events_2026_02 PARTITION OF app.events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            CREATE TABLE app.events_2026_03 PARTITION OF app.events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
            CREATE TABLE app.events_2026_04 PARTITION OF app.events FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');
            CREATE TABLE app.events_default PARTITION OF app.events DEFAULT;
            INSERT INTO app.events (id, day, value) SELECT g, date '2026-01-01' + g % 120, g FROM generate_series(1, 240) g;
            INSERT INTO app.events (id, day, value) SELECT g, date '2026-08-01' + g % 20, g FROM generate_series(301, 320) g;
            \(behind)
            """)
    }
}
