import Foundation
import Glibc
import PostgresClient
import RedisClient

/// The servers that a run is aimed at, made from its settings.
///
/// Where none is configured and a sandbox is running, the sandbox is the target; ``usesSandbox`` says so.
public struct Targets: Sendable {
    /// The settings.
    public let settings: Settings
    private let sandbox: SandboxState?
    private let stateFolder: String

    /// Looks for a sandbox, should one be needed.
    public init(settings: Settings, stateFolder: String) throws {
        self.settings = settings
        self.stateFolder = stateFolder
        sandbox = try SandboxState.load(from: settings.sandboxFolder(stateFolder: stateFolder))
    }

    private var namesDatabase: Bool {
        [.databaseURL, .databaseHost, .databaseName, .databaseService].contains { settings.isSet($0) }
    }

    private var namesRedis: Bool {
        [.redisURL, .redisHost, .redisSocket].contains { settings.isSet($0) }
    }

    /// Whether the database is the sandbox's.
    public var usesSandboxDatabase: Bool { !namesDatabase && sandbox != nil }

    /// Whether Redis is the sandbox's.
    public var usesSandboxRedis: Bool { !namesRedis && sandbox != nil }

    /// How to reach the database.
    ///
    /// - Parameters:
    ///   - session: what each session sets.
    ///   - direct: whether to bypass a pooler where the settings name a way.
    /// - Throws: ``SettingsError/noDatabase``, ``SettingsError/fileUnreadable(path:reason:)``, `PostgresError`.
    public func postgres(session: SessionSettings, direct: Bool = false) throws -> ConnectionOptions {
        ConnectionOptions(
            keywords: try keywords(direct: direct),
            connectTimeout: settings.duration(.databaseConnectTimeout) ?? .seconds(30),
            stallTimeout: settings.duration(.databaseStallTimeout) ?? .seconds(60), session: session)
    }

    private func keywords(direct: Bool) throws -> [String: String] {
        let directAddress = direct ? settings.text(.databaseDirectURL) : nil
        guard namesDatabase || directAddress != nil else {
            guard let sandbox else { throw SettingsError.noDatabase }
            return sandbox.postgresKeywords
        }
        var keywords: [String: String] = [:]
        if let address = directAddress ?? settings.text(.databaseURL) {
            keywords = try ConnectionOptions.keywords(parsing: address)
        }
        let plain: [(SettingKey, String)] = [
            (.databaseService, "service"), (.databaseHost, "host"), (.databasePort, "port"), (.databaseName, "dbname"),
            (.databaseUser, "user"), (.databasePassword, "password"), (.databaseSSLMode, "sslmode"),
        ]
        // The direct address says where; who, and how safely, comes from the other settings unless it says that too.
        let place: Set = ["service", "host", "port"]
        for (key, keyword) in plain where settings.isSet(key) && keywords[keyword] == nil {
            if directAddress != nil, place.contains(keyword) { continue }
            keywords[keyword] = settings.text(key)
        }
        if keywords["password"] == nil, let path = settings.text(.databasePasswordFile) {
            keywords["password"] = try Self.secret(in: path)
        }
        for (key, keyword) in [
            (SettingKey.databaseSSLRootCert, "sslrootcert"), (.databaseSSLCert, "sslcert"), (.databaseSSLKey, "sslkey"),
        ] where settings.isSet(key) && keywords[keyword] == nil {
            keywords[keyword] = try settings.text(key).map(pemFile)
        }
        return keywords
    }

    /// The database's address for people and the journal, without secrets.
    public func databaseName(_ options: ConnectionOptions) -> String {
        let host = options.keywords["service"].map { "service \($0)" } ?? options.keywords["host"] ?? "local socket"
        let name = options.keywords["dbname"] ?? options.keywords["user"] ?? ""
        return usesSandboxDatabase ? "sandbox \(name)" : "\(host):\(options.keywords["port"] ?? "5432")/\(name)"
    }

    /// How to reach Redis.
    ///
    /// - Throws: ``SettingsError/noRedis``, ``SettingsError/fileUnreadable(path:reason:)``, `RedisError`.
    public func redis(clientName: String) throws -> RedisConfiguration {
        var configuration: RedisConfiguration
        if namesRedis {
            configuration = try settings.text(.redisURL).map { try RedisConfiguration(url: $0) } ?? RedisConfiguration()
            if let socket = settings.text(.redisSocket) {
                configuration.address = .unix(path: socket)
            } else if let host = settings.text(.redisHost) {
                configuration.address = .tcp(host: host, port: UInt16(settings.integer(.redisPort) ?? 6379))
            }
            if let user = settings.text(.redisUser) { configuration.username = user }
            if let password = settings.text(.redisPassword) { configuration.password = password }
            if configuration.password == nil, let path = settings.text(.redisPasswordFile) {
                configuration.password = try Self.secret(in: path)
            }
            if settings.isSet(.redisDatabase), let number = settings.integer(.redisDatabase) {
                configuration.database = number
            }
            if settings.isTrue(.redisTLS) || settings.isSet(.redisTLSCA) {
                var tls = configuration.tls ?? RedisTLS()
                if let file = settings.text(.redisTLSCA) { tls.authorityFile = file }
                configuration.tls = tls
            }
        } else {
            guard let sandbox else { throw SettingsError.noRedis }
            configuration = sandbox.redis
        }
        configuration.connectTimeout = settings.duration(.redisConnectTimeout) ?? .seconds(10)
        configuration.commandTimeout = settings.duration(.redisCommandTimeout) ?? .seconds(5)
        configuration.clientName = clientName
        return configuration
    }

    /// The first line of a file that holds a secret.
    private static func secret(in path: String) throws -> String {
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            return text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
        } catch {
            throw SettingsError.fileUnreadable(path: path, reason: (error as NSError).localizedDescription)
        }
    }

    /// The seed's `DB_SSL_CA` and its like hold PEM text, libpq wants files: text is put into a private file.
    private func pemFile(_ value: String) throws -> String {
        guard value.contains("-----BEGIN") else { return value }
        let path = "\(stateFolder)/tls/\(AdvisoryLock(value).key.magnitude).pem"
        let data = Data((value + "\n").utf8)
        // Another run may be reading it at this moment: it is put in its place whole, and only when it differs.
        if FileManager.default.contents(atPath: path) == data { return path }
        try FileManager.default.createDirectory(atPath: "\(stateFolder)/tls", withIntermediateDirectories: true)
        let temporary = "\(path).\(UUID().uuidString)"
        try SandboxState.write(data, to: temporary)
        guard rename(temporary, path) == 0 else {
            throw SettingsError.fileUnreadable(path: path, reason: String(cString: strerror(errno)))
        }
        return path
    }
}
