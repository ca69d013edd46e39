import PostgresClient
import RSSCore

/// Reports that show every fault which the probes look for, in a database made for them.
package enum ReportProbeRows {
    /// Inserts them, in two partitions of visit_reports where it has some, else in one that is made.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package static func insert(_ connection: PostgresConnection) async throws {
        let tables = try await ApplicationTables(connection)
        let name = tables.name("visit_reports")
        var days = try await connection.query(SQLResource(PackageResources.report_partitions_sql).text, [name]).map {
            try $0.decode(CalendarDate.self, at: 0)
        }
        if days.isEmpty {
            let kind = try await connection.query(
                "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass($1)", [name]
            ).first?.decode(Bool.self, at: 0)
            if kind == true {
                try await connection.execute(
                    "CREATE TABLE public.visit_reports_probe PARTITION OF \(name) FOR VALUES FROM ('2026-01-01') TO ('2026-03-01')"
                )
            }
            days = ["2026-01-31", "2026-02-01"].compactMap { CalendarDate($0) }
        }
        guard let newest = days.last else { return }
        let before = days.dropLast().last ?? newest
        try await connection.transaction {
            try await connection.execute(tables.sql(PackageResources.report_probe_visits_sql), [newest, before])
            try await connection.execute(tables.sql(PackageResources.report_probe_belongings_sql))
        }
    }
}
