import Console
import Foundation
import RSSCore
import RSSModel
import Testing

@testable import RSSCommands

/// Error codes: each is explained, from one source for the terminal and for the page.
@Suite struct ExplainTests {
    private func run(_ arguments: String...) async -> (status: Int32, output: String, errors: String) {
        let (console, output, errors) = Console.inMemory()
        let world = World(environment: ["RSSCTL_CONFIG": ""], arguments: arguments) { _, _ in console }
        let status = await World.$current.withValue(world) { await Root.run(arguments: arguments) }
        return (status, output.text, errors.text)
    }

    @Test func `every error code of the sources is explained, and none that is not there`() throws {
        var codes: Set<String> = []
        for (path, text) in try ArchitectureTests.sources("Sources") where !path.hasPrefix("RSSCommands/Explain/Codes")
        {
            for match in text.matches(of: /"(?<code>RSS-[A-Z]+-[0-9]{3})"/) { codes.insert(String(match.code)) }
        }
        #expect(codes.count > 300)
        let explained = ErrorCode.all.map(\.code)
        #expect(Set(explained).count == explained.count)
        let missing = codes.subtracting(explained).sorted()
        #expect(missing.isEmpty, "add to Sources/RSSCommands/Explain/Codes: \(missing)")
        let gone = Set(explained).subtracting(codes).sorted()
        #expect(gone.isEmpty, "no longer in the sources: \(gone)")
    }

    @Test(arguments: ErrorCode.all.map(\.code))
    func `an explanation has a cause, a step and an example`(name: String) throws {
        let code = try #require(ErrorCode.all.first { $0.code == name })
        #expect(code.cause.hasSuffix(".") && code.cause.count > 10)
        #expect(!code.action.isEmpty && !code.example.isEmpty)
        // As it is printed: no full stop of ours, no Markdown.
        #expect(!code.example.contains("`") && !code.example.contains("\n"))
        #expect(code.cause.count { $0 == "`" } % 2 == 0 && code.action.count { $0 == "`" } % 2 == 0)
    }

    @Test func `the page of the documentation is generated from the same texts`() throws {
        let path = CommandTreeTests.root.appendingPathComponent("Docs/error-codes.md")
        let page = try String(contentsOf: path, encoding: .utf8)
        #expect(page == ErrorPage.render(), "run make docs")
        for code in ErrorCode.all { #expect(page.contains("| `\(code.code)` | ")) }
        for status in ExitStatus.allCases { #expect(page.contains("| \(status.rawValue) | \(status.summary) |")) }
    }

    @Test(arguments: ["RSS-IMPORT-118", "rss-import-118", "import-118", "IMPORT118", "import 118"])
    func `a code is found however it is typed`(word: String) async {
        let result = await run("explain", word)
        #expect(result.status == 0 && result.output.hasPrefix("RSS-IMPORT-118\n  Unknown category.\n"), "\(result)")
        #expect(result.output.contains("\nWhat to do\n  Write an existing one, or its id.\n\nExample\n  "))
    }

    @Test func `a check is explained by its key, beside codes as well`() async throws {
        let check = try #require(CheckCatalog.all.first { $0.key == "statement.slow" })
        let result = await run("explain", "statement.slow")
        #expect(result.status == 0 && result.output.hasPrefix("statement.slow\n  \(check.title)\n"), "\(result)")
        for part in ["\nWhy\n", "\nThreshold\n  \(check.threshold)", "\nSource\n", "\nHow to see it\n"] {
            #expect(result.output.contains(part), "\(part)")
        }
        let both = await run("explain", "import-118", "statement.slow")
        #expect(both.output.hasPrefix("RSS-IMPORT-118\n") && both.output.contains("\nstatement.slow\n"))
        let json = await run("explain", "statement.slow", "-o", "json")
        #expect(json.output.contains("\"key\" : \"statement.slow\"") && json.output.contains("\"checks\""))
    }

    @Test func `areas and everything are listed, several codes are explained`() async throws {
        let area = await run("explain", "cache", "-o", "csv")
        let codes = ErrorCode.all.filter { $0.area == "CACHE" }
        #expect(area.output.split(separator: "\n").count >= codes.count + 1 && !area.output.contains("RSS-PG"))
        let all = await run("explain", "-o", "json")
        let json = try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any]
        let listed = (json?["result"] as? [String: Any])?["codes"] as? [[String: String]]
        #expect(listed?.count == ErrorCode.all.count && listed?.allSatisfy { $0.count == 4 } == true)
        let two = await run("explain", "PG-001", "PG-002")
        #expect(two.output.contains("RSS-PG-001\n") && two.output.contains("RSS-PG-002\n"))
    }

    @Test(arguments: [
        ("RSS-IMPRT-118", "Did you mean rssctl explain RSS-IMPORT-118?"),
        ("RSS-IMPORT-181", "Did you mean rssctl explain RSS-IMPORT-118?"),
        ("partitions", "Did you mean rssctl explain PARTITION?"), ("hello", "List the codes: rssctl explain"),
    ])
    func `for an unknown code the nearest is named`(word: String, hint: String) async {
        let result = await run("explain", word)
        #expect(result.status == 64 && result.errors.contains("hint: \(hint)"), "\(result.errors)")
        #expect(result.errors.contains("unknown error code '\(word)'") && result.errors.contains("RSS-USAGE-003"))
    }

    @Test func `links and code of the page are plain on a terminal`() {
        #expect(
            "Fix `a`; [Ignoring](analyze.md#ignoring) has the form.".plain
                == "Fix a; Ignoring (Docs/analyze.md#ignoring) has the form.")
        #expect("No [link here.".plain == "No [link here.")
    }
}
