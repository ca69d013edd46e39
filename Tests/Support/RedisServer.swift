import Foundation
import RedisClient

/// A private redis-server on a free port and a Unix socket. It dies with this process, however that ends: a shell
/// beside it waits for the end of a pipe that we hold.
package final class RedisServer: Sendable {
    package let directory: URL
    package let port: UInt16
    package let tlsPort: UInt16?
    package let processID: pid_t
    private let shell: Process
    private let lifeline: Pipe

    package struct NotStarted: Error { package let log: String }

    /// A server that many tests share; they use keys of their own.
    package static let shared = Task { try await RedisServer() }

    /// Starts a server.
    ///
    /// - Parameter port: where it listens; nil for a free port.
    package init(_ options: [String] = [], port: UInt16? = nil, tls: Bool = false) async throws {
        directory = URL(filePath: "/tmp/rssredis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.port = try port ?? Self.freePort()
        tlsPort = tls ? try Self.freePort() : nil
        if tls { try Self.makeCertificates(in: directory) }
        var words = [
            "redis-server", "--port", "\(self.port)", "--bind", "127.0.0.1", "--unixsocket", "redis.sock", "--save", "",
            "--appendonly", "no", "--dir", directory.path, "--logfile", "redis.log",
        ]
        if let tlsPort {
            words += [
                "--tls-port", "\(tlsPort)", "--tls-cert-file", "server.pem", "--tls-key-file", "server.key",
                "--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "optional",
            ]
        }
        words += options
        let script = "\"$@\" < /dev/null & echo $! > pid; read _; kill -9 $!; cd / && rm -rf \"$OLDPWD\""
        shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", script, "sh"] + words
        shell.currentDirectoryURL = directory
        lifeline = Pipe()
        shell.standardInput = lifeline
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        processID = try await Self.waitUntilUp(directory)
    }

    deinit { stop() }

    package func stop() {
        kill(processID, SIGKILL)
        try? lifeline.fileHandleForWriting.close()
        try? FileManager.default.removeItem(at: directory)
    }

    package var socketPath: String { directory.appending(path: "redis.sock").path }

    package func configuration(timeout: Duration = .seconds(5)) -> RedisConfiguration {
        RedisConfiguration(
            address: .unix(path: socketPath), connectTimeout: timeout, commandTimeout: timeout,
            clientName: "rssctl test")
    }

    package func connect(timeout: Duration = .seconds(5)) async throws -> RedisConnection {
        try await RedisConnection.connect(configuration(timeout: timeout))
    }

    private static func waitUntilUp(_ directory: URL) async throws -> pid_t {
        let socket = RedisConfiguration(address: .unix(path: directory.appending(path: "redis.sock").path))
        for _ in 0..<200 {
            if let text = try? String(contentsOf: directory.appending(path: "pid"), encoding: .utf8),
                let id = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
                (try? await RedisConnection.connect(socket)) != nil
            {
                return id
            }
            try await Task.sleep(for: .milliseconds(25))
        }
        let log = try? String(contentsOf: directory.appending(path: "redis.log"), encoding: .utf8)
        throw NotStarted(log: log ?? "no log")
    }

    /// A port on which nothing listens.
    package static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                _ = bind(descriptor, raw, size)
                _ = getsockname(descriptor, raw, &size)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// A throw-away authority, a server certificate for `localhost` and 127.0.0.1, and a client certificate.
    private static func makeCertificates(in directory: URL) throws {
        let script = """
            set -e
            new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca
            openssl req -x509 $new -keyout other.key -out other.pem -days 2 -subj /CN=other-ca
            for who in server client; do
              openssl req $new -keyout $who.key -out $who.csr -subj /CN=$who
              printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > $who.ext
              openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial \\
                -out $who.pem -days 2 -extfile $who.ext
            done
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = directory
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NotStarted(log: "openssl failed") }
    }
}
