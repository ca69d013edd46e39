import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSPartition
import RSSSetup

/// A private PostgreSQL and Redis for one test run, started by the sandbox's own code when the first test asks, and
/// stopped when the process ends, however it ends.
package struct TestCluster: Sendable {
    /// Ports, sockets and passwords.
    package let state: SandboxState
    private let databases: DatabaseMaker

    private static let starting = Task { try await start() }

    /// The cluster of this process.
    package static var shared: TestCluster {
        get async throws { try await starting.value }
    }

    private static func start() async throws -> TestCluster {
        let folder = "/tmp/rssctl-tests-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let state = try await Sandbox(folder: folder).up()
        try watch(folder)
        return TestCluster(state: state, databases: DatabaseMaker(state))
    }

    /// Starts a process that stops the servers as soon as this one is gone, crashed or not.
    private static func watch(_ folder: String) throws {
        let script = """
            while kill -0 \(getpid()) 2>/dev/null; do sleep 0.5; done
            for pid in $(head -qn 1 \(folder)/postgres/postmaster.pid \(folder)/redis/redis.pid 2>/dev/null); do kill -QUIT $pid; kill -KILL $pid; done
            sleep 0.3; rm -rf \(folder)
            """
        _ = try Subprocess(executable: "/usr/bin/setsid", arguments: ["sh", "-c", script]).start(
            output: "/dev/null", errors: "/dev/null")
    }

    /// PostgreSQL's port on the loopback address.
    package var postgresPort: Int { state.postgresPort }

    /// How to reach a database of the cluster.
    package func options(_ database: String, timeout: Duration = .seconds(30)) -> ConnectionOptions {
        var keywords = state.postgresKeywords
        keywords["dbname"] = database
        return ConnectionOptions(
            keywords: keywords, connectTimeout: .seconds(10), responseTimeout: timeout,
            session: SessionSettings(applicationName: "rssctl-tests", searchPath: "public"))
    }

    /// Makes a database; migrated ones are copies of a template.
    package func makeDatabase(migrated: Bool) async throws -> String { try await databases.make(migrated: migrated) }

    /// Drops a database.
    package func drop(_ database: String) async throws { try await databases.drop(database) }
}

/// Makes databases one at a time: a template must not be in use while it is copied.
private actor DatabaseMaker {
    private let state: SandboxState
    private var template: Task<String, any Error>?
    private var counter = 0
    private var queue: Task<Void, Never>?

    init(_ state: SandboxState) { self.state = state }

    private func options(_ database: String) -> ConnectionOptions {
        var keywords = state.postgresKeywords
        keywords["dbname"] = database
        return ConnectionOptions(keywords: keywords, session: SessionSettings(searchPath: "public"))
    }

    func make(migrated: Bool) async throws -> String {
        counter += 1
        let name = "test_\(counter)"
        if !migrated {
            try await administer("CREATE DATABASE \(name) TEMPLATE template0")
            return name
        }
        if template == nil { template = Task { try await self.makeTemplate() } }
        let source = try await template?.value ?? "template0"
        try await inTurn { try await self.copy(source, to: name) }
        return name
    }

    /// Runs work after what was asked for earlier, so that two copies of the template never overlap.
    private func inTurn(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let before = queue
        let task = Task {
            await before?.value
            try await work()
        }
        queue = Task { _ = try? await task.value }
        try await task.value
    }

    /// Copies by the log, which makes no checkpoint, where the server can.
    private func copy(_ source: String, to name: String) async throws {
        let connection = try await PostgresConnection.connect(options("postgres"))
        let strategy = await connection.serverVersion >= 150_000 ? " STRATEGY wal_log" : ""
        try await connection.execute("CREATE DATABASE \(name) TEMPLATE \(source)\(strategy)")
        await connection.close()
    }

    func drop(_ name: String) async throws { try await administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }

    private func administer(_ statement: String) async throws {
        let connection = try await PostgresConnection.connect(options("postgres"))
        try await connection.execute(statement)
        await connection.close()
    }

    private func makeTemplate() async throws -> String {
        let name = "test_template"
        try await administer("CREATE DATABASE \(name) TEMPLATE template0")
        let connection = try await PostgresConnection.connect(options(name))
        try await connection.execute("CREATE EXTENSION pg_stat_statements")
        let run = UUID().uuidString
        _ = try await Migrator(connection, source: .shipped, lockPolicy: LockPolicy(), runID: run).up(.silent)
        _ = try await MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: run).run(
            MaintenanceRun.Options(at: Date()), progress: .silent)
        await connection.close()
        return name
    }
}

/// Runs a test against a database of its own.
package func withDatabase<T>(
    migrated: Bool = false, isolation: isolated (any Actor)? = #isolation,
    _ body: (ConnectionOptions) async throws -> T
) async throws -> T {
    let cluster = try await TestCluster.shared
    let name = try await cluster.makeDatabase(migrated: migrated)
    do {
        let value = try await body(cluster.options(name))
        try await cluster.drop(name)
        return value
    } catch {
        try await cluster.drop(name)
        throw error
    }
}

/// Runs a test with one session on a database of its own.
package func withConnection<T>(
    migrated: Bool = false, isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresConnection) async throws -> T
) async throws -> T {
    try await withDatabase(migrated: migrated) { options in
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        return try await body(connection)
    }
}

extension PostgresConnection {
    /// The first column of the first row, as text.
    package func value(_ sql: String) async throws -> String? { try await query(sql).first?.text(at: 0) }

    /// Whether the session still does its work.
    package func answers() async throws -> Bool { try await query("SELECT 1").count == 1 }
}
