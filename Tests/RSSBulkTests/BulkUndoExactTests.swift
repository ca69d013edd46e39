import PostgresClient
import RSSBulk
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

/// Undo restores what was there, whatever the types of the columns are.
@Suite struct BulkUndoExactTests {
    /// Columns of an operator, with values that JSON has no form for.
    private static let columns = """
        CREATE TYPE mood AS ENUM ('so so', 'c"d');
        CREATE TYPE pair AS (x int, y text);
        CREATE DOMAIN document AS jsonb CHECK (jsonb_typeof(value) = 'object');
        CREATE DOMAIN numbers AS int[];
        CREATE DOMAIN couple AS pair;
        ALTER TABLE hardware_inventory
            ADD COLUMN x_json json, ADD COLUMN x_jsonb jsonb, ADD COLUMN x_array text[], ADD COLUMN x_float8 float8,
            ADD COLUMN x_float4 float4, ADD COLUMN x_date date, ADD COLUMN x_time timestamptz, ADD COLUMN x_bytes bytea,
            ADD COLUMN x_document document, ADD COLUMN x_numbers numbers, ADD COLUMN x_couple couple,
            ADD COLUMN x_pair pair, ADD COLUMN x_pairs pair[], ADD COLUMN x_mood mood, ADD COLUMN x_char char(5),
            ADD COLUMN x_bool boolean, ADD COLUMN x_inet inet, ADD COLUMN x_text text,
            ADD COLUMN x_range int4range, ADD COLUMN x_interval interval, ADD COLUMN x_numeric numeric,
            ADD COLUMN "x ""odd"" %s" text, ADD COLUMN x_generated int GENERATED ALWAYS AS (1) STORED,
            ADD COLUMN x_identity int GENERATED ALWAYS AS IDENTITY;
        """

    private static let values = """
        UPDATE hardware_inventory SET metadata = 'null', specifications = 'null',
            x_json = '{"b": 1,   "a":2, "a":3}', x_jsonb = 'null', x_array = '[0:1]={a,b}', x_float8 = '-0',
            x_float4 = '1e-30', x_date = 'infinity', x_time = '-infinity', x_bytes = '\\x0001ff', x_document = '{"n": 1.00}',
            x_numbers = '[2:3]={4,NULL}', x_couple = ROW(1, 'q "x", \\'), x_pair = ROW(NULL, NULL),
            x_pairs = ARRAY[ROW(1, NULL)::pair, NULL], x_mood = 'c"d', x_char = 'ab', x_bool = true,
            x_inet = '10.0.0.1/32', x_text = '', x_range = 'empty', x_interval = '1 mon -2 days',
            x_numeric = 'NaN', "x ""odd"" %s" = E'\\u00e4\\n%s' WHERE serial_number = 'S1';
        UPDATE hardware_inventory SET metadata = '"text"', x_json = 'null', x_jsonb = '"text"', x_array = '{}',
            x_float8 = 'NaN', x_pair = NULL, x_text = NULL, x_bytes = '' WHERE serial_number = 'S2';
        UPDATE hardware_inventory SET metadata = '[]', x_json = '"t"' WHERE serial_number = 'S3';
        """

    private func filled(_ body: (BulkScenario) async throws -> Void) async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3), "first.csv"))
            try await scenario.connection.executeScript(Self.columns)
            try await scenario.connection.executeScript(Self.values)
            try await body(scenario)
        }
    }

    private func rows(_ scenario: BulkScenario) async throws -> [String?] {
        try await scenario.texts("SELECT t::text FROM hardware_inventory AS t ORDER BY serial_number")
    }

    @Test func `deleted rows are restored with every value as it was, byte for byte`() async throws {
        try await filled { scenario in
            let before = try await rows(scenario)
            let deleted = try await scenario.load(try scenario.file("serial\nS1\nS2\nS3\n")) { $0.operation = .delete }
            #expect(deleted.deleted == 3)
            let outcome = try await scenario.undo(deleted.run)
            #expect((outcome.restored, outcome.keptCount) == (3, 0))
            #expect(try await rows(scenario) == before)
        }
    }

    @Test func `changed rows get every value back as it was, byte for byte`() async throws {
        try await filled { scenario in
            let before = try await rows(scenario)
            let changed = try await scenario.load(try scenario.file("serial,name\nS1,x\nS2,x\nS3,x\n")) {
                $0.operation = .update
            }
            #expect(changed.updated == 3)
            // What the run did not set is restored, too, by force.
            try await scenario.connection.executeScript(
                """
                UPDATE hardware_inventory SET metadata = '{}', x_json = '{}', x_jsonb = NULL, x_array = '{z}', x_float8 = 0,
                    x_pair = NULL, x_couple = NULL, x_bytes = NULL, x_date = NULL, x_text = 'other', "x ""odd"" %s" = NULL
                """)
            let kept = try await scenario.undo(changed.run)
            #expect((kept.restored, kept.keptCount, kept.forceable) == (0, 3, 3))
            let forced = try await scenario.undo(changed.run, force: true)
            #expect((forced.restored, forced.keptCount, forced.forceable) == (3, 0, 0))
            #expect(try await rows(scenario) == before)
        }
    }

    @Test func `rows that format 4 kept are restored as they were then`() async throws {
        try await filled { scenario in
            try await scenario.connection.execute(
                """
                UPDATE hardware_inventory SET metadata = '{"a": null}', specifications = '"text"', x_jsonb = NULL, x_json = NULL,
                    x_array = '{a,NULL,""}', x_bytes = NULL, x_numbers = '{4,NULL}', x_float8 = 1.5
                """)
            let before = try await rows(scenario)
            let run = "01a22058-d64f-7d99-9e2a-2c5a01f29dc5"
            let batch = "VALUES ($1::uuid, 1, 1, 3, NULL, NULL, 0, 0, 0, 3)"
            try await scenario.connection.transaction {
                try await scenario.connection.execute(
                    """
                    INSERT INTO rssctl.bulk_run (run_id, operation, object, table_name, columns, file_name, file_digest, settings,
                        state, undo_until) VALUES ($1::uuid, 'delete', 'hardware', 'hardware_inventory', '{}', 'f', '', '', 'done',
                        now() + interval '1 day')
                    """, [run])
                try await scenario.connection.execute(
                    """
                    INSERT INTO rssctl.bulk_before (run_id, batch, id, was, before)
                    SELECT $1::uuid, 1, t.id, t.xmin, to_jsonb(t) FROM hardware_inventory AS t
                    """, [run])
                try await scenario.connection.execute("DELETE FROM hardware_inventory")
                try await scenario.connection.execute(
                    """
                    INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, first_id, last_id, inserted, updated,
                        unchanged, deleted) \(batch)
                    """, [run])
            }
            let outcome = try await scenario.undo(run)
            #expect((outcome.restored, outcome.keptCount) == (3, 0))
            #expect(try await rows(scenario) == before)
        }
    }
}
