import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

/// `rssctl partition maintain` killed.
@Suite(.serialized) struct PartitionKillTests {
    /// A table that needs everything: partitions beside a default one with rows, an index that partitions lack, and
    /// statistics.
    private static let setup = """
        CREATE TABLE a (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
        CREATE TABLE a_first PARTITION OF a FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE a_default PARTITION OF a DEFAULT;
        INSERT INTO a SELECT n, '2026-01-05' FROM generate_series(1, 2000) n;
        INSERT INTO a SELECT n, '1999-01-05' FROM generate_series(1, 500) n;
        CREATE INDEX by_day ON ONLY a (d);
        ANALYZE a_first;
        """

    private func state(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            """
            SELECT concat_ws('|',
              (SELECT string_agg(c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid), ';' ORDER BY c.relname)
               FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'a'::regclass),
              (SELECT count(*) FROM a), (SELECT count(*) FROM pg_inherits WHERE inhdetachpending),
              (SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE conrelid <> 0 AND conname LIKE 'rssctl%'),
              (SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid IN (SELECT relid FROM pg_partition_tree('by_day'))),
              (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace),
              (SELECT reltuples FROM pg_class WHERE oid = 'a'::regclass))
            """)
    }

    @Test func `kill -9 at any point leaves nothing that the next run does not finish`() async throws {
        try await withState { state in
            var wanted: String?
            var kills = FaultPoints.first + 1 - FaultPoints.stride
            // First uninterrupted, then until a run is so short that it reaches no further point.
            while kills < 200 {
                let isOver = try await withDatabase { options in
                    let connection = try await PostgresConnection.connect(options)
                    defer { Task { await connection.close() } }
                    try await connection.executeScript(Self.setup)
                    var environment = try await target(options)
                    let binary = Binary(state: state, environment: environment)
                    if wanted == nil {
                        let run = try await binary.run("partition", "maintain", "a")
                        #expect(run.status == 0, "\(run.output)\(run.errors)")
                        wanted = try await self.state(connection)
                        return false
                    }
                    kills += FaultPoints.stride
                    environment["RSSCTL_FAULT"] = "\(kills)"
                    let killed = try await Binary(state: state, environment: environment).run(
                        "partition", "maintain", "a")
                    if killed.status == 0 { return true }
                    #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
                    let again = try await binary.run("partition", "maintain", "a")
                    #expect(again.status == 0, "point \(kills): \(again.output)\(again.errors)")
                    let found = try await self.state(connection)
                    #expect(found == wanted, "point \(kills)")
                    return false
                }
                if isOver { break }
            }
            #expect(kills >= 10)
        }
    }
}
