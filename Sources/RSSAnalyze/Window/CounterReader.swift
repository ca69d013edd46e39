import Foundation
import PostgresClient
import RSSCore

/// Reads the counters of a server, without texts of statements and without a user's table.
package struct CounterReader: Sendable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// The most tables and statements that are kept: those with the largest counters.
    private static let most = (tables: 300, statements: 500)

    /// The counters that are judged; what else a view shows, as the number of sessions, is no counter.
    private static let counters: Set<String> = [
        "xact_commit", "xact_rollback", "blks_read", "blks_hit", "temp_files", "temp_bytes",
        "deadlocks", "sessions",
        "sessions_abandoned", "sessions_fatal", "sessions_killed", "wal_records", "wal_fpi",
        "wal_bytes",
        "wal_buffers_full", "confl_tablespace", "confl_lock", "confl_snapshot", "confl_bufferpin",
        "confl_deadlock",
    ]

    /// A number of a row that was turned into JSON; nil for another value.
    private struct Number: Decodable {
        let value: Double?
        init(from decoder: any Decoder) throws {
            // Text, a boolean or null is no counter.
            value = try? decoder.singleValueContainer().decode(Double.self)
        }
    }

    /// Reads them now.
    ///
    /// - Parameter statementsView: pg_stat_statements with its schema, where the session may read all of it.
    /// - Throws: `PostgresError`.
    package func read(statementsView: String?) async throws -> CounterSample {
        guard
            let server = try await connection.query(
                SQLResource(PackageResources.counters_server_sql).text
            ).first
        else { throw PostgresError(.unexpectedResult, "the server did not return its time") }
        let (takenAt, startedAt, database, walSize, workMem, block, hasCheckpointer) =
            try server.decode(
                Date.self, Date.self, Int64.self, Double?.self, Double?.self, Double.self, Bool.self)
        var sample = CounterSample(
            takenAt: takenAt, startedAt: startedAt, database: database,
            settings: ["max_wal_size": walSize ?? 0, "work_mem": workMem ?? 0, "block_size": block])
        for row in try await connection.query(SQLResource(PackageResources.counters_database_sql).text) {
            let (name, since, text) = try row.decode(String.self, Date?.self, String.self)
            let values = try JSONDecoder().decode([String: Number].self, from: Data(text.utf8))
                .compactMapValues(\.value)
            sample.groups[name] = CounterSample.Group(
                since: since, values: values.filter { Self.counters.contains($0.key) })
        }
        let checkpoints =
            hasCheckpointer
            ? PackageResources.counters_checkpointer_sql : PackageResources.counters_checkpoints_sql
        if let row = try await connection.query(SQLResource(checkpoints).text).first {
            let (since, timed, requested) = try row.decode(Date?.self, Double.self, Double.self)
            sample.groups["checkpoints"] = CounterSample.Group(
                since: since, values: ["timed": timed, "requested": requested])
        }
        sample.tables = try Self.rows(
            await connection.query(SQLResource(PackageResources.counters_tables_sql).text),
            most: Self.most.tables)
        if let statementsView {
            let sql = SQLResource(PackageResources.counters_statements_sql).text.replacing(
                "public.pg_stat_statements", with: statementsView)
            do {
                sample.statements = try Self.rows(await connection.query(sql), most: Self.most.statements)
            } catch let error as PostgresError where !error.isConnectivity && error.sqlState != nil {
                // Installed and not preloaded: what needs it is blind.
            }
        }
        return sample
    }

    /// A name and its counters in each row.
    private static func rows(_ result: ResultSet, most: Int) throws -> CounterSample.Rows {
        let names = Array(result.columnNames.dropFirst())
        var values: [String: [Double]] = [:]
        for row in result.prefix(most) {
            values[try row.decode(String.self, at: 0)] = try names.indices.map {
                try row.decode(Double.self, at: $0 + 1)
            }
        }
        return CounterSample.Rows(names: names, values: values, isCut: result.count > most)
    }
}
