import Foundation
import Glibc
import PostgresClient

import RSSCore
import RSSPartition

/// Tables with partitions to archive and to retire.
package enum ArchiveScenario {
    /// A folder of its own, which is removed with its content.
    package static func withFolder<T>(
        isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> T
    ) async throws -> T {
        let folder = "/tmp/rssctl-archive-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// A file system of its own; tests that need one are skipped where it is not available.
    package static func withFileSystem(
        _ options: String, isReadOnly: Bool = false, isolation: isolated (any Actor)? = #isolation,
        _ body: (String) async throws -> Void
    ) async throws {
        try await withFolder { (folder: String) async throws -> Void in
            guard mount("tmpfs", folder, "tmpfs", isReadOnly ? UInt(MS_RDONLY) : 0, options) == 0 else { return }
            defer { umount2(folder, Int32(MNT_DETACH)) }
            try await body(folder)
        }
    }

    package static func name(_ table: String) -> RelationName { RelationName(schema: "public", name: table) }

    package static func archiver(
        _ connection: PostgresConnection, second: ConnectionOptions? = nil
    ) -> PartitionArchiver {
        PartitionArchiver(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString, second: second, asksServer: true)
    }

    /// Values of every awkward kind.
    package static func awkward(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            #"""
            CREATE TYPE mood AS ENUM ('so, so', '"good"');
            CREATE TYPE pair AS (a int, b text);
            CREATE TABLE t (
                id int GENERATED ALWAYS AS IDENTITY, d date NOT NULL, "te""xt" text, v varchar(20), b bytea, j jsonb, js json, a int[], ta text[],
                n numeric, f float8, r real, ts timestamp, tz timestamptz, iv interval, u uuid, i inet, m mood, p pair, x xml,
                pt point, bo boolean, c char(5), g int GENERATED ALWAYS AS (length("te""xt")) STORED, rg int4range, by regclass
            ) PARTITION BY RANGE (d);
            CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            ALTER TABLE t DROP COLUMN bo;
            INSERT INTO t (d, "te""xt", v, b, j, js, a, ta, n, f, r, ts, tz, iv, u, i, m, p, x, pt, c, rg, by) VALUES
              ('2026-01-01', '', 'a', '', '{}', '{}', '{}', '{}', 'NaN', 'Infinity', '-0', 'infinity', '-infinity', '1 mon -2 days 3.5 s', gen_random_uuid(), '10.0.0.1/8', 'so, so', '(1,"a ""b""")', '<a>b</a>', '(1,2)', 'x', 'empty', 'pg_class'),
              ('2026-01-02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              ('2026-01-03', E'a\tb\nc\rd\\e\bf\vg\fh', E'\\N', '\xdeadbeef00', '{"a": "b\\nc\u00e9"}', '{"a":  1}', '{1,NULL,3}', ARRAY['a,b', '"', NULL, ''], 1.50, 0.1, 1e-30, '2026-01-01 00:00:00.000001', '2026-03-29 02:30+02', '-1 year', NULL, '::1', '"good"', '(,)', NULL, NULL, ' ', '[1,5)', NULL),
              ('2026-01-04', 'héllo, (wörld) "q" \ 日本', ',', '\x5c4e', '[1,2]', '[]', '{{1,2},{3,4}}', ARRAY['\'], 1e100, 'NaN', 'NaN', '0044-03-15 BC', 'infinity', '0', gen_random_uuid(), NULL, NULL, '(5,)', NULL, '(0,0)', NULL, '(,)', 'pg_type'),
              ('2026-01-05', E'\b', E'\t', '\x08', 'null', 'null', NULL, NULL, 0.000, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO t (d, "te""xt") SELECT date '2026-01-06' + g % 20, repeat(md5(g::text), g % 40) FROM generate_series(1, 3000) g;
            INSERT INTO t (d) SELECT '2026-02-03' FROM generate_series(1, 10);
            """#)
    }
}
