import Console
import Foundation
import Journal
import Logging
import PostgresClient
import RSSCore
import RSSModel
import RSSSetup
import RedisClient

/// What a verb works with.
package struct Context: Sendable {
    /// The outside.
    package let world: World
    /// Streams and questions.
    package let console: Console
    /// The settings; those of an empty configuration for a verb that needs none.
    package let settings: Settings
    /// The servers; only for a verb that needs one.
    let targets: Targets?
    /// Where progress goes: the terminal and the journal.
    package let progress: ProgressReporter
    /// The record of this run; nil when it is not journaled.
    let recorder: RunRecorder?
    /// The run's id.
    package let runID: String
    /// Group and verb.
    package let command: String
    /// Whether nothing may be changed.
    package let isDryRun: Bool
    /// Logs statements when asked to.
    let logger: Logger
    /// The flags that a command printed to be typed needs too.
    let carried: CarriedFlags
    /// The servers that the run has connected to.
    let servers = ServerNames()
    /// The sessions that the work has opened.
    let sessions = RunSessions()

    /// The servers that a change is made on: those that the run has connected to, or will. Nil for a verb that needs none.
    var serverNames: String? {
        guard let targets else { return nil }
        var names = servers.all
        // A target that cannot be made is an error of the work, which describes it better.
        if names.isEmpty || settings.isSet(.databaseDirectURL), let options = try? postgresOptions(direct: true) {
            let name = targets.databaseName(options)
            if !names.contains(name) { names.append(name) }
        }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }

    /// `rssctl/<command>#<run>`, by which a DBA finds our sessions; the run's last 12 characters are its random part.
    package var applicationName: String { "rssctl/\(command.replacing(" ", with: "-"))#\(runID.suffix(12))" }

    /// How to reach the database.
    ///
    /// - Throws: `SettingsError`.
    package func postgresOptions(
        statementTimeout: Duration? = nil, readOnly: Bool = false, timeZone: String? = "UTC", direct: Bool = false,
        lockTimeout: Duration? = nil
    ) throws -> ConnectionOptions {
        guard let targets else { throw SettingsError.noDatabase }
        var session = SessionSettings(applicationName: applicationName, timeZone: timeZone)
        session.statementTimeout = statementTimeout ?? settings.duration(.databaseStatementTimeout)
        session.readOnly = readOnly
        session.lockTimeout = lockTimeout
        if let path = settings.text(.databaseSearchPath) { session.userSearchPath = path }
        return try targets.postgres(session: session, direct: direct)
    }

    /// Opens a session with the database, which ends with the work, and checks first of all whether the server is of a supported
    /// version, and, for a session that is to change something, whether it may.
    ///
    /// - Throws: `UnsupportedServer`, `ReadOnlySession`, `PostgresError`, `SettingsError`, `CancellationError`.
    package func connectPostgres(
        statementTimeout: Duration? = nil, readOnly: Bool = false, timeZone: String? = "UTC", direct: Bool = false,
        lockTimeout: Duration? = nil
    ) async throws -> PostgresConnection {
        let options = try postgresOptions(
            statementTimeout: statementTimeout, readOnly: readOnly, timeZone: timeZone, direct: direct,
            lockTimeout: lockTimeout)
        if let targets { recorder?.target(targets.databaseName(options)) }
        do {
            let connection = try await connectPostgres(to: options)
            await note(connection, options)
            try await connection.requireSupportedServer()
            if !readOnly, !isDryRun { try await connection.requireWritable(for: "rssctl \(command)") }
            return connection
        } catch let failure as PostgresError where failure.code == .connectionFailed {
            if targets?.usesSandboxDatabase == true { throw SandboxError.notRunning(folder: sandbox.folder) }
            var error = failure
            error.detail = error.detail ?? targets?.withheld(direct: direct)
            throw error
        }
    }

    /// Opens a session, which ends with the work, with a server that no setting names.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func connectPostgres(to options: ConnectionOptions) async throws -> PostgresConnection {
        let connection = try await PostgresConnection.connect(options, logger: logger)
        sessions.add(connection)
        return connection
    }

    /// Notes which server a session is with: of a list of hosts, or behind a service, it is known only now.
    private func note(_ connection: PostgresConnection, _ options: ConnectionOptions) async {
        guard let targets else { return }
        var reached = options
        reached.keywords = await connection.reached
        let name = targets.databaseName(reached)
        recorder?.target(name)
        servers.add(name)
    }

    /// How to reach Redis.
    ///
    /// - Throws: `SettingsError`.
    package func redisConfiguration() throws -> RedisConfiguration {
        guard let targets else { throw SettingsError.noRedis }
        let configuration = try targets.redis(clientName: applicationName)
        servers.add("\(configuration)")
        return configuration
    }

    /// Opens a connection to Redis, which ends with the work, and waits for a server that is loading its data for as long as for
    /// a connection. Behind Sentinels, and in a cluster, it moves to the server that takes the place of a lost one.
    ///
    /// - Throws: `RedisError`, `SettingsError`, `CancellationError`.
    package func connectRedis() async throws -> any RedisService {
        let configuration = try redisConfiguration()
        let connection: any RedisService =
            switch configuration.address {
            case .sentinel, .cluster: try configuration.service()
            case .tcp, .unix: try await RedisConnection.connect(configuration)
            }
        sessions.add(connection)
        try await connection.waitUntilLoaded(within: configuration.connectTimeout) {
            progress(.note("Redis is loading its data: waiting."))
        }
        return connection
    }

    /// The sandbox of this machine's settings.
    package var sandbox: Sandbox {
        Sandbox(folder: settings.sandboxFolder(stateFolder: world.stateFolder), stateFolder: world.stateFolder)
    }

    /// Opens the journal for reading; here its failure is an error, because its history is needed.
    ///
    /// - Throws: `JournalError`.
    package func openJournal() throws -> Journal { try Journal(path: world.journalPath) }
}
