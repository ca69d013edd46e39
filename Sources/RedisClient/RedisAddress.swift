/// The parts of a Redis address, as far as it has them.
package struct RedisAddress: Sendable, Equatable {
    /// Whether its scheme asks for TLS.
    package var usesTLS = false
    /// The host; nil where there is none, or a socket.
    package var host: String?
    /// The port.
    package var port: UInt16?
    /// The Sentinels that know the primary; empty for the address of a server.
    package var sentinels: [RedisServerAddress] = []
    /// The name by which they know it.
    package var primary: String?
    /// The nodes of a cluster; empty for the address of a server.
    package var nodes: [RedisServerAddress] = []
    /// The path of a Unix socket.
    package var socket: String?
    /// The ACL user.
    package var username: String?
    /// The password.
    package var password: String?
    /// The database.
    package var database: Int?

    /// Reads `redis://[user[:password]@]host[:port][/database]`, the same with `rediss://` for TLS, or
    /// `unix://[user[:password]@]/path/to/socket[?db=0]`.
    ///
    /// Hosts with commas between them, `redis://a:7000,b:7000`, are nodes of a cluster.
    ///
    /// `redis+sentinel://[user[:password]@]host[:port][,host[:port]…]/name[/database]`, and `rediss+sentinel://` for TLS, is
    /// the primary that Sentinels know by a name; user and password are the primary's.
    ///
    /// User and password are percent-decoded. `redis://:secret@host` is a password without a user.
    /// Throws ``RedisError/invalidConfiguration(_:)``, in which no part of the URL but its scheme is repeated.
    package init(_ url: String) throws(RedisError) {
        guard let end = url.firstRange(of: "://") else {
            throw Self.invalid("the URL has no scheme, for example redis://")
        }
        let scheme = url[..<end.lowerBound].lowercased()
        var rest = url[end.upperBound...]
        guard !rest.contains("#") else { throw Self.invalid("a URL with # in it; write %23 within a password") }
        let query = Self.cut(&rest, at: "?")
        database = try Self.database(fromQuery: query)
        switch scheme {
        case "redis", "rediss":
            let path = Self.cut(&rest, at: "/")
            (username, password) = try Self.credentials(&rest)
            if rest.contains(",") {
                nodes = try RedisServerAddress.list(rest, port: 6379)
            } else {
                (host, port) = try Self.hostAndPort(rest)
            }
            if let path, !path.isEmpty { database = try Self.number(path) }
            usesTLS = scheme == "rediss"
        case "redis+sentinel", "rediss+sentinel":
            let path = Self.cut(&rest, at: "/")
            (username, password) = try Self.credentials(&rest)
            sentinels = try RedisServerAddress.list(rest, port: 26_379)
            let parts = (path ?? "").split(separator: "/", omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty, parts.count <= 2 else {
                throw Self.invalid("the name of the primary is missing: redis+sentinel://host/name")
            }
            primary = try Self.decoded(name)
            if parts.count == 2, !parts[1].isEmpty { database = try Self.number(parts[1]) }
            usesTLS = scheme == "rediss+sentinel"
        case "unix", "redis+unix", "redis-socket":
            (username, password) = try Self.credentials(&rest)
            let path = try Self.decoded(rest)
            guard path.hasPrefix("/") else { throw Self.invalid("the path of the socket must begin with /") }
            socket = path
        default:
            throw Self.invalid("the scheme must be redis, rediss, redis+sentinel, rediss+sentinel or unix")
        }
    }

    /// Cuts the text at the first separator and gives what follows it.
    private static func cut(_ text: inout Substring, at separator: Character) -> Substring? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        let tail = text[text.index(after: index)...]
        text = text[..<index]
        return tail
    }

    /// Takes `user:password@` off the front; the last `@` counts, so that a password may contain one.
    private static func credentials(
        _ text: inout Substring
    ) throws(RedisError) -> (user: String?, password: String?) {
        guard let at = text.lastIndex(of: "@") else { return (nil, nil) }
        var user = text[..<at]
        text = text[text.index(after: at)...]
        let password = cut(&user, at: ":")
        let name = try decoded(user)
        return (name.isEmpty ? nil : name, try password.map(decoded))
    }

    static func hostAndPort(_ text: Substring) throws(RedisError) -> (host: String?, port: UInt16?) {
        var host = text
        var port: Substring?
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { throw invalid("an IPv6 address lacks its ]") }
            let tail = host[host.index(after: close)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw invalid("what follows the ] is not a port") }
            port = tail.isEmpty ? nil : tail.dropFirst()
            host = host[host.index(after: host.startIndex)..<close]
        } else {
            port = cut(&host, at: ":")
        }
        let name = host.isEmpty ? nil : String(host)
        guard let port, !port.isEmpty else { return (name, nil) }
        guard let number = UInt16(port), number > 0 else { throw invalid("the port is not a number from 1 to 65535") }
        return (name, number)
    }

    private static func database(fromQuery query: Substring?) throws(RedisError) -> Int? {
        var database: Int?
        for part in query?.split(separator: "&") ?? [] {
            guard part.hasPrefix("db=") else { throw invalid("the only parameter that a URL may have is db") }
            database = try number(part.dropFirst(3))
        }
        return database
    }

    private static func number(_ text: Substring) throws(RedisError) -> Int {
        guard let number = UInt16(text) else { throw invalid("the database is not a number") }
        return Int(number)
    }

    private static func decoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, !digits.hasPrefix("+"), let value = UInt8(digits, radix: 16) else {
                throw invalid("a % is not followed by two hexadecimal digits; write %25 for the sign itself")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid("user or password is not UTF-8")
        }
        return decoded
    }

    private static func invalid(_ reason: String) -> RedisError { .invalidConfiguration(reason) }
}
