import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition

/// One thing at a time is changed in the specimen, and put back.
@Suite(.serialized) struct DriftTests {
    private struct Undo: Error {}

    @Test(arguments: Specimen.mutations)
    func `a change of any kind of object is found and named, and nothing is left when it is undone`(
        mutation: Mutation
    ) async throws {
        let connection = try await PostgresConnection.connect(try await Specimen.options)
        guard await connection.serverVersion >= mutation.since * 10_000 else { return await connection.close() }
        let before = try await SchemaFingerprint.read(connection)
        await #expect(throws: Undo.self) {
            try await connection.transaction {
                try await connection.execute(mutation.statement)
                let after = try await SchemaFingerprint.read(connection)
                let entries = SchemaDifference(expected: before, actual: after).entries
                let isNamed = entries.contains {
                    $0.kind == mutation.kind && $0.identity == mutation.identity && $0.state == mutation.state
                }
                #expect(isNamed, "\(entries)")
                throw Undo()
            }
        }
        let after = try await SchemaFingerprint.read(connection)
        #expect(after == before && after.digest == before.digest)
        await connection.close()
    }

    @Test func `there is a mutation for every kind of object`() {
        #expect(Set(Specimen.mutations.map(\.kind)) == Set(SchemaObject.Kind.allCases))
    }
}

@Suite struct FingerprintTests {
    @Test func `it is the same whatever the settings of the session, and leaves them as they were`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                CREATE TABLE odd ("Käse ""x"" y" timestamptz DEFAULT '2020-01-01 12:00+00', price money DEFAULT '1.50',
                    data bytea DEFAULT '\\x00ff', span interval DEFAULT '1 day 2 hours', ratio float8 DEFAULT 0.1,
                    day date DEFAULT '2020-02-03', note text DEFAULT 'a\\b''c');
                CREATE VIEW shouting AS SELECT upper(note) AS "NOTE" FROM odd WHERE day < '2021-01-01';
                """)
            let plain = try await SchemaFingerprint.read(connection)
            let settings = [
                ("search_path", "public, files"), ("DateStyle", "SQL, DMY"), ("IntervalStyle", "sql_standard"),
                ("TimeZone", "Asia/Tokyo"), ("bytea_output", "escape"), ("extra_float_digits", "-5"),
                ("quote_all_identifiers", "on"), ("standard_conforming_strings", "off"), ("lock_timeout", "7s"),
            ]
            for (name, value) in settings {
                try await connection.query("SELECT set_config($1, $2, false)", [name, value])
            }
            func current() async throws -> [String?] {
                try await connection.query(
                    "SELECT current_setting(name) FROM unnest($1::text[]) AS name", [settings.map(\.0)]
                ).map { $0.text(at: 0) }
            }
            let values = try await current()
            let odd = try await SchemaFingerprint.read(connection)
            #expect(odd == plain)
            try await connection.transaction {
                let within = try await SchemaFingerprint.read(connection)
                #expect(within == plain)
                let inside = try await current()
                #expect(inside == values)
            }
            let after = try await current()
            #expect(after == values)
        }
    }

    @Test func `it sees what the open transaction has done, also in one that only reads`() async throws {
        try await withConnection(migrated: true) { connection in
            let before = try await SchemaFingerprint.read(connection)
            try await connection.transaction {
                try await connection.execute("CREATE TABLE mine (a int)")
                let within = try await SchemaFingerprint.read(connection)
                #expect(
                    SchemaDifference(expected: before, actual: within).entries.map(\.identity) == ["public.mine"])
                try await connection.execute("DROP TABLE mine")
            }
            try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
                let within = try await SchemaFingerprint.read(connection)
                #expect(within == before)
            }
        }
    }

    @Test func `a role without any right reads the same`() async throws {
        try await withDatabase(migrated: true) { options in
            let owner = try await PostgresConnection.connect(options)
            try await owner.executeScript(Specimen.roles + "ALTER ROLE fp_reader LOGIN;")
            let expected = try await SchemaFingerprint.read(owner)
            try await owner.execute("SET ROLE fp_reader")
            let actual = try await SchemaFingerprint.read(owner)
            #expect(actual == expected)
            // What rssctl stores is not compared, and a missing right is an error, never the answer that there is no drift.
            let error = await #expect(throws: PostgresError.self) { try await SchemaDrift.find(owner) }
            #expect(error?.sqlState == .insufficientPrivilege)
            await owner.close()
        }
    }

    @Test func `vacuum, statistics, rows, sequence values and partition maintenance are not drift`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("CREATE SEQUENCE numbers")
            try await connection.execute("CREATE STATISTICS by_office ON organization_id, office_id FROM visit_reports")
            try await connection.execute("GRANT SELECT ON visit_reports TO pg_monitor")
            let before = try await SchemaFingerprint.read(connection)
            try await connection.execute(
                "INSERT INTO organizations (name) SELECT 'x' || n FROM generate_series(1, 500) n")
            try await connection.execute("SELECT nextval('numbers')")
            var options = MaintenanceRun.Options(at: Date())
            options.premake = 9
            let results = try await MaintenanceRun(
                connection, lockPolicy: LockPolicy(), runID: UUID().uuidString
            ).run(options, progress: .silent)
            #expect(results.first?.outcomes.isEmpty == false)
            try await connection.execute("VACUUM FULL organizations")
            try await connection.execute("REINDEX TABLE organizations")
            try await connection.execute("VACUUM (ANALYZE, FREEZE)")
            let after = try await SchemaFingerprint.read(connection)
            #expect(SchemaDifference(expected: before, actual: after).entries == [])
            #expect(after.objects.allSatisfy { !$0.identity.contains("visit_reports_20") })
        }
    }

    @Test func `a privilege that is granted and revoked leaves no trace`() async throws {
        try await withConnection(migrated: true) { connection in
            let before = try await SchemaFingerprint.read(connection)
            try await connection.executeScript(
                "GRANT SELECT ON users TO pg_monitor; REVOKE SELECT ON users FROM pg_monitor; REVOKE ALL ON TYPE tsvector FROM PUBLIC"
            )
            let after = try await SchemaFingerprint.read(connection)
            #expect(after == before)
        }
    }

    @Test func `a fingerprint that is stored is read back as it was, for its version`() async throws {
        try await withConnection(migrated: true) { connection in
            let one = try await SchemaFingerprint.read(connection)
            try await connection.execute("CREATE TABLE more (\"ä\" text DEFAULT E'\\\\ \\n')")
            let two = try await SchemaFingerprint.read(connection)
            try await one.store(connection, version: 90)
            try await one.store(connection, version: 91)
            try await two.store(connection, version: 91)
            let newest = try #require(try await SchemaFingerprint.stored(connection, version: 91))
            #expect(newest.version == 91 && newest.fingerprint == two)
            let older = try #require(try await SchemaFingerprint.stored(connection, version: 90))
            #expect(older.fingerprint == one)
            let none = try await SchemaFingerprint.stored(connection, version: 77)
            #expect(none == nil)
        }
    }

    @Test func `none is stored in a database that rssctl has not used, and a damaged one is reported`() async throws {
        try await withConnection { connection in
            let none = try await SchemaFingerprint.stored(connection, version: 90)
            #expect(none == nil)
        }
        try await withConnection(migrated: true) { connection in
            try await SchemaFingerprint.read(connection).store(connection, version: 90)
            try await connection.execute("UPDATE rssctl.schema_fingerprint SET digest = 'x' WHERE version = 90")
            await #expect(throws: UnreadableFingerprint.self) {
                try await SchemaFingerprint.stored(connection, version: 90)
            }
            try await connection.execute(
                "UPDATE rssctl.schema_fingerprint SET objects = '{\"format\": \(SchemaFingerprint.currentFormat + 1), \"objects\": [{\"kind\": \"new\"}]}' WHERE version = 90"
            )
            let later = try await SchemaFingerprint.stored(connection, version: 90)
            #expect(later?.fingerprint.format == SchemaFingerprint.currentFormat + 1)
            let isTaken = try await SchemaFingerprint.keep(connection, version: 90)
            let isTakenAgain = try await SchemaFingerprint.keep(connection, version: 90)
            #expect(isTaken && !isTakenAgain)
        }
    }

    @Test func `a view on a table that stays locked ends the reading after two seconds`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await connection.execute("CREATE VIEW names AS SELECT name FROM organizations")
            try await other.execute("BEGIN")
            try await other.execute("LOCK TABLE organizations")
            let error = await #expect(throws: PostgresError.self) { try await SchemaFingerprint.read(connection) }
            #expect(error?.sqlState == .lockNotAvailable)
            await other.close()
            let isAlive = try await connection.answers()
            #expect(isAlive)
            await connection.close()
        }
    }

    @Test func `objects that others make and drop while it is read do not break it`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let others = (0..<2).map { number in
                Task {
                    let other = try await PostgresConnection.connect(options)
                    while !Task.isCancelled {
                        try await other.executeScript(
                            """
                            CREATE TABLE busy\(number) (a int PRIMARY KEY DEFAULT 1 + 1, b varchar(9) CHECK (b IN ('a', 'b')));
                            CREATE INDEX ON busy\(number) (b) WHERE a > 1;
                            CREATE VIEW seen\(number) AS SELECT * FROM busy\(number);
                            CREATE FUNCTION act\(number)() RETURNS int LANGUAGE sql AS 'SELECT 1';
                            CREATE TYPE kind\(number) AS ENUM ('a');
                            """)
                        try await other.executeScript(
                            "DROP FUNCTION act\(number)(); DROP TYPE kind\(number); DROP TABLE busy\(number) CASCADE")
                    }
                }
            }
            for _ in 0..<20 {
                let fingerprint = try await SchemaFingerprint.read(connection)
                #expect(fingerprint.objects.count > 100)
            }
            for task in others {
                task.cancel()
                _ = await task.result
            }
            await connection.close()
        }
    }
}
