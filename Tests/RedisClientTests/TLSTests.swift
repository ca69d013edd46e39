import Foundation
import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct TLSTests {
        static let server = Task { try await RedisServer(tls: true) }

        private func configuration(
            _ server: RedisServer, host: String = "localhost", authority: String = "ca.pem", serverName: String? = nil
        ) -> RedisConfiguration {
            RedisConfiguration(
                address: .tcp(host: host, port: server.tlsPort ?? 0),
                tls: RedisTLS(authorityFile: server.directory.appending(path: authority).path, serverName: serverName),
                connectTimeout: .seconds(5))
        }

        @Test(arguments: ["localhost", "127.0.0.1"]) func `a certificate for the host is trusted`(host: String)
            async throws
        {
            let redis = try await RedisConnection.connect(configuration(try await Self.server.value, host: host))
            try await redis.ping()
            let value = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            try await redis.set("t:big", RedisArgument(value))
            #expect(try await redis.get("t:big") == value)
            let count = try await redis.pipeline(
                (0..<5000).map { .set("t:\($0)", RedisArgument(value.prefix(1000) + [])) }
            ) { _, reply in
                if let error = reply.error { throw error }
            }
            #expect(count == 5000)
        }

        @Test func `a wrong name, a foreign authority and a missing file are refused with the reason`() async throws {
            let server = try await Self.server.value
            for (configuration, word) in [
                (configuration(server, serverName: "redis.example.com"), "hostname mismatch"),
                (configuration(server, authority: "other.pem"), "certificate"),
                (configuration(server, authority: "none.pem"), "none.pem"),
                (configuration(server, host: "127.0.0.1", serverName: "10.0.0.1"), "IP address mismatch"),
            ] {
                let error = await #expect(throws: RedisError.self) {
                    _ = try await RedisConnection.connect(configuration)
                }
                guard case .tls(let reason) = error else {
                    Issue.record("\(word): \(String(describing: error))")
                    continue
                }
                #expect(reason.contains(word), "\(reason)")
            }
        }

        @Test func `a client certificate is shown where it is asked for`() async throws {
            let server = try await RedisServer(["--tls-auth-clients", "yes"], tls: true)
            var configuration = configuration(server)
            await #expect(throws: RedisError.self) { try await RedisConnection.connect(configuration).ping() }
            configuration.tls?.certificateFile = server.directory.appending(path: "client.pem").path
            configuration.tls?.keyFile = server.directory.appending(path: "client.key").path
            try await RedisConnection.connect(configuration).ping()
            configuration.tls?.keyFile = server.directory.appending(path: "server.key").path
            await #expect(throws: RedisError.self) { _ = try await RedisConnection.connect(configuration) }
        }

        @Test func `TLS against a port without it, and the other way round, ends in an error`() async throws {
            let server = try await Self.server.value
            var wrong = configuration(server)
            wrong.address = .tcp(host: "localhost", port: server.port)
            wrong.connectTimeout = .seconds(2)
            await #expect(throws: RedisError.self) { _ = try await RedisConnection.connect(wrong) }
            let plain = RedisConfiguration(
                address: .tcp(host: "localhost", port: server.tlsPort ?? 0), commandTimeout: .seconds(2))
            await #expect(throws: RedisError.self) { try await RedisConnection.connect(plain).ping() }
        }

        @Test func `a TLS server killed in mid-flight is a lost connection`() async throws {
            let server = try await RedisServer(tls: true)
            let redis = try await RedisConnection.connect(configuration(server))
            let error = await #expect(throws: RedisError.self) {
                try await redis.pipeline(Generated(1_000_000) { .set("k:\($0 % 100)", "v") }) { number, _ in
                    if number == 2000 { kill(server.processID, SIGKILL) }
                }
            }
            #expect(error?.isConnectivity == true)
        }
    }
}
