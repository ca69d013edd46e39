/// Something that carries out commands: a connection, or a client that keeps one.
package protocol RedisCommands: Sendable {
    /// Sends a command and gives its reply; an error reply is thrown as ``RedisError/server(_:)``.
    @discardableResult
    func send(_ command: RedisCommand, timeout: Duration?) async throws -> RedisValue
}

extension RedisConnection: RedisCommands {}

/// How long a key will live.
package enum RedisTTL: Sendable, Equatable {
    case missing
    /// The key has no expiry.
    case persistent
    case remaining(Duration)
}

extension RedisCommands {
    /// Sends a command with the configured timeout.
    @discardableResult
    package func send(_ command: RedisCommand) async throws -> RedisValue { try await send(command, timeout: nil) }

    /// Sends a command of these words.
    @discardableResult
    package func send(
        _ arguments: [RedisArgument], isIdempotent: Bool = false, timeout: Duration? = nil
    ) async throws -> RedisValue {
        try await send(RedisCommand(arguments, isIdempotent: isIdempotent), timeout: timeout)
    }

    /// Whether the server answers.
    package func ping() async throws {
        try expect("PING", try await send(["PING"], isIdempotent: true)) { $0 == .simple("PONG") ? () : nil }
    }

    /// The value of a key; nil where it does not exist.
    package func get(_ key: RedisArgument) async throws -> [UInt8]? {
        let reply = try await send(.get(key))
        return reply == .null ? nil : try expect("GET", reply) { $0.bytes }
    }

    /// Writes a key; false where the condition did not hold.
    @discardableResult
    package func set(
        _ key: RedisArgument, _ value: RedisArgument, expiry: Duration? = nil,
        condition: RedisCommand.Condition = .always
    ) async throws -> Bool {
        let reply = try await send(.set(key, value, expiry: expiry, condition: condition))
        return reply == .null ? false : try expect("SET", reply) { $0.isOK ? true : nil }
    }

    /// How long a key will live, to the millisecond.
    package func ttl(_ key: RedisArgument) async throws -> RedisTTL {
        try expect("PTTL", try await send(.pttl(key))) { $0.ttl }
    }

    /// Sets when a key expires; false where it does not exist.
    @discardableResult
    package func expire(_ key: RedisArgument, _ expiry: Duration) async throws -> Bool {
        try await number(.expire(key, expiry)) == 1
    }

    /// Removes keys; the number of those that existed.
    @discardableResult
    package func unlink(_ keys: [RedisArgument]) async throws -> Int {
        keys.isEmpty ? 0 : try await number(.unlink(keys))
    }

    /// How many of the keys exist.
    package func exists(_ keys: [RedisArgument]) async throws -> Int {
        keys.isEmpty ? 0 : try await number(RedisCommand(["EXISTS"] + keys, isIdempotent: true))
    }

    /// The number of keys in the selected database.
    package func databaseSize() async throws -> Int {
        try await number(RedisCommand(["DBSIZE"], isIdempotent: true))
    }

    func number(_ command: RedisCommand) async throws -> Int {
        try expect(command.name, try await send(command)) { $0.integer.map { Int($0) } }
    }

    /// Reads a reply as what it must be.
    @discardableResult
    func expect<T>(_ command: String, _ reply: RedisValue, _ read: (RedisValue) -> T?) throws(RedisError) -> T {
        guard let value = read(reply) else { throw .protocolViolation("\(command) was answered with \(reply.kind)") }
        return value
    }
}

extension RedisValue {
    /// The reply of `PTTL` as a life time.
    package var ttl: RedisTTL? {
        switch integer {
        case nil: nil
        case -2: .missing
        case -1: .persistent
        case let milliseconds?: .remaining(.milliseconds(milliseconds))
        }
    }
}
