import Foundation
import Glibc
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// Through PgBouncer: in transaction mode a session's locks and settings are the next client's, in session mode its own.
@Suite(.serialized, .enabled(if: access("/usr/sbin/pgbouncer", X_OK) == 0, "pgbouncer is not installed"))
struct PoolerTests {
    /// Starts a pooler in front of a database.
    private func withPooler(
        _ options: ConnectionOptions, mode: String = "transaction", size: Int = 1, settings: String = "",
        _ body: (_ url: String) async throws -> Void
    ) async throws {
        let state = try await TestCluster.shared.state
        let folder = "/tmp/rssctl-pooler-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let keywords = state.postgresKeywords
        func keyword(_ name: String) -> String { keywords[name] ?? "" }
        let port = Int.random(in: 20000...30000)
        try """
        [databases]
        db = host=127.0.0.1 port=\(keyword("port")) dbname=\(options.keywords["dbname"] ?? "") user=\(keyword("user")) password='\(keyword("password"))'
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = any
        pool_mode = \(mode)
        default_pool_size = \(size)
        \(settings)
        ignore_startup_parameters = extra_float_digits
        """.write(toFile: "\(folder)/bouncer.ini", atomically: true, encoding: .utf8)
        try "".write(toFile: "\(folder)/log", atomically: true, encoding: .utf8)
        var arguments = ["/usr/sbin/pgbouncer", "\(folder)/bouncer.ini"]
        // It refuses to run as root.
        if geteuid() == 0 { arguments = ["/usr/sbin/runuser", "-u", "nobody", "--"] + arguments }
        let pid = try Subprocess(executable: "/usr/bin/env", arguments: arguments).start(
            output: "/dev/null", errors: "\(folder)/log")
        defer {
            kill(pid, SIGTERM)
            _ = Subprocess.status(of: pid, waiting: true)
            try? FileManager.default.removeItem(atPath: folder)
        }
        let url = "postgresql://anybody@127.0.0.1:\(port)/db"
        let isUp = try await eventually {
            let session = try? await PostgresConnection.connect(
                ConnectionOptions(
                    keywords: ["host": "127.0.0.1", "port": "\(port)", "dbname": "db", "user": "anybody"],
                    connectTimeout: .seconds(2)))
            await session?.close()
            return session != nil
        }
        try #require(isUp, "\((try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "")")
        try await body(url)
    }

    @Test func `migrate is refused with a hint, and works by it; nothing is left on the server`() async throws {
        try await withState { state in
            try await withDatabase { options in
                try await withPooler(options) { url in
                    let plain = Binary(state: state)
                    let refused = try await plain.run("migrate", "--database-url", url)
                    #expect(refused.status == 78 && refused.errors.contains("RSS-PG-010"), "\(refused.errors)")
                    #expect(refused.errors.contains("direct_url"))
                    let servers = try await TestCluster.shared.state.postgresKeywords
                    let direct =
                        "postgresql://rss@127.0.0.1:\(servers["port"] ?? "")/\(options.keywords["dbname"] ?? "")"
                    var environment = try await target(options)
                    environment["RSSCTL_DIRECT_URL"] = direct
                    // A flag is stronger than the variable, and so turns it off: the target is the one asked for.
                    let asked = try await Binary(state: state, environment: environment).run(
                        "migrate", "--database-url", url)
                    #expect(asked.status == 78 && asked.errors.contains("RSS-PG-010"), "\(asked.errors)")
                    environment["RSSCTL_DATABASE_URL"] = url
                    let migrated = try await Binary(state: state, environment: environment).run("migrate")
                    #expect(migrated.status == 0, "\(migrated.errors)")
                    let read = try await plain.run("migrate", "status", "--database-url", url)
                    #expect(read.status == 0, "\(read.errors)")
                    let query = try await plain.run("report", "query", "--database-url", url)
                    #expect(query.status == 0, "\(query.errors)")

                    let admin = try await PostgresConnection.connect(options)
                    let locks = try await admin.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")
                    #expect(locks.isEmpty)
                    await admin.close()
                    // The one session behind the pooler, which all of them were given.
                    let left = """
                        SELECT name || '=' || setting FROM pg_settings
                        WHERE source = 'session' AND name NOT IN ('client_encoding', 'DateStyle', 'TimeZone',
                            'standard_conforming_strings', 'application_name')
                        """
                    let status = try await shell("psql -At -c \"$QUERY\" \(url) > \(state)/left", ["QUERY": left])
                    #expect(status == 0)
                    #expect(try String(contentsOfFile: "\(state)/left", encoding: .utf8).isEmpty)
                }
            }
        }
    }
    @Test func `session mode is taken for what it is: locks and settings hold through it`() async throws {
        try await withState { state in
            try await withDatabase { options in
                try await withPooler(options, mode: "session", size: 20) { url in
                    let migrated = try await Binary(state: state).run("migrate", "--database-url", url)
                    #expect(migrated.status == 0, "\(migrated.errors)")
                    let maintained = try await Binary(state: state).run("partition", "maintain", "--database-url", url)
                    #expect(maintained.status == 0, "\(maintained.errors)")
                }
            }
        }
    }

    @Test(arguments: ["server_round_robin = 0", "server_round_robin = 1"])
    func `transaction mode is refused also with many server sessions`(settings: String) async throws {
        try await withState { state in
            try await withDatabase(migrated: true) { options in
                try await withPooler(options, size: 5, settings: settings) { url in
                    for _ in 0..<3 {
                        let refused = try await Binary(state: state).run("partition", "maintain", "--database-url", url)
                        #expect(refused.status == 78 && refused.errors.contains("RSS-PG-010"), "\(refused.errors)")
                    }
                }
            }
        }
    }
}
