import Foundation
import PostgresClient
import RSSModel
import RSSSystem
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct MigrateAmendTests {
    private static let files = [
        "V1__a.sql": "CREATE TABLE a (id int PRIMARY KEY);", "V1__a.down.sql": "DROP TABLE a;",
        "V2__b.sql": "CREATE INDEX CONCURRENTLY a_x ON a ((id + 1)); CREATE TABLE b (x int);",
        "V2__b.down.sql": "DROP TABLE b; DROP INDEX CONCURRENTLY a_x; SELECT 1;",
    ]

    private func versions(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            "SELECT coalesce(string_agg(version::text, ',' ORDER BY version), '') FROM rssctl.migration")
    }

    @Test func `the newest is reverted, or all down to a version, and what is left can be applied again`() async throws
    {
        try await withConnection { connection in
            let source = try migrations(Self.files)
            let migrator = migrator(connection, source)
            _ = try await migrator.up(.silent)
            let told = CollectedEvents()
            let back = try await migrator.down(try await migrator.planDown(to: nil), told.reporter)
            #expect(
                back.map(\.file) == ["V2__b.down.sql"]
                    && told.all.allSatisfy { if case .warning = $0 { false } else { true } })
            #expect(try await versions(connection) == "1")
            #expect(try await connection.value("SELECT to_regclass('a_x') IS NULL AND to_regclass('b') IS NULL") == "t")
            #expect(try await migrator.up(.silent).map(\.version) == [2])
            _ = try await migrator.down(try await migrator.planDown(to: 0), .silent)
            #expect(try await versions(connection) == "")
            #expect(try await connection.value("SELECT count(*) FROM rssctl.migration_statement") == "0")
            #expect(try await migrator.up(.silent).count == 2)
            await #expect(throws: MigrateError.notApplied(version: 7)) { try await migrator.planDown(to: 7) }
        }
    }

    @Test func `a revert that was interrupted is finished by the next, and nothing is applied in between`() async throws
    {
        let source = try migrations(Self.files)
        var fatal = 1
        var isOver = false
        while !isOver {
            isOver = try await withDatabase { options in
                let connection = try await PostgresConnection.connect(options)
                let admin = try await PostgresConnection.connect(options)
                _ = try await migrator(connection, source).up(.silent)
                let pid = await connection.backendPID
                let passed = Mutex(0)
                let point = fatal
                do {
                    try await FaultPoint.$handler.withValue({ _ in
                        if passed.withLock({
                            $0 += 1; return $0
                        }) == point {
                            try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid])
                        }
                    }) {
                        let broken = migrator(connection, source)
                        _ = try await broken.down(try await broken.planDown(to: nil), .silent)
                    }
                } catch {}
                let next = try await PostgresConnection.connect(options)
                let again = migrator(next, source)
                let isHalf =
                    try await next.value(
                        "SELECT count(*) FROM rssctl.migration_statement WHERE version < 0 AND state <> 'planned'")
                    != "0"
                if isHalf {
                    await #expect(throws: MigrateError.partlyReverted(version: 2)) { try await again.up(.silent) }
                }
                if try await versions(next) == "1,2" {
                    _ = try await again.down(try await again.planDown(to: nil), .silent)
                }
                #expect(try await versions(next) == "1", "point \(point)")
                #expect(try await next.value("SELECT to_regclass('a_x') IS NULL AND to_regclass('b') IS NULL") == "t")
                #expect(try await again.up(.silent).map(\.version) == [2], "point \(point)")
                for session in [connection, admin, next] { await session.close() }
                return passed.withLock { $0 } < point
            }
            fatal += 1
        }
        #expect(fatal > 12)
    }

    @Test func `what has no down file stays`() async throws {
        try await withConnection { connection in
            let source = try migrations(["V1__a.sql": "CREATE TABLE a (id int);"])
            _ = try await migrator(connection, source).up(.silent)
            await #expect(throws: MigrateError.noDownFile(version: 1, file: "V1__a.sql")) {
                try await migrator(connection, source).planDown(to: nil)
            }
        }
    }

    @Test func `a database made before there was a history is given one`() async throws {
        try await withConnection { connection in
            let source = try migrations(Self.files.merging(["V3__c.sql": "CREATE TABLE c (x int);"]) { $1 })
            try await connection.executeScript("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (x int)")
            try await connection.execute("CREATE INDEX a_x ON a ((id + 1))")
            let migrator = migrator(connection, source)
            #expect(try await migrator.baseline(2, isDryRun: true).count == 2)
            #expect(try await connection.value("SELECT to_regclass('rssctl.migration') IS NULL") == "t")
            _ = try await migrator.baseline(2, isDryRun: false)
            #expect(try await migrator.plan().applied.allSatisfy(\.isBaseline))
            #expect(try await migrator.up(.silent).map(\.version) == [3])
            await #expect(throws: MigrateError.historyNotEmpty) { try await migrator.baseline(3, isDryRun: false) }
            await #expect(throws: MigrateError.noSuchVersion(9)) { try await migrator.baseline(9, isDryRun: false) }
        }
    }

    @Test func `an edit that is accepted is recorded with its reason, and the chain holds again`() async throws {
        try await withConnection { connection in
            let source = try migrations(Self.files)
            let migrator = migrator(connection, source)
            _ = try await migrator.up(.silent)
            try write(["V1__a.sql": "CREATE TABLE a (id bigint PRIMARY KEY);"], to: source)
            await #expect(throws: MigrateError.checksumMismatch(version: 1, file: "V1__a.sql")) {
                try await migrator.plan()
            }
            _ = try await migrator.accept(1, reason: "it's wider", isDryRun: true)
            await #expect(throws: MigrateError.self) { try await migrator.plan() }
            _ = try await migrator.accept(1, reason: "it's wider", isDryRun: false)
            #expect(try await migrator.plan().pending.isEmpty)
            #expect(
                try await connection.value("SELECT detail FROM rssctl.operation WHERE operation = 'migrate.accept'")
                    == "it's wider")
            try await connection.execute(
                "UPDATE rssctl.migration SET content_hash = 'x', checksum = 'y' WHERE version = 1")
            await #expect(throws: MigrateError.self) { try await migrator.plan() }
        }
    }

    @Test func `the shipped migrations go up, down and up again without a trace`() async throws {
        try await withDatabase { options in
            let steps = try await RoundTrip(.shipped, runID: UUID().uuidString).run(like: options, .silent)
            #expect(steps.count == (try MigrationSource.shipped.load().versioned.count))
            for step in steps { #expect(step.isProven, "\(step)") }
        }
    }

    @Test func `a down file that leaves something is detected`() async throws {
        try await withDatabase { options in
            let source = try migrations([
                "V1__a.sql": "CREATE TABLE a (id int); CREATE TABLE b (id int);", "V1__a.down.sql": "DROP TABLE a;",
                "V2__c.sql": "CREATE TABLE c (id int);",
            ])
            let error = await #expect(throws: MigrateError.self) {
                try await RoundTrip(source, runID: UUID().uuidString).run(like: options, .silent)
            }
            #expect(error?.report.sqlState == "42P07")
            try write(["V1__a.sql": "CREATE TABLE a (id int); CREATE TABLE IF NOT EXISTS b (id int);"], to: source)
            let steps = try await RoundTrip(source, runID: UUID().uuidString).run(like: options, .silent)
            #expect(steps.map(\.isProven) == [false, false] && steps.map(\.hasDown) == [true, false])
            #expect(steps[0].leftBehind?.entries.contains { $0.identity == "public.b" } == true)
        }
    }

    @Test func `a drift is reported before it becomes part of what is expected`() async throws {
        try await withConnection { connection in
            let source = try migrations(Self.files)
            _ = try await migrator(connection, source).up(.silent)
            try await connection.execute("ALTER TABLE b ADD COLUMN y int")
            try write(["V3__c.sql": "CREATE TABLE c (x int);"], to: source)
            let told = CollectedEvents()
            _ = try await migrator(connection, source).up(told.reporter)
            #expect(told.all.contains { if case .warning(let text) = $0 { text.contains("drift") } else { false } })
        }
    }

    @Test func `a new migration takes the next number, and overwrites nothing`() throws {
        let source = try migrations(["V0041__x.sql": "SELECT 1", "V7__y.sql": "SELECT 1"])
        guard case .directory(let path) = source else { return }
        let template = try MigrationTemplate("Report: a Note!", in: path, isRepeatable: false)
        #expect(
            template.files.map(\.path) == ["\(path)/V0042__report_a_note.sql", "\(path)/V0042__report_a_note.down.sql"])
        try template.write()
        #expect(throws: FileError.self) { try template.write() }
        #expect(try source.load().versioned.map(\.version) == [7, 41, 42])
        let repeatable = try MigrationTemplate("v", in: path, isRepeatable: true)
        #expect(repeatable.files.map(\.path) == ["\(path)/R__v.sql"])
    }

    @Test func `a revert of which nothing was done is not a revert`() async throws {
        try await withConnection { connection in
            let source = try migrations([
                "V1__t.sql": "CREATE TABLE t (a int);", "V1__t.down.sql": "DROP TABLE t;",
            ])
            let migrator = migrator(connection, source)
            _ = try await migrator.up(.silent)
            try await connection.execute("CREATE VIEW v AS SELECT * FROM t")
            await #expect(throws: MigrateError.self) {
                try await migrator.down(try await migrator.planDown(to: nil), .silent)
            }
            try write(["V2__u.sql": "CREATE TABLE u (a int);"], to: source)
            #expect(try await migrator.up(.silent).map(\.version) == [2])
        }
    }
}
