import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Partitions that are partitioned themselves: read alone they are empty, which must not be mistaken for all rows.
@Suite struct PartitionedPartitionTests {
    @Test func `a partition that is partitioned itself is not archived, and no folder is left`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE sub (d date NOT NULL, id int, PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
                CREATE TABLE sub_a PARTITION OF sub FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY HASH (id);
                CREATE TABLE sub_a1 PARTITION OF sub_a FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                INSERT INTO sub SELECT '2026-01-05', g FROM generate_series(1, 100) g;
                """)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archiver = ArchiveScenario.archiver(connection)
                let refusal = ArchiveError.unaccountable("public.sub_a", reason: "it is partitioned itself")
                await #expect(throws: refusal) {
                    try await archiver.archive(ArchiveScenario.name("sub_a"), to: folder, progress: .silent)
                }
                await #expect(throws: refusal) { try await archiver.statements(ArchiveScenario.name("sub_a")) }
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
            // Nor does it refuse writes from now on.
            try await connection.execute("INSERT INTO sub VALUES ('2026-01-06', 1)")
        }
    }

    @Test func `a default partition that is partitioned itself is not said to be empty`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE sub (d date NOT NULL, id int, PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
                CREATE TABLE sub_default PARTITION OF sub DEFAULT PARTITION BY HASH (id);
                CREATE TABLE sub_default_1 PARTITION OF sub_default FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                INSERT INTO sub SELECT '2026-01-05', g FROM generate_series(1, 100) g;
                """)
            for isDryRun in [true, false] {
                var options = Reshape.Options(at: Date())
                options.isDryRun = isDryRun
                await #expect {
                    _ = try await Reshape(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).drain(
                        ArchiveScenario.name("sub"), options, progress: .silent)
                } throws: { error in
                    guard case ReshapeError.notFor(let partition, _, _)? = error as? ReshapeError else { return false }
                    return partition == "public.sub_default"
                }
            }
            #expect(try await connection.value("SELECT count(*) FROM sub") == "100")
        }
    }

    @Test func `a partition that is partitioned itself is neither split nor merged, and the reason is reported`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE sub (d date NOT NULL, id int, PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
                CREATE TABLE sub_a PARTITION OF sub FOR VALUES FROM (MINVALUE) TO ('2026-02-01') PARTITION BY HASH (id);
                CREATE TABLE sub_a1 PARTITION OF sub_a FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                INSERT INTO sub SELECT date '2026-01-05' - g, g FROM generate_series(1, 100) g;
                """)
            var options = Reshape.Options(at: Date())
            options.interval = .month
            let reshape = Reshape(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            await #expect {
                _ = try await reshape.split(ArchiveScenario.name("sub_a"), options, progress: .silent)
            } throws: { error in
                guard case ReshapeError.notFor(_, let problem, _)? = error as? ReshapeError else { return false }
                return problem == "it is partitioned itself"
            }
        }
    }
}
