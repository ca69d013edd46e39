import Foundation
import Glibc
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// In a schema that every role may write, a role without rights has put what PostgreSQL takes in place of its own functions and
/// operators wherever it fits the arguments better (CVE-2018-1058). Nothing of it may ever be run by rssctl.
@Suite(.serialized) struct ShadowTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every word of our sources that a parenthesis follows: among them are all functions that our SQL calls.
    private static func called() throws -> [String] {
        let files = try #require(
            FileManager.default.enumerator(at: root.appendingPathComponent("Sources"), includingPropertiesForKeys: nil))
        var names: Set<String> = []
        for case let file as URL in files where ["sql", "swift"].contains(file.pathExtension) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /\b([a-z_][a-z0-9_]*)\s*\(/) { names.insert(String(match.output.1)) }
        }
        return names.sorted()
    }

    /// Puts the shadows into a database, as a role that may do nothing but create.
    ///
    /// - Returns: how many operators and functions.
    private static func shadow(_ options: ConnectionOptions, as role: String) async throws -> (Int, Int) {
        let connection = try await PostgresConnection.connect(options)
        try await connection.executeScript(
            """
            CREATE ROLE \(role); GRANT CREATE ON SCHEMA public TO PUBLIC;
            CREATE SCHEMA shadow; CREATE TABLE shadow.called (name text);
            GRANT USAGE ON SCHEMA shadow TO \(role); GRANT SELECT ON shadow.called TO \(role);
            """)
        try await connection.execute("INSERT INTO shadow.called SELECT unnest($1::text[])", [try called()])
        try await connection.execute("SET SESSION AUTHORIZATION \(role)")
        let script = try String(
            contentsOf: root.appendingPathComponent("Tests/Support/Scripts/shadow.sql"), encoding: .utf8)
        try await connection.executeScript(script, timeout: .seconds(300))
        let made = try await connection.query(
            """
            SELECT (SELECT count(*) FROM pg_operator o WHERE o.oprowner = r.oid),
                (SELECT count(*) FROM pg_proc p WHERE p.proowner = r.oid)
            FROM pg_roles r WHERE r.rolname = session_user
            """
        ).first?.decode(Int.self, Int.self)
        await connection.close()
        return try #require(made)
    }

    /// The alarms in the server's log that a database raised.
    private static func alarms(_ database: String) async throws -> [Substring] {
        let host = try await TestCluster.shared.state.postgresKeywords["host"] ?? ""
        let log = URL(fileURLWithPath: host).deletingLastPathComponent().appendingPathComponent("postgres.log")
        return try String(decoding: Data(contentsOf: log), as: UTF8.self).split(separator: "\n")
            .filter { $0.contains("SHADOW ALARM \(database) ") }
    }

    private static let commands: [[String]] = [
        ["doctor"], ["setup", "roles", "--for", "reader", "--role", "shadow_reader", "--dry-run"],
        ["migrate", "status"], ["migrate", "plan"], ["migrate", "verify"], ["migrate", "drift"], ["migrate", "dump"],
        ["migrate", "--dry-run"], ["partition", "status"], ["partition", "plan"],
        ["partition", "check", "--all", "--deep"],
        ["partition", "policy", "adopt", "--all", "--dry-run"],
        ["partition", "policy", "set", "visit_reports", "--retention", "240 months", "--quarantine", "7d"],
        ["partition", "policy", "list"], ["partition", "policy", "export"], ["partition", "maintain"],
        ["partition", "policy", "set", "plain", "--interval", "month", "--dry-run"],
        ["partition", "convert", "plain", "--by", "day", "--yes"], ["partition", "split", "plain", "--into", "year"],
        ["partition", "drain", "parted"], ["partition", "retire", "parted_1"], ["partition", "undo", "parted_1"],
        ["partition", "archive", "parted_1", "--to", "ARCHIVES"], ["partition", "merge", "parted_1", "parted_2"],
        ["partition", "index", "create", "CREATE INDEX parted_note ON parted (note)"],
        ["partition", "index", "reindex", "parted"], ["partition", "index", "drop", "parted_note"],
        ["report", "query", "--search", "RSS-1 ab"], ["report", "query", "--count", "exact"],
        ["cache", "warm"], ["analyze", "performance"],
        ["bulk", "import", "hardware", "FILE", "--visit", "latest", "--dry-run"],
        ["bulk", "import", "hardware", "FILE", "--visit", "latest"], ["bulk", "history"],
        ["bulk", "export", "hardware", "--to", "EXPORT"], ["bulk", "undo", "last", "--dry-run"],
        ["bulk", "undo", "last", "--yes"], ["bulk", "mapping", "list"],
    ]

    @Test func `what another role put in place of PostgreSQL's functions and operators never runs`() async throws {
        try await withState { state in
            try await withDatabase { options in
                let database = options.keywords["dbname"] ?? ""
                let admin = try await PostgresConnection.connect(options)
                let (owner, evil) = ("shadow_owner_\(database)", "shadow_evil_\(database)")
                try await admin.executeScript(
                    """
                    CREATE ROLE \(owner) LOGIN PASSWORD 'x'; GRANT pg_monitor TO \(owner);
                    ALTER DATABASE \(database) OWNER TO \(owner); ALTER SCHEMA public OWNER TO \(owner);
                    """)
                var environment = try await target(options)
                let superuser = environment
                environment["PGUSER"] = owner
                environment["PGPASSWORD"] = "x"
                environment["PGHOST"] = "127.0.0.1"
                for command in ["migrate", "partition maintain"] {
                    let made = try await Binary(state: state, environment: environment).run(
                        command.split(separator: " ").map(String.init))
                    #expect(made.status == 0, "\(made.errors)")
                }
                try await admin.executeScript(Self.tables(owner))
                let (operators, functions) = try await Self.shadow(options, as: evil)
                #expect(operators > 3000 && functions > 10_000)
                // The alarm works: a session with the usual path runs what fits better.
                try await admin.query("SELECT 1 WHERE 'pg_class'::regclass::oid = 'pg_class'::regclass")
                #expect(try await !Self.alarms(database).isEmpty)
                let raised = try await Self.alarms(database).count
                await admin.close()

                try
                    "visit_report,category,device_name,serial_number\nlatest,Laptop,one,SHADOW-1\nlatest,Laptop,two,SHADOW-2\n"
                    .write(toFile: "\(state)/file.csv", atomically: true, encoding: .utf8)
                mkdir("\(state)/archives", 0o700)
                for (role, variables) in [("superuser", superuser), ("owner", environment)] {
                    let binary = Binary(state: state, environment: variables)
                    for command in Self.commands {
                        let arguments = command.map {
                            switch $0 {
                            case "FILE": "\(state)/file.csv"
                            case "EXPORT": "\(state)/export-\(role).csv"
                            case "ARCHIVES": "\(state)/archives"
                            default: $0
                            }
                        }
                        let result = try await binary.run(arguments)
                        #expect(
                            ![70, 128 + SIGILL, 128 + SIGSEGV].contains(result.status),
                            "\(role): \(command): \(result.errors)")
                    }
                }
                let alarms = try await Self.alarms(database).dropFirst(raised)
                #expect(alarms.isEmpty, "\(alarms.count) alarms: \(alarms.prefix(5).joined(separator: "\n"))")
                // Statements of the user's own run along the user's path: there the shadows are refused by name.
                let plain = Binary(state: state, environment: superuser)
                try "CREATE TABLE more (id int);".write(
                    toFile: "\(state)/V1__more.sql", atomically: true, encoding: .utf8)
                let refused = try await plain.run("migrate", "down", "--yes")
                #expect(refused.status == 77 && refused.errors.contains("RSS-PG-023"), "\(refused.errors)")
                #expect(refused.errors.contains(evil))
            }
        }
    }

    /// Tables of the owner's, plain and partitioned, with some rows.
    private static func tables(_ owner: String) -> String {
        """
        SET ROLE \(owner);
        INSERT INTO public.organizations (id, name) VALUES (gen_random_uuid(), 'Shadow ab');
        INSERT INTO public.visit_reports (report_number, organization_id, visit_date, technician_id)
            SELECT 'RSS-1', o.id, current_date, NULL FROM public.organizations o;
        CREATE TABLE public.plain (id bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL, note text, PRIMARY KEY (id));
        INSERT INTO public.plain (day, note) SELECT current_date - g, 'n' FROM generate_series(1, 400) g;
        CREATE TABLE public.parted (id bigint, day date NOT NULL, note varchar(20), PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
        CREATE TABLE public.parted_2 PARTITION OF public.parted FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
        CREATE TABLE public.parted_rest PARTITION OF public.parted DEFAULT;
        INSERT INTO public.parted SELECT g, date '2025-01-01' + g, 'x' FROM generate_series(1, 100) g;
        RESET ROLE;
        """
    }
}
