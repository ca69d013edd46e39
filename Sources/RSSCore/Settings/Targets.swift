import Foundation
import Glibc
import PostgresClient
import RSSModel
import RSSSystem
import RedisClient

/// The servers that a run uses, made from its settings.
///
/// Where none is configured and a sandbox is running, the sandbox is the target; ``usesSandbox`` says so.
package struct Targets: Sendable {
    /// The settings.
    package let settings: Settings
    private let sandbox: SandboxState?
    private let stateFolder: String

    /// Looks for a sandbox, should one be needed.
    package init(settings: Settings, stateFolder: String) throws {
        self.settings = settings
        self.stateFolder = stateFolder
        sandbox = try SandboxState.load(from: settings.sandboxFolder(stateFolder: stateFolder))
    }

    private var namesDatabase: Bool { DatabaseTarget.isNamed(by: settings) }

    private var namesRedis: Bool { RedisTarget.isNamed(by: settings) }

    /// Whether the database is the sandbox's.
    package var usesSandboxDatabase: Bool { !namesDatabase && sandbox != nil }

    /// Whether Redis is the sandbox's.
    package var usesSandboxRedis: Bool { !namesRedis && sandbox != nil }

    /// How to reach the database.
    ///
    /// - Parameters:
    ///   - session: what each session sets.
    ///   - direct: whether to bypass a pooler where the settings name an address for it.
    /// - Throws: ``SettingsError/noDatabase``, ``SettingsError/contradiction(_:_:)``,
    ///   ``SettingsError/unusableFile(key:origin:path:reason:)``.
    package func postgres(session: SessionSettings, direct: Bool = false) throws -> ConnectionOptions {
        ConnectionOptions(
            keywords: try keywords(direct: direct),
            connectTimeout: settings.duration(.databaseConnectTimeout) ?? .seconds(30),
            stallTimeout: settings.duration(.databaseStallTimeout) ?? .seconds(60), session: session)
    }

    private func keywords(direct: Bool) throws -> [String: String] {
        guard namesDatabase else {
            guard let sandbox else { throw SettingsError.noDatabase }
            return sandbox.postgresKeywords
        }
        return try DatabaseTarget(settings, direct: direct).keywords(pemFile: pemFile)
    }

    /// `host:port/database as role` for people and the journal, without secrets.
    package func databaseName(_ options: ConnectionOptions) -> String {
        let name = DatabaseTarget.name(options.keywords)
        return usesSandboxDatabase ? "sandbox \(options.keywords["dbname"] ?? "")" : name
    }

    /// How to reach Redis.
    ///
    /// - Throws: ``SettingsError/noRedis``, ``SettingsError/unusableFile(key:origin:path:reason:)``.
    package func redis(clientName: String) throws -> RedisConfiguration {
        var configuration: RedisConfiguration
        if namesRedis {
            configuration = try RedisTarget(settings).configuration()
        } else {
            guard let sandbox else { throw SettingsError.noRedis }
            configuration = sandbox.redis
        }
        configuration.connectTimeout = settings.duration(.redisConnectTimeout) ?? .seconds(10)
        configuration.commandTimeout = settings.duration(.redisCommandTimeout) ?? .seconds(5)
        configuration.clientName = clientName
        return configuration
    }

    /// Checks all that can be checked without a server: that the settings do not contradict each other, and that the files
    /// that they name can be used.
    ///
    /// - Throws: ``SettingsError``.
    package func check() throws {
        if namesDatabase {
            for direct in [false, true] {
                _ = try DatabaseTarget(settings, direct: direct).keywords { $0 }
            }
        }
        if namesRedis { _ = try RedisTarget(settings).configuration() }
    }

    /// Where commands go, a line for each server, without looking into a file or asking a server.
    package var summary: [String] {
        var lines: [String] = []
        func add(_ label: String, _ name: () throws -> String?) {
            do {
                if let name = try name() { lines.append("\(label): \(name)") }
            } catch {
                lines.append("\(label): not decided: \(ErrorReport(describing: error).message)")
            }
        }
        func database(_ direct: Bool) throws -> String {
            if !namesDatabase { return sandbox.map { "sandbox \($0.database)" } ?? "none" }
            return DatabaseTarget.name(try DatabaseTarget(settings, direct: direct).parts.parts.mapValues(\.value))
        }
        add("Database") { try database(false) }
        add("For locks and migrations") {
            // Why the database is not decided is reported above.
            guard let ordinary = try? database(false) else { return nil }
            let direct = try database(true)
            return direct == ordinary ? nil : direct
        }
        add("Redis") {
            try namesRedis ? RedisTarget(settings).name : sandbox.map { "sandbox \($0.redis)" } ?? "none"
        }
        return lines
    }

    /// Settings that are set and do not count, each with the setting that takes its place.
    ///
    /// - Throws: ``SettingsError/contradiction(_:_:)``.
    package func overridden() throws -> [SettingKey: String] {
        var all = try DatabaseTarget(settings, direct: false).parts.overridden
        all.merge(try DatabaseTarget(settings, direct: true).parts.overridden.filter { $0.key == .databaseDirectURL }) {
            $1
        }
        all.merge(try RedisTarget(settings).parts.overridden) { $1 }
        return all.mapValues(\.source)
    }

    /// Passwords and their like that are set and not used, because they were set for another server; nil for none.
    ///
    /// - Parameter direct: as in ``postgres(session:direct:)``.
    package func withheld(direct: Bool) -> String? {
        // Contradictions were reported when the target was made.
        guard let parts = try? DatabaseTarget(settings, direct: direct).parts.withheld, !parts.isEmpty else {
            return nil
        }
        return "Not used, because it belongs to another server or role: \(parts.map(\.source).joined(separator: ", "))."
    }

    /// The seed's `DB_SSL_CA` and its like hold PEM text, libpq wants files: text is put into a private file.
    private func pemFile(_ value: String) throws -> String {
        guard value.contains("-----BEGIN") else { return value }
        let path = "\(stateFolder)/tls/\(AdvisoryLock(value).key.magnitude).pem"
        let data = Data((value + "\n").utf8)
        try PrivateFolder.make("\(stateFolder)/tls")
        // Another run may be reading it at this moment: it is put in its place whole, and only when it differs.
        if try PrivateFile.read(path).map({ Data($0) }) != data {
            try WholeFile.write(data, to: path, mode: .exactly(0o600))
        }
        return path
    }
}
