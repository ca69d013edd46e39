import Foundation
import RedisClient

/// Accepts connections on a Unix socket, answers the first bytes of each with a fixed text, and closes, or continues with
/// another text until the client is gone.
final class FakeServer: Sendable {
    private let path: String
    private let descriptor: Int32

    init(answer: String, endlessly more: String? = nil) throws {
        path = "/tmp/rssfake-\(UUID().uuidString.prefix(8))"
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard isBound == 0, listen(descriptor, 5) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [descriptor] in
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                var bytes = [UInt8](repeating: 0, count: 4096)
                _ = read(peer, &bytes, bytes.count)
                _ = answer.withCString { _ in
                    Array(answer.utf8).withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
                }
                while let more, send(peer, more, more.utf8.count, Int32(MSG_NOSIGNAL)) > 0 { usleep(1000) }
                close(peer)
            }
            // Here and not in deinit: the number must not be given to another server while this thread accepts on it.
            close(descriptor)
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    var configuration: RedisConfiguration {
        RedisConfiguration(address: .unix(path: path), commandTimeout: .seconds(2))
    }
}
