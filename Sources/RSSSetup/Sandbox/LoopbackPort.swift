import Glibc

/// TCP ports of the loopback address.
enum LoopbackPort {
    /// One that nothing listens on at this moment.
    ///
    /// - Throws: ``SandboxError/startFailed(server:reason:log:)``.
    static func free() throws -> Int {
        guard let port = bound(0) else {
            throw SandboxError.startFailed(
                server: "network", reason: "no free port: \(String(cString: strerror(errno)))", log: nil)
        }
        return port
    }

    /// Whether a server could listen on a port.
    static func isFree(_ port: Int) -> Bool { bound(port) != nil }

    /// Binds a port and lets it go again; nil when that cannot be done.
    private static func bound(_ port: Int) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As servers do it: connections that were closed a moment ago do not keep a port.
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            // sockaddr_in is the loopback form of sockaddr; both calls are given its real size.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
