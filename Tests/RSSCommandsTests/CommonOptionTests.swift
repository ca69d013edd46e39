import Console
import Foundation
import Journal
import RSSModel
import Testing

@testable import RSSCommands

/// Options that every command has: `--columns` and `--watch`.
@Suite struct CommonOptionTests {
    private func run(
        _ arguments: String..., isTTY: Bool = false, state: String = ""
    ) async -> (status: Int32, output: String, errors: String) {
        let (console, output, errors) = Console.inMemory(isTTY: isTTY)
        let environment = ["RSSCTL_CONFIG": "", "RSSCTL_STATE": state, "DB_HOST": "db.example"]
        let world = World(environment: environment, arguments: arguments) { _, _ in console }
        let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
        return (status, output.text, errors.text)
    }

    @Test func `the columns named are shown, in their order, by name or heading`() async {
        for names in ["example,code", "Example, CODE"] {
            let result = await run("explain", "cache", "--columns", names, "-o", "csv")
            #expect(result.status == 0)
            let lines = result.output.split(separator: "\n")
            #expect(lines[0] == "example,code" && lines[1] == "another run is warming the cache,RSS-CACHE-001")
        }
        let table = await run("explain", "cache", "--columns", "what to do")
        #expect(table.output.hasPrefix("what to do\n"))
        let json = await run("explain", "cache", "--columns", "code", "-o", "json")
        #expect(json.output.contains("example"), "JSON has all")
    }

    @Test func `an unknown column is an error that lists those there are`() async {
        let result = await run("explain", "cache", "--columns", "code,nmae")
        #expect(result.status == 64 && result.output.isEmpty && result.errors.contains("no column 'nmae'"))
        #expect(
            result.errors.contains("Columns: code, cause, action, example") && result.errors.contains("RSS-USAGE-004"))
        let empty = await run("explain", "cache", "--columns", "code,,")
        #expect(empty.status == 64 && empty.errors.contains("names with commas"))
    }

    @Test func `what writes is not failed by a column that is not there`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("c-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let result = await run("config", "init", path, "--columns", "nothing")
        #expect(result.status == 0 && FileManager.default.fileExists(atPath: path))
        #expect(result.errors.contains("warning: the table has no column 'nothing'"), "\(result)")
    }

    @Test func `a chosen column is shown although a narrow screen would leave it out`() throws {
        let table = Table(
            columns: [Column("a"), Column("b", isOptional: true), Column("c", isForMachines: true)],
            rows: [[.text("1"), .text("2"), .text("3")]])
        let chosen = try #require(table.selecting(["c", "b"]))
        #expect(chosen.columns.map(\.name) == ["c", "b"] && chosen.rows == [[.text("3"), .text("2")]])
        #expect(chosen.columns.allSatisfy { !$0.isOptional && !$0.isForMachines })
        #expect(table.selecting(["d"]) == nil)
    }

    @Test func `a watch is refused for what writes, and without a pause`() async {
        let writes = await run("migrate", "--watch", "5s")
        #expect(writes.status == 64 && writes.errors.contains("--watch is for commands that read"), "\(writes.errors)")
        let short = await run("runs", "list", "--watch", "1ms")
        #expect(short.status == 64 && short.errors.contains("at least 100ms"))
    }

    @Test func `a watch reads again until it is cancelled`() async throws {
        let (console, output, _) = Console.inMemory()
        let arguments = ["explain", "cache", "--columns", "code", "--watch", "100ms"]
        let world = World(environment: ["RSSCTL_CONFIG": ""], arguments: arguments) { _, _ in console }
        let task = Task { await World.$current.withValue(world) { await Root.run(arguments: arguments) } }
        while output.text.components(separatedBy: "code\nRSS-CACHE-001").count < 4 {
            try await Task.sleep(for: .milliseconds(20))
        }
        task.cancel()
        let status = await task.value
        #expect(status == ExitStatus.interrupted.rawValue)
    }

    @Test func `on a terminal each reading takes the place of the one before`() async throws {
        let (console, output, _) = Console.inMemory(isTTY: true, width: 80)
        let arguments = ["explain", "cache", "--watch", "100ms"]
        let world = World(environment: ["RSSCTL_CONFIG": ""], arguments: arguments) { _, _ in console }
        let task = Task { await World.$current.withValue(world) { await Root.run(arguments: arguments) } }
        while output.text.components(separatedBy: "\u{1B}[H\u{1B}[J").count < 3 {
            try await Task.sleep(for: .milliseconds(20))
        }
        task.cancel()
        _ = await task.value
        #expect(output.text.hasPrefix("\u{1B}[H\u{1B}[Jrssctl explain, every 100 ms, "), "\(output.text.prefix(80))")
    }
}
