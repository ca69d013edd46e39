import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// What users of other tools rely on.
@Suite struct MigrateTrustTests {
    @Test func `what the server says of a statement is reported with its place`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__a.sql": """
                DO $$ BEGIN RAISE NOTICE 'hello dba'; RAISE WARNING 'careful' USING HINT = 'look'; END $$;
                DROP TABLE IF EXISTS nope;
                VACUUM (VERBOSE) pg_catalog.pg_am;
                """,
                "R__v.sql": "DO $$ BEGIN RAISE NOTICE 'from a repeatable'; END $$;",
            ])
            let told = CollectedEvents()
            _ = try await migrator(connection, source).up(told.reporter)
            #expect(told.notes.contains("V1__a.sql:1:1: NOTICE: hello dba"))
            #expect(told.all.contains(.warning("V1__a.sql:1:1: WARNING: careful; look")))
            #expect(told.notes.contains { $0.hasPrefix("V1__a.sql:2:1: NOTICE: table \"nope\" does not exist") })
            #expect(told.notes.contains { $0.hasPrefix("V1__a.sql:3:1: INFO: ") })
            #expect(told.notes.contains { $0.hasPrefix("R__v.sql:1:1: NOTICE: from a repeatable") })
        }
    }

    @Test func `what is applied late is not drift`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__a.sql": "CREATE TABLE a (x int);", "V3__c.sql": "CREATE TABLE c (x int);",
            ])
            _ = try await migrator(connection, source).up(.silent)
            try write(["V2__b.sql": "CREATE TABLE b (x int);"], to: source)
            _ = try await migrator(connection, source, order: .nonLinear).up(.silent)
            let drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.isEmpty && drift.version == 2)
            let told = CollectedEvents()
            try write(["V4__d.sql": "CREATE TABLE d (x int);"], to: source)
            _ = try await migrator(connection, source, order: .nonLinear).up(told.reporter)
            #expect(!told.all.contains { if case .warning = $0 { true } else { false } })
        }
    }

    @Test func `a run keeps one fingerprint, also when it fails`() async throws {
        try await withConnection { connection in
            let files = Dictionary(
                uniqueKeysWithValues: (1...5).map { ("V\($0)__t.sql", "CREATE TABLE t\($0) (x int);") })
            let source = try migrations(files.merging(["V6__x.sql": "SELECT 1/0;"]) { $1 })
            await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(
                try await connection.value("SELECT string_agg(version::text, ',') FROM rssctl.schema_fingerprint")
                    == "5")
            let drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.isEmpty && drift.version == 5)
        }
    }

    @Test func `a drift that is accepted is what is expected, and its reason is kept`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("CREATE INDEX by_hand ON a (x)")
            await #expect(throws: MigrateError.drifted(version: 1, differences: 1)) {
                try await migrator(connection, source).refuseDrift()
            }
            try await SchemaDrift.accept(connection, runID: UUID().uuidString, reason: "an outage")
            try await migrator(connection, source).refuseDrift()
            #expect(
                try await connection.value(
                    "SELECT detail FROM rssctl.operation WHERE operation = 'migrate.accept-drift'")
                    == "an outage")
        }
    }

    @Test func `work of rssctl's own is not drift, and hides none that existed`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            _ = try await migrator(connection, source).up(.silent)
            _ = try await connection.changingSchema { try await connection.execute("ALTER TABLE a ADD COLUMN y int") }
            var drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.isEmpty)
            // Interrupted, it leaves nothing to compare with, and the next one ends it.
            await #expect(throws: CancellationError.self) {
                _ = try await connection.changingSchema {
                    try await connection.execute("ALTER TABLE a ADD COLUMN z int")
                    throw CancellationError()
                }
            }
            await #expect(throws: StructureError.self) { try await SchemaDrift.find(connection) }
            _ = try await connection.changingSchema { try await connection.execute("ALTER TABLE a DROP COLUMN y") }
            drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.isEmpty)
            try await connection.execute("CREATE TABLE foreign_work (x int)")
            _ = try await connection.changingSchema { try await connection.execute("ALTER TABLE a ADD COLUMN w int") }
            drift = try await SchemaDrift.find(connection)
            #expect(drift.difference.entries.map(\.identity).contains("public.foreign_work"))
        }
    }

    @Test func `a run goes up to a version, and what is run on each change waits`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__a.sql": "CREATE TABLE a (x int);", "V2__b.sql": "CREATE TABLE b (x int);",
                "R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT x FROM b;",
            ])
            let migrator = migrator(connection, source)
            #expect(try await migrator.up(.silent) { try $0.upTo(1) }.map(\.file) == ["V1__a.sql"])
            await #expect(throws: MigrateError.noSuchVersion(7)) { try await migrator.up(.silent) { try $0.upTo(7) } }
            await #expect(throws: MigrateError.notOnePending(["V2__b.sql", "R__v.sql"])) {
                try await migrator.up(.silent) {
                    try $0.requireOne()
                    return $0
                }
            }
            #expect(try await migrator.up(.silent) { try $0.upTo(2) }.map(\.file) == ["V2__b.sql", "R__v.sql"])
        }
    }

    @Test func `a database with tables and no history is refused, with an extension's tables it is not`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            let migrator = migrator(connection, source)
            try await migrator.refuseForeignTables()
            try await connection.executeScript("CREATE EXTENSION pg_stat_statements; CREATE TEMP TABLE t (x int)")
            try await migrator.refuseForeignTables()
            try await connection.executeScript("CREATE TABLE orders (id int); CREATE TABLE users (id int)")
            await #expect(throws: MigrateError.foreignTables(["public.orders", "public.users"], count: 2)) {
                try await migrator.refuseForeignTables()
            }
            _ = try await migrator.up(.silent)
            try await migrator.refuseForeignTables()
        }
    }

    @Test func `migrations of a team are used beside the shipped ones, and those that rssctl adds later are not late`()
        async throws
    {
        try await withConnection(migrated: true) { connection in
            let folder = try migrations(["V1000__note.sql": "ALTER TABLE visit_reports ADD COLUMN note text;"])
            let path = try #require(folder.folders.first)
            let source = MigrationSource.extended([path])
            let shipped = try MigrationSource.shipped.load().versioned.count
            #expect(try await migrator(connection, source).up(.silent).map(\.file) == ["V1000__note.sql"])
            #expect(try await migrator(connection, source).plan().applied.count == shipped + 1)
            let template = try MigrationTemplate("more", in: path, beside: source, isRepeatable: false)
            #expect(template.files.map(\.path).first == "\(path)/V1001__more.sql")
            let none = try migrations(["V1000__x.sql": ""])
            let first = try MigrationTemplate(
                "x", in: "\(path)/new", beside: .extended(["\(path)/new"]), isRepeatable: false)
            #expect(first.files.map(\.path).first == "\(path)/new/V1000__x.sql" && none != folder)
            // As a later rssctl would add it.
            let later = try MigrationSet(
                MigrationSource.shippedFiles.map { MigrationFile($0.name, $0.bytes) } + [
                    MigrationFile("V0999__later.sql", Array("SELECT 1;".utf8)),
                    MigrationFile("V1000__note.sql", in: path),
                ], of: source)
            let history = try await MigrationLedger(connection: connection, runID: "").read()
            #expect(try MigrationPlan(available: later, history: history).pending.map(\.file) == ["V0999__later.sql"])
            try write(["V7__mine.sql": "SELECT 1;"], to: folder)
            let error = #expect(throws: MigrateError.self) { try source.load() }
            #expect(error?.report.code == "RSS-MIGRATE-044")
            await #expect(throws: MigrateError.self) { try await migrator(connection, .shipped).plan() }
        }
    }

    @Test(arguments: ["\r\n", "\r"])
    func `a checkout with other ends of lines is the same file, within literals too`(end: String) async throws {
        try await withConnection { connection in
            let body = "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 'a\nb';\nEND\n$$;\n"
            let view = "CREATE OR REPLACE FUNCTION g() RETURNS text LANGUAGE sql AS $$\nSELECT 'x'\n$$;\n"
            let source = try migrations(["V1__f.sql": body, "R__g.sql": view])
            _ = try await migrator(connection, source).up(.silent)
            try write(
                [
                    "V1__f.sql": "\u{FEFF}" + body.replacing("\n", with: end),
                    "R__g.sql": view.replacing("\n", with: end),
                ], to: source)
            let plan = try await migrator(connection, source).plan()
            #expect(
                plan.isEmpty
                    && plan.notices == ["V1__f.sql was changed since it was applied, in the ends of lines only."])
            try write(["V1__f.sql": body.replacing("'a", with: "'A")], to: source)
            await #expect(throws: MigrateError.checksumMismatch(version: 1, file: "V1__f.sql")) {
                try await migrator(connection, source).plan()
            }
        }
    }

    @Test func `text that looks like a directive or a transaction is text`() async throws {
        try await withConnection { connection in
            let text =
                "one\n-- rssctl:transaction none\n-- rssctl:backfill batch=10 key=id\n-- rssctl:nonsense\nBEGIN;\nCOMMIT;"
            let source = try migrations([
                "V1__a.sql": """
                CREATE TABLE a (x int);
                COMMENT ON TABLE a IS '\(text)';
                /* more
                -- rssctl:allow-file drop-table because
                */
                CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '\(text)' $$;
                """
            ])
            _ = try await migrator(connection, source).up(.silent)
            #expect(try await connection.value("SELECT obj_description('a'::regclass)") == text)
            #expect(try await connection.value("SELECT f()") == text)
        }
    }

    @Test func `a file that is applied is not read again`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            _ = try await migrator(connection, source).up(.silent)
            let plan = try await migrator(connection, source).plan()
            #expect(plan.pending.isEmpty && plan.applied.count == 1)
            // Its statements are recorded, and are not what is asked for.
            #expect(try await MigrationLedger(connection: connection, runID: "").read().unfinished.isEmpty)
        }
    }

    @Test func `a session that was ended is not an error of the file`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "SELECT pg_terminate_backend(pg_backend_pid());"])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.hint?.contains("Fix the file") == false, "\(String(describing: error?.report))")
        }
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE a (x int)")
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (x int);"])
            let error = await #expect(throws: MigrateError.self) { try await migrator(connection, source).up(.silent) }
            #expect(error?.report.hint?.contains("rssctl migrate baseline") == true)
        }
    }
}
