import RedisClient

/// The Redis server that the settings name.
struct RedisTarget: Sendable {
    /// Host, port, socket, user, password, database and TLS, each with the setting that it comes from.
    let parts: TargetParts

    /// Whether any setting says which server.
    static func isNamed(by settings: Settings) -> Bool {
        [.redisURL, .redisSocket, .redisHost, .redisPort].contains { settings.isSet($0) }
    }

    /// Lays the settings over each other.
    ///
    /// - Throws: ``SettingsError/contradiction(_:_:)``, ``SettingsError/malformedAddress(key:origin:reason:)``.
    init(_ settings: Settings) throws {
        let resolver = TargetResolver(
            settings: settings, addresses: [.init(key: .redisURL) { try Self.parts(of: $0) }],
            places: [(.redisSocket, "socket"), (.redisHost, "host")], hasOnePlace: true,
            others: [(.redisPort, "port"), (.redisUser, "user"), (.redisDatabase, "database")])
        var parts = try resolver.resolve()
        try resolver.choose("password", of: [.redisPassword, .redisPasswordFile], binding: ["user"], in: &parts)
        // A server that is spoken to by TLS stays so when its address is given again without it.
        try resolver.choose("tls", of: [.redisTLS], binding: [], in: &parts)
        try resolver.choose("tls_ca", of: [.redisTLSCA], binding: [], in: &parts)
        self.parts = parts
    }

    private static func parts(of address: String) throws -> [String: String] {
        let address = try RedisAddress(address)
        var parts: [String: String] = [:]
        parts["socket"] = address.socket
        // One place, whatever it is made of: what was set for one list of Sentinels is for no other.
        parts["host"] =
            address.primary.map { "\(address.sentinels.text)/\($0)" }
            ?? (address.nodes.isEmpty ? address.host : address.nodes.text)
        parts["port"] = address.port.map { "\($0)" }
        parts["user"] = address.username
        parts["password"] = address.password
        parts["database"] = address.database.map { "\($0)" }
        if address.usesTLS { parts["tls"] = "true" }
        return parts
    }

    /// Its address without secrets.
    var name: String {
        let database = parts["database"] ?? "0"
        if let socket = parts["socket"] { return "unix://\(socket)?db=\(database)" }
        var configuration = RedisConfiguration(database: Int(database) ?? 0, tls: usesTLS ? RedisTLS() : nil)
        configuration.address = place
        return "\(configuration)"
    }

    /// The server, or those that know it.
    private var place: RedisConfiguration.Address {
        if let socket = parts["socket"] { return .unix(path: socket) }
        let host = parts["host"] ?? "127.0.0.1"
        // No host has a slash in it; addresses were checked when they were read.
        if let slash = host.firstIndex(of: "/"),
            let sentinels = try? RedisServerAddress.list(host[..<slash], port: 26_379)
        {
            return .sentinel(sentinels, name: String(host[host.index(after: slash)...]))
        }
        let port = parts["port"].flatMap { UInt16($0) } ?? 6379
        if host.contains(","), let nodes = try? RedisServerAddress.list(host, port: port) { return .cluster(nodes) }
        return .tcp(host: host, port: port)
    }

    private var usesTLS: Bool { parts["tls"] == "true" || (parts["tls"] == nil && parts["tls_ca"] != nil) }

    /// How to reach the server.
    ///
    /// - Throws: ``SettingsError/unusableFile(key:origin:path:reason:)``.
    func configuration() throws -> RedisConfiguration {
        var configuration = RedisConfiguration()
        configuration.address = place
        configuration.username = parts["user"]
        if let part = parts.parts["password"] {
            configuration.password = try part.key == .redisPasswordFile ? SecretFile.read(part) : part.value
        }
        configuration.database = parts["database"].flatMap { Int($0) } ?? 0
        if usesTLS {
            let authority = parts.parts["tls_ca"]
            if let authority { try SecretFile.check(authority) }
            configuration.tls = RedisTLS(authorityFile: authority?.value)
        }
        return configuration
    }
}
