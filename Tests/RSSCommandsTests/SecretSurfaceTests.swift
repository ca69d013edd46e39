import Console
import Foundation
import Testing

@testable import RSSCommands

/// However an address or a password is given, and however wrong it is, no part of the password is shown or stored.
@Suite struct SecretSurfaceTests {
    private static let secrets = [
        "kT9+x/Zq9wXv==", "a@Zq9wXvK7t", "12345/Zq9wXvK7t", "Zq9wXv K7tPm", "Zq9'wXvK7t\\Pm", "Zq9w?XvK7t=1",
    ]

    /// A way of giving a password: arguments, variables, or the lines of a file.
    private struct Way {
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var file: String?
    }

    private static func ways(_ secret: String) -> [Way] {
        let url = "postgresql://own:\(secret)@127.0.0.1:1/rss"
        let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let escaped = secret.replacing(/[\\']/) { "\\\($0.output)" }
        let yaml = secret.replacing("'", with: "''")
        return [
            Way(arguments: ["--database-url", url]), Way(arguments: ["--database-url=\(url)"]),
            Way(arguments: ["--database-url", "postgresql://own:\(encoded)@127.0.0.1:1/rss"]),
            Way(arguments: ["--database-url", "own:\(secret)@127.0.0.1:1/rss"]),
            Way(arguments: ["--database-url", "host=127.0.0.1 port=1 user=own password='\(escaped)'"]),
            Way(arguments: [
                "--database-url", "host=127.0.0.1 port=1 password=\(escaped.replacing(" ", with: "\\ ")) bogus=",
            ]),
            Way(arguments: ["--database-url", "postgresql://127.0.0.1:1/rss?password=\(encoded)&bogus=\(encoded)"]),
            Way(arguments: ["--redis-url", "redis://own:\(secret)@127.0.0.1:1/0"]),
            Way(arguments: ["--datbase-url", url]),
            Way(environment: ["RSSCTL_DATABASE_URL": url]), Way(environment: ["DATABASE_URL": "own:\(secret)@h/rss"]),
            Way(environment: ["DB_HOST": "own:\(secret)@127.0.0.1", "DB_PORT": "1"]),
            Way(environment: ["DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_NAME": url]),
            Way(environment: ["DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_PASSWORD": secret]),
            Way(environment: ["DB_HOST": "127.0.0.1", "DB_PORT": "1", "REDIS_URL": "redis://:\(secret)@h/0"]),
            Way(file: "database:\n  url: '\(url.replacing("'", with: "''"))'\n"),
            Way(file: "database:\n  host: 127.0.0.1\n  port: 1\n  password: '\(yaml)'\n"),
            Way(file: "database:\n  host: 127.0.0.1\n  password: \"\(secret)\n"),
            Way(file: "database: {password \(secret)}\n"), Way(file: "database:\n  host: h\n  password:\(secret)\n"),
        ]
    }

    private func run(_ arguments: [String], _ environment: [String: String], _ state: String) async -> Data {
        let (console, output, errors) = Console.inMemory()
        let all = ["RSSCTL_STATE": state, "XDG_CONFIG_HOME": state, "HOME": state].merging(environment) { $1 }
        let world = World(environment: all, arguments: arguments) { _, _ in console }
        _ = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
        return Data((output.text + errors.text).utf8)
    }

    @Test(arguments: Self.secrets)
    func `no part of a password is shown or stored`(secret: String) async throws {
        let state = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: state) }
        let characters = Array(secret)
        let pieces = (0...(characters.count - 6)).map { Data(String(characters[$0..<($0 + 6)]).utf8) }
        func expectNone(_ bytes: Data, _ place: String) {
            for piece in pieces where bytes.range(of: piece) != nil {
                Issue.record("\(place) shows \(String(decoding: piece, as: UTF8.self))")
            }
        }
        for (number, way) in Self.ways(secret).enumerated() {
            var arguments = way.arguments
            if let text = way.file {
                let path = "\(state)/\(number).yaml"
                _ = FileManager.default.createFile(
                    atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
                arguments += ["--config", path]
            }
            let checks = way.arguments.isEmpty ? [["config", "show"], ["config", "check"]] : []
            for command in [["migrate", "status", "-v"]] + checks {
                expectNone(
                    await run(command + arguments, way.environment, state), "\(command) of way \(number)")
            }
        }
        for command in [["runs", "list"], ["runs", "show", "last"], ["runs", "export"]] {
            expectNone(await run(command, [:], state), "\(command)")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: state) where name.hasPrefix("journal.sqlite") {
            expectNone(FileManager.default.contents(atPath: "\(state)/\(name)") ?? Data(), name)
        }
    }
}
