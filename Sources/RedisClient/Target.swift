import Glibc

/// A socket address as the system takes it.
struct Target: Sendable {
    let family: Int32
    private let bytes: [UInt8]

    /// The address of a Unix socket.
    init(path: String) throws(RedisError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // One byte stays zero: the path ends with it.
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        let text = Array(path.utf8)
        guard text.count <= room, !text.contains(0) else {
            throw .invalidConfiguration("the path of the socket is longer than \(room) bytes, or holds NUL")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text) }
        family = AF_UNIX
        bytes = withUnsafeBytes(of: &address) { Array($0) }
    }

    private init(family: Int32, bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
    }

    /// The addresses of a host, in the order in which they are to be tried (RFC 6724). Blocks.
    static func lookUp(host: String, port: UInt16) -> Result<[Target], RedisError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(.unreachable("\(host): " + String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var targets: [Target] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                let raw = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                targets.append(Target(family: entry.ai_family, bytes: Array(raw)))
            }
            next = entry.ai_next
        }
        return .success(targets)
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
