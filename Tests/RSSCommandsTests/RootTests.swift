import Console
import Foundation
import RSSModel
import Testing

@testable import RSSCommands

/// Runs a command line in this process, with its own state, streams and environment.
private func rssctl(_ arguments: String..., environment: [String: String] = [:]) async -> (
    status: Int32, output: String, errors: String
) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("root-\(UUID().uuidString)").path
    let (console, output, errors) = Console.inMemory()
    let all = ["RSSCTL_STATE": folder, "XDG_CONFIG_HOME": folder, "HOME": folder].merging(environment) { $1 }
    let world = World(environment: all, arguments: arguments) { _, _ in console }
    let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
    try? FileManager.default.removeItem(atPath: folder)
    return (status, output.text, errors.text)
}

@Suite struct RootTests {
    @Test(arguments: [
        (["partition", "mantain"], "rssctl partition maintain"), (["reprot", "query"], "rssctl report"),
        (["--output", "json", "runs", "lst"], "rssctl runs list"), (["quer", "--help"], ""),
        (["help", "partiton"], "rssctl partition"), (["partition", "policy", "sett"], "rssctl partition policy set"),
        (["partition", "list"], "rssctl partition status"), (["partition", "drop"], "rssctl partition retire"),
        (["partition", "policy", "rm"], "rssctl partition policy remove"), (["import"], "'rssctl bulk import'"),
        (["export"], "'rssctl bulk export'"), (["seed"], "'rssctl sandbox seed'"), (["stop"], "'rssctl sandbox down'"),
        (["start"], "'rssctl sandbox up'"), (["status"], "'rssctl partition status'"), (["undo"], "'rssctl bulk undo'"),
        (["stat"], "'rssctl migrate status'"), (["rollback"], "'rssctl migrate down'"), (["apply"], "'rssctl migrate'"),
        (["list"], "'rssctl runs list'"), (["warm"], "'rssctl cache warm'"),
        (["partition", "ls"], "'rssctl partition status'"),
        (["migrate", "apply"], "'rssctl migrate up'"), (["status", "migrate"], "'rssctl migrate status'"),
        (["import", "bulk", "hardware"], "'rssctl bulk import'"), (["bulk-import"], "'rssctl bulk import'"),
        (["partition", "policy", "create"], "'rssctl partition policy set'"),
        (["Migrate", "status"], "'rssctl migrate'"),
        (["rolback"], "'rssctl migrate down'"), (["verify_archive"], "'rssctl partition verify-archive'"),
        (["ls", "partition"], "'rssctl partition status'"), (["errors"], "'rssctl explain'"),
        (["partition:check"], "'rssctl partition check'"), (["cache", "refresh"], "'rssctl cache warm'"),
        (["config", "get"], "'rssctl config show'"), (["runs", "delete"], "'rssctl runs prune'"),
        (["migrate", "rollback"], "'rssctl migrate down'"), (["sandbox", "stop"], "'rssctl sandbox down'"),
        (["bulk", "load"], "'rssctl bulk import'"), (["maintian"], "'rssctl partition maintain'"),
    ])
    func `a mistyped command is reported, with what was meant`(arguments: [String], suggestion: String) throws {
        let mistake = try #require(UnknownCommand(arguments: arguments))
        #expect(mistake.report.exit == .usage)
        if !suggestion.isEmpty { #expect(mistake.report.hint?.contains(suggestion) == true) }
    }

    @Test(arguments: [
        ["runs", "list"], ["--output", "json", "runs", "list"], ["-o", "json", "runs", "show", "last"], ["migrate"], [],
        ["migrate", "--dry-run"], ["help", "partition"], ["partition", "maintain", "public.x"],
        ["sandbox", "psql", "--", "x"], ["---completion", "runs", "show", "--", "run", "1", "0"],
    ])
    func `a right command is left alone`(arguments: [String]) { #expect(UnknownCommand(arguments: arguments) == nil) }

    @Test func `a wrong flag ends with 64, in JSON when JSON was asked for`() async {
        let plain = await rssctl("runs", "list", "--limt", "3")
        #expect(plain.status == 64 && plain.errors.contains("Did you mean '--limit'?") && plain.output.isEmpty)
        let json = await rssctl("runs", "list", "--limt", "3", "-o", "json")
        #expect(json.status == 64 && json.errors.hasPrefix("{\"error\""))
        let value = await rssctl("runs", "list", "--limit", "-3")
        #expect(value.status == 64)
    }

    @Test func `an option with an empty value is the same in one word and in two`() async {
        for arguments in [["report", "query", "--search="], ["report", "query", "--search", ""]] {
            let result = await rssctl(arguments[0], arguments[1], arguments[2], arguments.count > 3 ? "" : "--quiet")
            // No database is configured: so far it comes.
            #expect(result.status == 78 && result.errors.contains("RSS-CONFIG-006"), "\(result.errors)")
        }
        let value = await rssctl("report", "query", "--limit=")
        #expect(value.status == 64)
    }

    @Test(arguments: [
        (
            ["-o", "jsn", "migrate", "status"], "the value 'jsn' is invalid for '-o <output>'",
            "rssctl migrate status --help"
        ),
        (["migrate", "status", "--timeout", "5x"], "'5x' is not a duration", "rssctl migrate status --help"),
        (["runs", "list", "--no-color"], "unknown option '--no-color'", "Did you mean '--color never'?"),
        (
            ["bulk", "import", "hardware", "f.csv", "--json"], "unknown option '--json'",
            "Did you mean '--output json'?"
        ),
        (["migrate", "--tabel"], "unknown option '--tabel'", "rssctl migrate --help"),
        (["report", "query", "--status", "drafts"], "did you mean draft?", "rssctl report query --help"),
        (["bulk", "export", "hardware", "-o", "yaml"], "needs --to", "rssctl bulk export --help"),
    ])
    func `what is wrong with a command line is reported in the form of every error`(
        arguments: [String], message: String, hint: String
    ) async throws {
        let report = try await reported(arguments)
        #expect(report.status == 64)
        let lines = report.errors.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("error: ") == true && lines.first?.contains(message) == true, "\(report.errors)")
        #expect(lines.contains("  hint: \(hint)"), "\(report.errors)")
        #expect(lines.last == "  code: RSS-USAGE-001" && !report.errors.contains("Usage:"), "\(report.errors)")
        // The hint is a command that works, where it is one.
        if hint.hasSuffix("--help") {
            let help = try await reported(hint.split(separator: " ").dropFirst().map(String.init))
            #expect(help.status == 0 && help.output.contains("USAGE"))
        }
    }

    private func reported(_ arguments: [String]) async throws -> (status: Int32, output: String, errors: String) {
        let (console, output, errors) = Console.inMemory()
        let world = World(environment: ["RSSCTL_CONFIG": ""], arguments: arguments) { _, _ in console }
        let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
        return (status, output.text, errors.text)
    }

    @Test func `the version is also asked for as others do, and the topics are listed`() async throws {
        for arguments in [["version"], ["-V"], ["--version"], ["migrate", "status", "--version"]] {
            let result = try await reported(arguments)
            #expect(result.status == 0 && result.output.hasPrefix("rssctl \(Version.number) "), "\(result.output)")
        }
        for arguments in [["--version", "--output", "json"], ["-V", "-o", "json"], ["version", "--output=json"]] {
            let result = try await reported(arguments)
            let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let version = try #require(json?["result"] as? [String: Any])
            #expect(result.status == 0 && json?["command"] as? String == "version" && json?["format"] as? Int == 1)
            #expect(version["name"] as? String == "rssctl" && version["version"] as? String == Version.number)
            let libraries = try #require(version["libraries"] as? [String: String])
            #expect(Set(libraries.keys) == ["libpq", "sqlite", "hiredis", "openssl"])
            #expect(libraries.values.allSatisfy { $0.first?.isNumber == true }, "\(libraries)")
        }
        let topics = try await reported(["help", "topics"])
        for topic in HelpTopic.allCases { #expect(topics.output.contains("  \(topic.rawValue) ")) }
    }

    @Test func `a hint leads to the servers of the run that it is printed by`() async {
        let address = "postgresql://u:s3cret@127.0.0.1:1/x"
        let result = await rssctl("migrate", "status", "--database-url", address)
        #expect(
            result.errors.contains(
                "hint: Check the connection step by step: rssctl doctor --database-url postgresql://u@127.0.0.1:1/x"),
            "\(result.errors)")
        let json = await rssctl("migrate", "status", "--database-url", address, "-o", "json")
        #expect(json.errors.contains("rssctl doctor --database-url postgresql://u@127.0.0.1:1/x"), "\(json.errors)")
        #expect(!result.errors.contains("s3cret") && !json.errors.contains("s3cret"))
    }

    @Test func `doctor names a next step for the database that was asked for`() async {
        let result = await rssctl("doctor", "--database-url", "postgresql://u@127.0.0.1:1/x")
        #expect(result.status == 2 && result.output.contains("TCP: 127.0.0.1:1"), "\(result.output)")
        #expect(!result.output.contains("check host, port"))
    }

    @Test func `with JSON progress every line on stderr is JSON`() async {
        let result = await rssctl(
            "migrate", "status", "--progress", "json", "--database-url", "postgresql://u@127.0.0.1:1/x",
            environment: ["RSSCTL_DATABSE_URL": "x"])
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(result.errors)")
    }

    @Test func `help topics and version go to stdout`() async {
        for topic in HelpTopic.allCases {
            let result = await rssctl("help", topic.rawValue)
            #expect(result.status == 0 && result.output.count > 200 && result.errors.isEmpty)
        }
        let version = await rssctl("--version")
        #expect(version.status == 0 && version.output.contains(Version.number))
        let exits = await rssctl("help", "exit-codes")
        for status in ExitStatus.allCases { #expect(exits.output.contains("\(status.rawValue)  \(status.summary)")) }
    }

    @Test func `without a database both ways out are named`() async {
        let result = await rssctl("report", "query")
        #expect(result.status == 78)
        #expect(result.errors.contains("rssctl sandbox up") && result.errors.contains("DB_HOST"))
    }

    @Test func `an unreachable database ends with 69 and a hint, and no password is shown`() async {
        let result = await rssctl(
            "report", "query",
            environment: ["DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_NAME": "x", "DB_PASSWORD": "s3cret"])
        #expect(result.status == 69)
        #expect(result.errors.contains("rssctl doctor") && !result.errors.contains("s3cret"))
    }

    @Test func `a broken configuration ends with 78 and names the line`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("broken-\(UUID().uuidString).yaml")
            .path
        try "database:\n  prot: 5\n".write(toFile: path, atomically: true, encoding: .utf8)
        let result = await rssctl("config", "check", "--config", path)
        #expect(result.status == 78 && result.errors.contains("\(path):2:3") && result.errors.contains("database.port"))
    }

    @Test func `runs prune asks, and off a terminal needs --yes`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("prune-\(UUID().uuidString)").path
        _ = await rssctl("sandbox", "down", environment: ["RSSCTL_STATE": folder])
        let refused = await rssctl(
            "runs", "prune", "--older-than", "0s", "--keep", "0", environment: ["RSSCTL_STATE": folder])
        #expect(refused.status == 64 && refused.errors.contains("--yes"))
        let done = await rssctl(
            "runs", "prune", "--older-than", "0s", "--keep", "0", "--yes", environment: ["RSSCTL_STATE": folder])
        #expect(done.status == 0)
    }

    @Test(arguments: ["table", "json", "ndjson", "csv", "markdown", "yaml"])
    func `every format writes settings without a secret`(format: String) async {
        let result = await rssctl(
            "config", "show", "-o", format, environment: ["DB_PASSWORD": "s3cret", "DB_HOST": "db.example"])
        #expect(result.status == 0 && result.output.contains("db.example") && !result.output.contains("s3cret"))
    }

    @Test func `completion scripts are written for every shell`() async {
        for shell in ["bash", "zsh", "fish"] {
            let result = await rssctl("completion", shell)
            #expect(result.status == 0 && result.output.contains("partition"))
        }
    }
}
