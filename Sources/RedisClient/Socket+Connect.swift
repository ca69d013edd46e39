import Dispatch
import Glibc
import Synchronization

extension Socket {
    /// Connects to an address, each of its IP addresses in turn, before the deadline.
    ///
    /// Throws ``RedisError/unreachable(_:)``, ``RedisError/timedOut(_:)`` or `CancellationError`.
    static func connect(
        to address: RedisConfiguration.Address, until deadline: Deadline, wakeUp: WakeUp, cancellation: Cancellation
    ) throws -> Socket {
        let targets: [Target]
        switch address {
        case .unix(let path): targets = [try Target(path: path)]
        case .tcp(let host, let port):
            targets = try resolve(host: host, port: port, until: deadline, cancellation: cancellation)
        case .cluster(let nodes):
            throw RedisError.invalidConfiguration("a connection is to one node, and not to \(nodes.text)")
        case .sentinel:
            throw RedisError.invalidConfiguration("Sentinels know where a server is, and are not one")
        }
        var last = RedisError.unreachable("\(address.text): no address")
        for target in targets {
            do {
                return try attempt(target, until: deadline, wakeUp: wakeUp, cancellation: cancellation)
            } catch RedisError.unreachable(let reason) {
                last = .unreachable("\(address.text): \(reason)")
            }
        }
        throw last
    }

    private static func attempt(
        _ target: Target, until deadline: Deadline, wakeUp: WakeUp, cancellation: Cancellation
    ) throws -> Socket {
        let descriptor = Glibc.socket(target.family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw RedisError.unreachable(systemMessage(errno)) }
        let socket = Socket(owning: descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        if target.family != AF_UNIX {
            socket.set(Int32(IPPROTO_TCP), TCP_NODELAY)
            socket.set(SOL_SOCKET, SO_KEEPALIVE)
        }
        let result = target.withAddress { Glibc.connect(descriptor, $0, $1) }
        if result == 0 { return socket }
        // EAGAIN is a Unix socket whose queue is full: refused for now.
        guard errno == EINPROGRESS || errno == EINTR else { throw RedisError.unreachable(systemMessage(errno)) }
        _ = try socket.wait(
            forWriting: true, reading: false, until: deadline, wakeUp: wakeUp, cancellation: cancellation)
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw RedisError.unreachable(systemMessage(code)) }
        return socket
    }

    private func set(_ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Looks a name up on a thread of its own, because `getaddrinfo` has no deadline; one that is late is
    /// abandoned.
    private static func resolve(
        host: String, port: UInt16, until deadline: Deadline, cancellation: Cancellation
    ) throws -> [Target] {
        let answer = Answer()
        let done = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            answer.value.withLock { $0 = Target.lookUp(host: host, port: port) }
            done.signal()
        }
        while done.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
            if cancellation.isCancelled { throw CancellationError() }
            if deadline.hasPassed { throw RedisError.timedOut("looking up \(host)") }
        }
        return try answer.value.withLock { $0 }.get()
    }

    private final class Answer: Sendable {
        let value = Mutex<Result<[Target], RedisError>>(.success([]))
    }
}

extension RedisConfiguration.Address {
    /// The address in messages.
    package var text: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        case .cluster(let nodes): "the cluster of \(nodes.text)"
        case .sentinel(let servers, let name): "\(name) of the Sentinels \(servers.text)"
        }
    }
}
