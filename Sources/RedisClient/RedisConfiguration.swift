/// Where a Redis server is and how to connect to it.
package struct RedisConfiguration: Sendable, Equatable {
    /// The address of the server.
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
        /// The primary that Sentinels know by a name; they are asked each time a connection is made.
        case sentinel([RedisServerAddress], name: String)
        /// A cluster, by some of its nodes.
        case cluster([RedisServerAddress])
    }

    /// The address of the server.
    package var address: Address
    /// Whether it is that of a cluster.
    package var isCluster: Bool { if case .cluster = address { true } else { false } }
    /// The ACL user; nil for the default user.
    package var username: String?
    /// The password; nil where none is asked for.
    package var password: String?
    /// The database selected after the connection is made.
    package var database: Int
    /// TLS; nil for a connection in the clear.
    package var tls: RedisTLS?
    /// The longest time until the connection is established, TLS and authentication included.
    package var connectTimeout: Duration
    /// The longest time that a command waits without a byte moving either way.
    package var commandTimeout: Duration
    /// The name that `CLIENT LIST` shows; blanks become hyphens.
    package var clientName: String?

    /// Makes a configuration.
    package init(
        address: Address = .tcp(host: "127.0.0.1", port: 6379), username: String? = nil, password: String? = nil,
        database: Int = 0, tls: RedisTLS? = nil, connectTimeout: Duration = .seconds(10),
        commandTimeout: Duration = .seconds(5), clientName: String? = nil
    ) {
        self.address = address
        self.username = username
        self.password = password
        self.database = database
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.clientName = clientName
    }
}

/// How TLS is agreed on. The server's certificate is always verified; it cannot be skipped.
package struct RedisTLS: Sendable, Equatable {
    /// PEM file of the authorities that are trusted; nil for the system's.
    package var authorityFile: String?
    /// PEM file of our certificate, where the server asks for one.
    package var certificateFile: String?
    /// PEM file of the key of our certificate.
    package var keyFile: String?
    /// The name that the certificate must have; nil for the host of the address.
    package var serverName: String?

    /// Makes a TLS configuration.
    package init(
        authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.serverName = serverName
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL without the password: `rediss://user@host:6379/0`. A user without a password is left out: it may be a password
    /// in the wrong place.
    package var description: String {
        let user = password == nil ? "" : username.map { $0 + "@" } ?? ""
        switch address {
        case .tcp(let host, let port):
            let name = host.contains(":") ? "[\(host)]" : host
            return "\(tls == nil ? "redis" : "rediss")://\(user)\(name):\(port)/\(database)"
        case .unix(let path):
            return "unix://\(user)\(path)?db=\(database)"
        case .cluster(let servers):
            return "\(tls == nil ? "redis" : "rediss")://\(user)\(servers.text)/\(database)"
        case .sentinel(let servers, let name):
            return "\(tls == nil ? "redis" : "rediss")+sentinel://\(user)\(servers.text)/\(name)/\(database)"
        }
    }

    /// The same as ``description``.
    package var debugDescription: String { description }
    /// Nothing to look into, so that `dump` cannot show the password.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
