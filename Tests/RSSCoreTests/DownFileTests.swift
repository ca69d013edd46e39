import Foundation
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore

/// Each shipped migration has a file that undoes it.
@Suite struct DownFileTests {
    private static let downs: [[UInt8]] = [
        PackageResources.V0001__extensions_and_people_down_sql, PackageResources.V0002__categories_down_sql,
        PackageResources.V0003__visit_reports_down_sql, PackageResources.V0004__hardware_and_recycling_down_sql,
        PackageResources.V0005__files_down_sql, PackageResources.V0006__report_function_down_sql,
    ]

    private func down(_ connection: PostgresConnection, _ index: Int) async throws {
        try await connection.executeScript(SQLResource(Self.downs[index]).text)
    }

    @Test func `each down file is the exact inverse of its migration`() async throws {
        let ups = try MigrationSource.shipped.load()
        #expect(ups.count == Self.downs.count)
        try await withConnection { connection in
            var states = [try await SchemaFingerprint.read(connection)]
            for (index, migration) in ups.enumerated() {
                for isUndone in [true, false] {
                    try await connection.executeScript(migration.sql)
                    if isUndone {
                        try await down(connection, index)
                        let now = try await SchemaFingerprint.read(connection)
                        #expect(
                            SchemaDifference(expected: states[index], actual: now).entries == [], "\(migration.file)")
                    }
                }
                states.append(try await SchemaFingerprint.read(connection))
            }
            for index in ups.indices.reversed() {
                try await down(connection, index)
                let now = try await SchemaFingerprint.read(connection)
                #expect(SchemaDifference(expected: states[index], actual: now).entries == [], "\(ups[index].file)")
            }
            for migration in ups { try await connection.executeScript(migration.sql) }
            let again = try await SchemaFingerprint.read(connection)
            #expect(again == states.last)
        }
    }

    @Test func `down removes partitions too, and leaves what others have put beside it`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                "CREATE TABLE public.foreign_text (t text); CREATE INDEX ON foreign_text USING gin (t gin_trgm_ops); CREATE TABLE files.other (a int)"
            )
            for index in Self.downs.indices.reversed() { try await down(connection, index) }
            let left = try await connection.query(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace IN ('public'::regnamespace, 'files'::regnamespace) ORDER BY 1"
            ).map { $0.text(at: 0) }
            #expect(left == ["files.other", "foreign_text"])
            let extensions = try await connection.query(
                "SELECT extname FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gin')"
            ).map { $0.text(at: 0) }
            #expect(extensions == ["pg_trgm"])
        }
    }
}
