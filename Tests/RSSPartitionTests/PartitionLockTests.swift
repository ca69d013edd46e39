import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct PartitionLockTests {
    private struct Failure: Error {}
    private let table = RelationName(schema: "public", name: "a")

    @Test func `of two runs on a table the second reports the first, and a failure releases the lock`()
        async throws
    {
        try await withDatabase { options in
            let first = try await PostgresConnection.connect(options)
            let second = try await PostgresConnection.connect(options)
            try await first.keepingPartitions(of: table) {
                let error = await #expect(throws: AdvisoryLockError.self) {
                    try await second.keepingPartitions(of: table) {}
                }
                #expect(error?.holder?.pid == (await first.backendPID))
            }
            await #expect(throws: Failure.self) { try await first.keepingPartitions(of: table) { throw Failure() } }
            try await second.keepingPartitions(of: table) {}
            await first.close()
            await second.close()
        }
    }

    @Test func `a run that is cancelled releases the lock, though its session continues`() async throws {
        try await withDatabase { options in
            let first = try await PostgresConnection.connect(options)
            let second = try await PostgresConnection.connect(options)
            let (begun, began) = AsyncStream.makeStream(of: Void.self)
            let table = table
            let run = Task {
                try await first.keepingPartitions(of: table) {
                    began.finish()
                    try await Task.sleep(for: .seconds(60))
                }
            }
            for await _ in begun {}
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(try await first.value("SELECT 1") == "1")
            try await second.keepingPartitions(of: table) {}
            await first.close()
            await second.close()
        }
    }

    @Test func `what prevents a table from being read is reported, and not that it is not a partition`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("CREATE TABLE by_list (x int) PARTITION BY LIST (x)")
            await #expect(throws: PartitionError.unsupportedKey("public.by_list", definition: "LIST (x)")) {
                try await RetirementRun(
                    connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, progress: .silent
                ).undo(RelationName(schema: "public", name: "by_list"), isDryRun: false)
            }
        }
    }
}
