import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

/// `rssctl partition drain` killed, at every point it reaches.
@Suite(.serialized) struct ReshapeKillTests {
    private static let make = """
        CREATE TABLE events (id bigint, day date, value int NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE events_default PARTITION OF events DEFAULT;
        CREATE INDEX events_value ON events (value);
        INSERT INTO events SELECT g, date_trunc('month', current_date)::date - g % 180, g FROM generate_series(1, 2000) g;
        """

    private static let state = """
        SELECT concat_ws('|', (SELECT count(*)::text || sum(id) || sum(value) FROM events),
            (SELECT string_agg(c.relname || pg_get_expr(c.relpartbound, c.oid), ',' ORDER BY c.relname)
             FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = 'events'::regclass),
            (SELECT count(*) FROM pg_index WHERE NOT indisvalid), (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'rssctl%'),
            (SELECT count(*) FROM pg_proc WHERE pronamespace = 'rssctl'::regnamespace),
            (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class
             WHERE relkind IN ('r', 'p') AND relnamespace IN ('rssctl'::regnamespace, 'public'::regnamespace)))
        """

    private func ask(_ options: ConnectionOptions, _ sql: String) async throws -> String? {
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        return try await connection.value(sql)
    }

    private func prepared<T>(_ body: (ConnectionOptions) async throws -> T) async throws -> T {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(Self.make)
            await connection.close()
            return try await body(options)
        }
    }

    @Test func `kill -9 at any point leaves nothing that the next run does not finish`() async throws {
        try await withState { state in
            let arguments = ["partition", "drain", "events", "--interval", "month", "--batch", "500"]
            let wanted = try await prepared { options in
                let run = try await Binary(state: state, environment: try await target(options)).run(arguments)
                #expect(run.status == 0, "\(run.errors)")
                return try await ask(options, Self.state)
            }
            var kills = FaultPoints.first
            while kills < 100 {
                let isOver = try await prepared { options in
                    var environment = try await target(options)
                    let binary = Binary(state: state, environment: environment)
                    environment["RSSCTL_FAULT"] = "\(kills + 1)"
                    let killed = try await Binary(state: state, environment: environment).run(arguments)
                    if killed.status == 0 { return true }
                    #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
                    let again = try await binary.run(arguments)
                    #expect(again.status == 0, "point \(kills + 1): \(again.errors)")
                    #expect(try await ask(options, Self.state) == wanted, "point \(kills + 1)")
                    return false
                }
                if isOver { break }
                kills += FaultPoints.stride
            }
            #expect(kills >= 25)
        }
    }

    @Test func `a drain that was killed is cancelled`() async throws {
        try await withState { state in
            try await prepared { options in
                var environment = try await target(options)
                let binary = Binary(state: state, environment: environment)
                let before = try await ask(options, "SELECT count(*)::text || sum(value) FROM events")
                environment["RSSCTL_FAULT"] = "8"
                _ = try await Binary(state: state, environment: environment).run("partition", "drain", "events")
                let other = try await binary.run("partition", "drain", "events", "--interval", "week")
                #expect(other.status == 1 && other.errors.contains("RSS-PARTITION-023"))
                let aborted = try await binary.run("partition", "abort", "events")
                #expect(aborted.status == 0 && aborted.output.contains("was cancelled"), "\(aborted.errors)")
                #expect(try await ask(options, "SELECT count(*)::text || sum(value) FROM events") == before)
                #expect(try await ask(options, "SELECT to_regclass('events_default_new') IS NULL") == "t")
            }
        }
    }
}
