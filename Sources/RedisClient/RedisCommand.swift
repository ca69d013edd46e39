/// A command with its arguments, and whether it may be sent twice.
package struct RedisCommand: Sendable, Equatable {
    /// The name of the command and its arguments.
    package var arguments: [RedisArgument]
    /// Whether sending it again leaves everything as sending it once. Only such a command is repeated after a lost
    /// connection.
    package var isIdempotent: Bool

    /// Makes a command; by default it is not repeated.
    package init(_ arguments: [RedisArgument], isIdempotent: Bool = false) {
        self.arguments = arguments
        self.isIdempotent = isIdempotent
    }

    /// The name of the command, for messages.
    var name: String { arguments.first?.description ?? "" }
}

extension RedisCommand {
    /// When `SET` writes.
    package enum Condition: Sendable {
        case always
        /// Only where the key does not exist (`NX`): takes a lock.
        case ifAbsent
        /// Only where the key exists (`XX`).
        case ifPresent
    }

    /// `GET key`
    package static func get(_ key: RedisArgument) -> RedisCommand { .init(["GET", key], isIdempotent: true) }

    /// `SET key value [PX milliseconds] [NX|XX]`; with ``Condition/ifAbsent`` it is not repeated, because the second
    /// answer differs.
    package static func set(
        _ key: RedisArgument, _ value: RedisArgument, expiry: Duration? = nil, condition: Condition = .always
    ) -> RedisCommand {
        var arguments: [RedisArgument] = ["SET", key, value]
        if let expiry {
            let milliseconds = expiry.wholeMilliseconds
            // Whole seconds as EX, as ioredis and the seed write them.
            if milliseconds % 1000 == 0 {
                arguments += ["EX", RedisArgument(milliseconds / 1000)]
            } else {
                arguments += ["PX", RedisArgument(milliseconds)]
            }
        }
        switch condition {
        case .always: break
        case .ifAbsent: arguments.append("NX")
        case .ifPresent: arguments.append("XX")
        }
        return .init(arguments, isIdempotent: condition != .ifAbsent)
    }

    /// `PTTL key`
    package static func pttl(_ key: RedisArgument) -> RedisCommand { .init(["PTTL", key], isIdempotent: true) }

    /// `PEXPIRE key milliseconds`
    package static func expire(_ key: RedisArgument, _ expiry: Duration) -> RedisCommand {
        .init(["PEXPIRE", key, RedisArgument(expiry.wholeMilliseconds)], isIdempotent: true)
    }

    /// `UNLINK key…`: memory is freed in the background. Repeated, it returns a smaller number.
    package static func unlink(_ keys: [RedisArgument]) -> RedisCommand { .init(["UNLINK"] + keys, isIdempotent: true) }

    /// `MEMORY USAGE key`: the bytes that the key and its value take.
    package static func memoryUsage(_ key: RedisArgument) -> RedisCommand {
        .init(["MEMORY", "USAGE", key], isIdempotent: true)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    package var wholeMilliseconds: Int64 {
        let (seconds, atto) = components
        return seconds * 1000 + atto / 1_000_000_000_000_000
    }
}
