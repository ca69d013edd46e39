/// What can go wrong with Redis, one case a condition.
package enum RedisError: Error, Sendable, Equatable {
    /// No connection could be made: refused, no such host, no such socket; the text is the system's.
    case unreachable(String)
    /// No byte was transferred for as long as the configuration allows; the text says what was waited for.
    case timedOut(String)
    /// The connection was made and lost, or closed. A connection that is lost stays lost.
    case connectionLost(String)
    /// TLS could not be agreed on, or the certificate is not to be trusted.
    case tls(String)
    /// The server answered with an error.
    case server(RedisServerError)
    /// What was received is not Redis's protocol, or not what the command answers with.
    case protocolViolation(String)
    /// The URL or the configuration cannot be understood; the text never holds the password.
    case invalidConfiguration(String)
    /// A pipeline is in progress on this connection; the reply to another command would come between its replies.
    case connectionBusy
    /// A pipeline ended early. The counts: the replies received, in order, and the commands sent.
    indirect case pipelineBroken(replies: Int, sent: Int, cause: RedisError)

    /// Whether the connection to the server is at fault rather than the command, so that another attempt can succeed.
    package var isConnectivity: Bool {
        switch self {
        case .unreachable, .timedOut, .connectionLost: true
        case .pipelineBroken(_, _, let cause): cause.isConnectivity
        case .tls, .server, .protocolViolation, .invalidConfiguration, .connectionBusy: false
        }
    }

    /// Whether another attempt in a moment can succeed: the connection to the server is at fault, or the server is not ready and
    /// did not carry out the command.
    package var isTransient: Bool { isConnectivity || serverError?.code == .loading || serverError?.code == .tryAgain }

    /// The server's error, where there is one.
    package var serverError: RedisServerError? {
        switch self {
        case .server(let error): error
        case .pipelineBroken(_, _, let cause): cause.serverError
        default: nil
        }
    }
}

extension RedisError: CustomStringConvertible {
    /// One line without secrets.
    package var description: String {
        switch self {
        case .unreachable(let reason): "cannot reach Redis: \(reason)"
        case .timedOut(let what): "Redis did not answer in time: \(what)"
        case .connectionLost(let reason): "connection to Redis lost: \(reason)"
        case .tls(let reason): "TLS with Redis failed: \(reason)"
        case .server(let error): "\(error)"
        case .protocolViolation(let what): "unexpected answer from Redis: \(what)"
        case .invalidConfiguration(let what): "Redis configuration: \(what)"
        case .connectionBusy: "a pipeline is in progress on this Redis connection"
        case .pipelineBroken(let replies, let sent, let cause):
            "\(cause) (after \(replies) replies to \(sent) commands)"
        }
    }
}

/// An error that the server answered with: `WRONGTYPE Operation against a key holding the wrong kind of value`.
package struct RedisServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first word of the answer.
    package struct Code: RawRepresentable, Sendable, Hashable {
        /// The word as the server sent it.
        package let rawValue: String
        /// Makes a code from the server's word.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The error without a code of its own.
        package static let generic = Code(rawValue: "ERR")
        /// The key holds another kind of value.
        package static let wrongType = Code(rawValue: "WRONGTYPE")
        /// The server asks for a password, and none was given.
        package static let noAuthentication = Code(rawValue: "NOAUTH")
        /// User or password is wrong, or the user is disabled.
        package static let wrongPassword = Code(rawValue: "WRONGPASS")
        /// The ACL forbids the command or the key.
        package static let noPermission = Code(rawValue: "NOPERM")
        /// The server is a replica that takes no writes.
        package static let readOnly = Code(rawValue: "READONLY")
        /// The memory limit is reached, and nothing may be evicted.
        package static let outOfMemory = Code(rawValue: "OOM")
        /// The server is still loading its data.
        package static let loading = Code(rawValue: "LOADING")
        /// Writes are refused because a snapshot cannot be saved.
        package static let misconfigured = Code(rawValue: "MISCONF")
        /// A script runs too long.
        package static let busy = Code(rawValue: "BUSY")
        /// No script has this hash.
        package static let noScript = Code(rawValue: "NOSCRIPT")
        /// The key is on another node of a cluster.
        package static let moved = Code(rawValue: "MOVED")
        /// The key is being moved to another node of a cluster.
        package static let ask = Code(rawValue: "ASK")
        /// The keys of a command are on several nodes of a cluster.
        package static let crossSlot = Code(rawValue: "CROSSSLOT")
        /// The keys of a command are being moved between nodes of a cluster.
        package static let tryAgain = Code(rawValue: "TRYAGAIN")
        /// A cluster lacks nodes.
        package static let clusterDown = Code(rawValue: "CLUSTERDOWN")
        /// A replica has lost its primary, and serves no old data.
        package static let masterDown = Code(rawValue: "MASTERDOWN")
        /// A primary lacks the replicas that it is to have for writes.
        package static let noReplicas = Code(rawValue: "NOREPLICAS")
    }

    /// The condition.
    package let code: Code
    /// The rest of the answer.
    package let message: String

    /// Takes an answer apart; an answer whose first word is not in capitals is all message.
    init(answer: String) {
        let word = answer.prefix { $0 != " " }
        let isCode = !word.isEmpty && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        code = isCode ? Code(rawValue: String(word)) : .generic
        message = isCode ? String(answer.dropFirst(word.count + 1)) : answer
    }

    /// The answer as the server sent it.
    package var description: String { code.rawValue + " " + message }
}
