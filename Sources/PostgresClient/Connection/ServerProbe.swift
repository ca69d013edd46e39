import Dispatch
import Glibc
import Synchronization

/// What is known of the route to a server without logging in: whether its name has an address, whether something listens
/// there, and whether that answers as PostgreSQL does. For a diagnosis, after a session could not be opened.
package enum ServerProbe: Sendable, Equatable {
    /// The name service knows no address; the text is the system's.
    case noAddress(String)
    /// Every address refused; the number is the system's `errno`, of the last one.
    case refused(addresses: [String], errno: Int32)
    /// No address answered in time.
    case silent(addresses: [String])
    /// Something listens at the address. Whether it offers TLS is nil where that was not asked.
    case listens(address: String, offersTLS: Bool?)
    /// Something listens at the address, and does not answer as PostgreSQL does.
    case foreign(address: String)

    /// Looks a host up, and connects to it.
    ///
    /// - Parameters:
    ///   - host: a name, an IP address in numbers, or the path of a socket's file.
    ///   - asksTLS: whether to ask for TLS as a PostgreSQL client does (SSLRequest, "PostgreSQL 15 docs, 55.7"), and then leave.
    ///   - limit: for each step.
    package static func look(at host: String, port: Int, asksTLS: Bool, within limit: Duration) async -> ServerProbe {
        await withCheckedContinuation { continuation in
            let answer = Once(continuation)
            // getaddrinfo has no deadline: one that is late is abandoned.
            DispatchQueue.global().async {
                answer(lookBlocking(at: host, port: port, asksTLS: asksTLS, within: limit))
            }
            let seconds = limit / .seconds(1) * 3
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { answer(.silent(addresses: [])) }
        }
    }

    private final class Once: Sendable {
        private let continuation: Mutex<CheckedContinuation<ServerProbe, Never>?>

        init(_ continuation: CheckedContinuation<ServerProbe, Never>) { self.continuation = Mutex(continuation) }

        func callAsFunction(_ probe: ServerProbe) {
            continuation.withLock { waiting in
                waiting?.resume(returning: probe)
                waiting = nil
            }
        }
    }

    private static func lookBlocking(
        at host: String, port: Int, asksTLS: Bool, within limit: Duration
    ) -> ServerProbe {
        if host.hasPrefix("/") {
            guard let address = SocketAddress(path: host) else {
                return .noAddress("the path is too long for a socket")
            }
            return settle([address], asksTLS: false, within: limit)
        }
        switch SocketAddress.lookUp(host: host, port: port) {
        case .failure(let failure): return .noAddress(failure.reason)
        case .success(let addresses): return settle(addresses, asksTLS: asksTLS, within: limit)
        }
    }

    private static func settle(
        _ addresses: [SocketAddress], asksTLS: Bool, within limit: Duration
    ) -> ServerProbe {
        var last: Int32?
        for address in addresses {
            let descriptor = Glibc.socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else {
                last = errno
                continue
            }
            defer { close(descriptor) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            let result = address.withAddress { Glibc.connect(descriptor, $0, $1) }
            if result != 0, errno != EINPROGRESS {
                last = errno
                continue
            }
            guard wait(descriptor, Int16(POLLOUT), limit) else { continue }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else {
                last = code
                continue
            }
            guard asksTLS else { return .listens(address: address.text, offersTLS: nil) }
            return askTLS(descriptor, address.text, limit)
        }
        let texts = addresses.map(\.text)
        return last.map { .refused(addresses: texts, errno: $0) } ?? .silent(addresses: texts)
    }

    private static func askTLS(_ descriptor: Int32, _ address: String, _ limit: Duration) -> ServerProbe {
        // Length 8, then 80877103, in the network's order.
        let request: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count,
            wait(descriptor, Int16(POLLIN), limit)
        else { return .foreign(address: address) }
        var byte: UInt8 = 0
        guard read(descriptor, &byte, 1) == 1 else { return .foreign(address: address) }
        switch byte {
        case UInt8(ascii: "S"): return .listens(address: address, offersTLS: true)
        case UInt8(ascii: "N"): return .listens(address: address, offersTLS: false)
        // A server that has no room, or is not up yet, answers with an error at once.
        case UInt8(ascii: "E"): return .listens(address: address, offersTLS: nil)
        default: return .foreign(address: address)
        }
    }

    private static func wait(_ descriptor: Int32, _ events: Int16, _ limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline)) / .milliseconds(1)
            var watched = pollfd(fd: descriptor, events: events, revents: 0)
            let count = poll(&watched, 1, Int32(min(left, 600_000)))
            if count < 0, errno == EINTR { continue }
            return count > 0
        }
    }
}

/// A socket address as the system takes it.
private struct SocketAddress {
    let family: Int32
    /// In numbers, or the path.
    let text: String
    private let bytes: [UInt8]

    /// The address of a Unix socket; nil for a path that does not fit.
    init?(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // One byte stays zero: the path ends with it.
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        let path8 = Array(path.utf8)
        guard path8.count <= room, !path8.contains(0) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path8) }
        family = AF_UNIX
        text = path
        bytes = withUnsafeBytes(of: &address) { Array($0) }
    }

    private init(family: Int32, text: String, bytes: [UInt8]) {
        self.family = family
        self.text = text
        self.bytes = bytes
    }

    struct LookUpFailure: Error {
        let reason: String
    }

    /// The addresses of a host, in the order in which they are to be tried. Blocks.
    static func lookUp(host: String, port: Int) -> Result<[SocketAddress], LookUpFailure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(LookUpFailure(reason: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                let named = getnameinfo(
                    address, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
                let text = named == 0 ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : host
                // The system's list holds as many bytes as it says.
                let raw = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                addresses.append(SocketAddress(family: entry.ai_family, text: text, bytes: Array(raw)))
            }
            next = entry.ai_next
        }
        return .success(addresses)
    }

    /// Lends the address to a system call.
    func withAddress<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        // Copied into storage that is aligned for any address, and large enough for it by its definition.
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes.prefix($0.count)) }
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(bytes.count)) }
        }
    }
}
