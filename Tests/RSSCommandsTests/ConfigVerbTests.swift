import ArgumentParser
import Console
import Foundation
import Glibc
import Testing

@testable import RSSCommands

/// The verbs of settings, and what commands do with settings that are wrong, before any server is asked.
@Suite struct ConfigVerbTests {
    private typealias Result = (status: Int32, output: String, errors: String)

    /// Runs a command line with a configuration file, in a folder of its own.
    private func run(
        _ arguments: [String], file: String, mode: mode_t = 0o600, environment: [String: String] = [:]
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("config-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/c.yaml"
        _ = FileManager.default.createFile(atPath: path, contents: Data(file.utf8))
        chmod(path, mode)
        let (console, output, errors) = Console.inMemory()
        let all = ["RSSCTL_STATE": "\(folder)/state", "XDG_CONFIG_HOME": folder, "HOME": folder, "RSSCTL_CONFIG": path]
        let world = World(environment: all.merging(environment) { $1 }, arguments: arguments) { _, _ in console }
        let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
        return (status, output.text, errors.text)
    }

    private let layered = """
        database: {url: "postgresql://u:Zq9wXvK7t@production:5432/rss"}
        profiles:
          staging:
            database: {host: staging, port: 5433, name: rss_staging, user: tester}
        """

    @Test func `config show says where commands go, what is in force, and what takes its place`() async throws {
        let plain = try await run(["config", "show", "--set"], file: layered)
        #expect(plain.status == 0 && plain.output.contains("Database: production:5432/rss as u"))
        let profile = try await run(["config", "show", "--set", "--profile", "staging"], file: layered)
        #expect(profile.output.contains("Database: staging:5433/rss_staging as tester"))
        #expect(profile.output.contains("no: database.host"))
        let variable = try await run(
            ["config", "show", "-o", "json", "--set"], file: layered, environment: ["PGHOST": "elsewhere"])
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(variable.output.utf8)) as? [String: Any])
        let result = try #require(document["result"] as? [String: Any])
        let settings = try #require(result["settings"] as? [[String: Any]])
        let standing = Dictionary(
            settings.map { ($0["name"] as? String ?? "", $0["inForce"] as? Bool) }
        ) { first, _ in first }
        #expect(standing["database.url"] == false && standing["database.host"] == true)
        #expect((result["targets"] as? [String])?.first?.hasPrefix("Database: elsewhere:5432/") == true)
        for text in [plain, profile, variable] { #expect(!(text.output + text.errors).contains("wXvK")) }
    }

    @Test func `a contradiction is shown by config show, and refused by config check and by commands`() async throws {
        let file = "database: {url: \"postgresql://a/x\", host: b}\n"
        let show = try await run(["config", "show"], file: file)
        #expect(show.status == 0 && show.output.contains("not decided"))
        for command in [["config", "check"], ["migrate", "status"]] {
            let result = try await run(command, file: file)
            #expect(result.status == 78 && result.errors.contains("RSS-CONFIG-009"), "\(result.errors)")
            #expect(result.errors.contains("c.yaml:1"))
        }
        let hidden = try await run(["config", "check"], file: file, environment: ["RSSCTL_DB_HOST": "c"])
        #expect(hidden.status == 78)
    }

    @Test(arguments: [
        "database: {url: \"postgresql://owner:12/Zq9wXvK7t@h/d\"}", "database: {host: h, sslmode: bogus}",
        "database: {host: h, password_file: /nonexistent/f}", "redis: {url: \"mysql://x\"}\ndatabase: {host: h}",
        "database: {host: \"a\\0b\"}",
    ])
    func `what is wrong ends with 78 at config check and before a command connects`(file: String) async throws {
        for command in [["config", "check"], ["migrate", "status"]] {
            let result = try await run(command, file: file + "\n")
            #expect(result.status == 78 && !result.errors.contains("wXvK"), "\(result.errors)")
        }
    }

    @Test func `a file that any user can write is a finding, and no command uses it`() async throws {
        let file = "database: {host: 127.0.0.1, port: 1}\n"
        let check = try await run(["config", "check"], file: file, mode: 0o666)
        #expect(check.status == 2 && check.output.contains("any user can write"))
        let show = try await run(["config", "show"], file: file, mode: 0o622)
        #expect(show.status == 0 && show.errors.contains("any user can write"))
        let command = try await run(["migrate", "status"], file: file, mode: 0o666)
        #expect(command.status == 78 && command.errors.contains("RSS-CONFIG-012"), "\(command.errors)")
        #expect(try await run(["migrate", "status"], file: file, mode: 0o644).status == 69)
    }

    @Test func `a file that only another profile needs is a finding, not an error`() async throws {
        let file = "database: {host: h}\nprofiles: {p: {database: {password_file: /nonexistent/f}}}\n"
        let result = try await run(["config", "check"], file: file)
        #expect(result.status == 2 && result.output.contains("/nonexistent/f"), "\(result.output)\(result.errors)")
        #expect(try await run(["config", "check", "--profile", "p"], file: file).status == 78)
    }

    @Test func `a folder of migrations that cannot be read is a finding before cron meets it`() async throws {
        let file = "migrate: {directories: [/nonexistent/migrations, /etc/passwd]}\n"
        let check = try await run(["config", "check"], file: file)
        #expect(check.status == 2, "\(check.output)\(check.errors)")
        for path in ["/nonexistent/migrations", "/etc/passwd"] {
            #expect(check.output.contains(path), "\(check.output)")
        }
        #expect(try await run(["config", "check"], file: "migrate: {directories: [/tmp]}\n").status == 0)
    }

    @Test func `a password that belongs to another server is not sent, and the error says so`() async throws {
        let result = try await run(
            ["migrate", "status"], file: "database: {host: home, password: Zq9wXvK7t}\n",
            environment: ["DB_HOST": "127.0.0.1", "DB_PORT": "1"])
        #expect(result.status == 69 && result.errors.contains("database.password (c.yaml:1)"), "\(result.errors)")
        #expect(!result.errors.contains("wXvK"))
    }
}
