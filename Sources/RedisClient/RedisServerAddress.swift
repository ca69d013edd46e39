/// Where one of several servers listens.
package struct RedisServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Its host: a name or an IP address.
    package var host: String
    /// Its port.
    package var port: UInt16

    /// Makes an address.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Servers with commas between them: `a,b:26380,[2001:db8::1]:26381`.
    ///
    /// - Parameter port: the port of those that name none.
    /// - Throws: ``RedisError/invalidConfiguration(_:)``.
    package static func list(_ text: some StringProtocol, port: UInt16) throws(RedisError) -> [RedisServerAddress] {
        var servers: [RedisServerAddress] = []
        for part in String(text).split(separator: ",", omittingEmptySubsequences: false) {
            let (host, own) = try RedisAddress.hostAndPort(part)
            guard let host else { throw .invalidConfiguration("one of the servers has no host") }
            servers.append(RedisServerAddress(host: host, port: own ?? port))
        }
        return servers
    }

    /// `host:port`, with brackets where the host is an IPv6 address.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Sequence<RedisServerAddress> {
    /// The servers with commas between them.
    package var text: String { map(\.description).joined(separator: ",") }
}
