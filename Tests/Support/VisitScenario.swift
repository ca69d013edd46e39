import PostgresClient

/// Visit reports of two past months with all that belongs to them.
package enum VisitScenario {
    /// The first month.
    package static let partition = "visit_reports_2024_01"

    /// 40 reports a month, every one with two devices, a recycling record and a file; no gap up to the month of now.
    package static func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE visit_reports_2024_01 PARTITION OF visit_reports FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE visit_reports_2024_02 PARTITION OF visit_reports FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
            DO $$ BEGIN EXECUTE format('CREATE TABLE visit_reports_since PARTITION OF visit_reports FOR VALUES FROM (%L) TO (%L)',
                '2024-03-01', date_trunc('month', now() AT TIME ZONE 'UTC')::date); END $$;
            INSERT INTO organizations (name) VALUES ('o');
            INSERT INTO categories (name) VALUES ('x');
            INSERT INTO visit_reports (report_number, organization_id, visit_date)
                SELECT 'VR-' || g, (SELECT id FROM organizations), date '2024-01-01' + g % 20 + 31 * (g / 41)
                FROM generate_series(1, 80) g;
            INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
                SELECT id, (SELECT id FROM categories WHERE name = 'x'), 'd' || g FROM visit_report_keys, generate_series(1, 2) g;
            INSERT INTO recycling_records (visit_report_id, category_id)
                SELECT id, (SELECT id FROM categories WHERE name = 'x') FROM visit_report_keys;
            INSERT INTO files.file_attachments (visit_report_id, file_name, file_type, file_size)
                SELECT id, 'f', 'image/png', 1 FROM visit_report_keys;
            """)
    }

    /// Everything that there is of visits, as text; the same before a retirement and after its undoing.
    package static func state(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            """
            SELECT concat_ws('|',
              (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(v.*)::text, 0)), 0) FROM visit_reports v),
              (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(v.*)::text, 0)), 0) FROM visit_report_keys v),
              (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(v.*)::text, 0)), 0) FROM hardware_inventory v),
              (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(v.*)::text, 0)), 0) FROM recycling_records v),
              (SELECT count(*) || ':' || coalesce(sum(hashtextextended(ROW(v.*)::text, 0)), 0) FROM files.file_attachments v),
              (SELECT string_agg(c.relname || pg_get_expr(c.relpartbound, c.oid) || inhdetachpending, ',' ORDER BY c.relname)
               FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'visit_reports'::regclass),
              (SELECT string_agg(concat_ws(' ', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid)), ',' ORDER BY conrelid::regclass::text, conname)
               FROM pg_constraint WHERE conrelid::regclass::text LIKE 'visit_reports%'),
              (SELECT string_agg(concat_ws(' ', tgrelid::regclass, tgname), ',' ORDER BY tgrelid::regclass::text, tgname)
               FROM pg_trigger WHERE NOT tgisinternal),
              (SELECT string_agg(pg_get_indexdef(indexrelid) || indisvalid, ',' ORDER BY indexrelid::regclass::text)
               FROM pg_index WHERE indrelid::regclass::text LIKE 'visit_reports%'))
            """)
    }
}
