import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite(.serialized) struct ScratchDatabaseTests {
    private func databases(_ options: ConnectionOptions) async throws -> [String?] {
        let connection = try await PostgresConnection.connect(options)
        let names = try await connection.query(
            "SELECT datname FROM pg_database WHERE datname LIKE 'rssctl\\_scratch\\_%'"
        )
        .map { $0.text(at: 0) }
        await connection.close()
        return names
    }

    @Test func `a scratch database holds the structure it is given, says whose it is, and is gone afterwards`()
        async throws
    {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let expected = try await SchemaFingerprint.read(connection)
            let structure = try await StructureDump(connection).text()
            await connection.close()
            let actual = try await ScratchDatabase.with(like: options, structure: structure, runID: "run 1") {
                scratch in
                let session = try await PostgresConnection.connect(scratch)
                let row = try await session.query(
                    "SELECT current_database(), shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
                ).first
                #expect(row?.text(at: 0)?.hasPrefix("rssctl_scratch_") == true)
                #expect(row?.text(at: 1)?.hasPrefix("rssctl scratch database of run run_1, made at ") == true)
                // The session is left open on purpose.
                return try await SchemaFingerprint.read(session)
            }
            #expect(actual == expected)
            let left = try await databases(options)
            #expect(left == [])
        }
    }

    @Test func `it is dropped after an error, after a structure that does not load, and after a cancellation`()
        async throws
    {
        struct Failure: Error {}
        try await withDatabase { options in
            await #expect(throws: Failure.self) {
                try await ScratchDatabase.with(like: options, runID: "x") { _ in throw Failure() }
            }
            let error = await #expect(throws: StructureError.self) {
                try await ScratchDatabase.with(like: options, structure: "CREATE TABLE a (x nonsense)", runID: "x") {
                    _ in
                }
            }
            #expect(error?.report.code == "RSS-MIGRATE-038" && error?.report.sqlState == "42704")
            let (started, starts) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await ScratchDatabase.with(like: options, runID: "x") { scratch in
                    let session = try await PostgresConnection.connect(scratch)
                    starts.yield()
                    try await session.query("SELECT pg_sleep(60)")
                }
            }
            for await _ in started { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let left = try await databases(options)
            #expect(left == [])
        }
    }

    @Test func `a role that may not make databases gets an error, with the statement that helps`() async throws {
        try await withDatabase { options in
            let admin = try await PostgresConnection.connect(options)
            let role = "scratch_\(UInt32.random(in: 0...UInt32.max))"
            try await admin.execute("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
            var weak = options
            weak.keywords["user"] = role
            weak.keywords["password"] = "x"
            let error = await #expect(throws: StructureError.noRightToCreateDatabases(role: role)) {
                try await ScratchDatabase.with(like: weak, runID: "x") { _ in }
            }
            #expect(
                error?.report.exit == .permission && error?.report.hint?.contains("ALTER ROLE \(role) CREATEDB") == true
            )
            try await admin.execute("DROP ROLE \(role)")
            await admin.close()
        }
    }

    @Test func `what a killed run left is dropped a day later, and nothing else is`() async throws {
        try await withDatabase { options in
            let admin = try await PostgresConnection.connect(options)
            let old = Int(Date().timeIntervalSince1970) - 90_000
            let comments = [
                "rssctl_scratch_000000000001": "rssctl scratch database of run a, made at \(old)",
                "rssctl_scratch_000000000002": "rssctl scratch database of run a, made at \(old + 80_000)",
                "rssctl_scratch_000000000003": "mine",
                "rssctl_scratch_mine": "rssctl scratch database of run a, made at \(old)",
                "rssctl_scratch_000000000004": "rssctl scratch database of run a, made at \(old)",
            ]
            for (name, comment) in comments {
                try await admin.execute("CREATE DATABASE \(name) TEMPLATE template0")
                try await admin.execute("COMMENT ON DATABASE \(name) IS '\(comment)'")
            }
            var busy = options
            busy.keywords["dbname"] = "rssctl_scratch_000000000004"
            let session = try await PostgresConnection.connect(busy)
            try await ScratchDatabase.with(like: options, runID: "x") { _ in }
            let left = try await databases(options).compactMap { $0 }.sorted()
            await session.close()
            #expect(left == comments.keys.filter { $0 != "rssctl_scratch_000000000001" }.sorted())
            for name in left { try await admin.execute("DROP DATABASE \(name) WITH (FORCE)") }
            await admin.close()
        }
    }
}
