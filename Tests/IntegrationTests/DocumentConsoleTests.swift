import Foundation
import RSSCore
import TestSupport
import Testing

/// The pages that a reader follows by typing are typed here: every command of their `console` blocks, in order, in a
/// fresh home without servers; what is printed must be what the page shows.
///
/// `RSSCTL_RECORD=1 swift test --filter DocumentConsoleTests` writes what was printed into the pages, where it differs;
/// read the difference, and put `…` back where a text is not the same on every day and machine.
@Suite(.serialized) struct DocumentConsoleTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// README, tutorials and how-tos, by their paths from the root of the sources.
    static let pages: [String] =
        ["README.md"]
        + ["Docs/tutorials", "Docs/how-to"].flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path))
            return (names ?? []).filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
        }

    private static func url(_ page: String) -> URL { root.appendingPathComponent(page) }

    private static func read(_ page: String) throws -> ConsolePage {
        ConsolePage(markdown: try String(contentsOf: url(page), encoding: .utf8))
    }

    /// Puts what the page speaks of beside the reader: the examples, and the files in the folder of the page.
    private static func provide(_ page: String, in home: String) throws {
        let files = FileManager.default
        try files.copyItem(atPath: url("Examples").path, toPath: "\(home)/Examples")
        let folder = url(page).deletingLastPathComponent()
        guard page != "README.md" else { return }
        for name in try files.contentsOfDirectory(atPath: folder.path) where !name.hasSuffix(".md") {
            try files.copyItem(at: folder.appendingPathComponent(name), to: URL(fileURLWithPath: "\(home)/\(name)"))
        }
    }

    /// With a folder of other servers the client programs on PATH are not theirs: pg_dump refuses a newer server.
    private static let usesInstalledServer = ProcessInfo.processInfo.environment[PostgresPrograms.variable] == nil

    @Test(.enabled(if: usesInstalledServer, "the pages are typed on the installed PostgreSQL"), arguments: pages)
    func `a page's commands print what it shows`(page: String) async throws {
        let document = try Self.read(page)
        guard !document.commands.isEmpty else { return }
        try await withState { home in
            try Self.provide(page, in: home)
            let reader = try Typist(state: home, environment: ["TZ": "UTC"])
            // A script, because a page is longer than an argument should be.
            try document.script.write(toFile: "\(home)/page.sh", atomically: true, encoding: .utf8)
            do {
                let answer = try await reader.type("source ./page.sh", within: .seconds(600))
                let outcomes = ConsolePage.outcomes(answer.output)
                if ProcessInfo.processInfo.environment["RSSCTL_RECORD"] == "1" {
                    try document.recorded(outcomes).write(to: Self.url(page), atomically: true, encoding: .utf8)
                }
                for difference in try Self.read(page).differences(outcomes) {
                    Issue.record("\(page), \(difference)")
                }
            } catch {
                _ = try await reader.type("rssctl sandbox destroy --yes")
                throw error
            }
            // Most pages end with it; one that was ended early leaves its servers.
            _ = try await reader.type("rssctl sandbox destroy --yes")
        }
    }

    @Test(arguments: pages)
    func `a page is run, or says why not`(page: String) throws {
        let document = try Self.read(page)
        #expect(
            document.commands.isEmpty == (document.reasonNotRun != nil),
            "\(page) has console blocks, or a comment: not run: REASON")
        #expect(
            document.promptsElsewhere.isEmpty,
            "\(page) shows commands in blocks that are not console: lines \(document.promptsElsewhere)")
    }

    @Test func `there are pages of each kind`() {
        for folder in ["README.md", "Docs/tutorials/", "Docs/how-to/"] {
            #expect(Self.pages.contains { $0.hasPrefix(folder) })
        }
    }

    @Test func `the page of settings has every setting with its variables`() async throws {
        try await withState { home in
            let reader = try Typist(state: home)
            let answer = try await reader.type("rssctl config show --output csv | cut -d, -f1")
            let names = answer.output.split(separator: "\n").dropFirst().map(String.init)
            #expect(names.count > 20, "\(answer.errors)")
            let page = try String(contentsOf: Self.url("Docs/reference/settings.md"), encoding: .utf8)
            for name in names { #expect(page.contains("| `\(name)` |"), "\(name); make docs writes the page") }
        }
    }

    @Test func `an output is compared by its words, not by what varies`() {
        func fits(_ page: [String], _ lines: [String], numbers: Bool = false) -> Bool {
            ConsoleMask.matches(
                page.map { ConsoleMask.masked($0, numbers: numbers) },
                lines.map { ConsoleMask.masked($0, numbers: numbers) })
        }
        #expect(fits(["run 9dc4598e2b25  69 ms"], ["run d1d1354313ae    1.5 s"]))
        #expect(fits(["visit_reports_2026_12  2026-12-01"], ["visit_reports_2027_01  2027-01-01"]))
        #expect(fits(["Folder: /home/ana/sandbox"], ["Folder: /tmp/rssctl-state-1/sandbox"]))
        #expect(!fits(["read 8"], ["read 9"]))
        #expect(fits(["read 8"], ["read 9"], numbers: true))
        #expect(!fits(["rejected"], ["loaded"]))
        #expect(fits(["a", "…", "z"], ["a", "b", "c", "z"]))
        #expect(fits(["a", "…", "z"], ["a", "z"]))
        #expect(!fits(["a", "…", "z"], ["a", "b"]))
        #expect(!fits(["a"], ["a", "b"]))
        #expect(!fits(["a", "b"], ["a"]))
        #expect(fits(["No drift: … objects"], ["No drift: 139 objects"]))
        #expect(!fits(["No drift: … objects"], ["Drift: 139 objects"]))
    }

    @Test func `a page is taken apart, typed and compared`() async throws {
        let page = ConsolePage(
            markdown: """
                <!-- file: data/a.txt -->
                ```
                one
                ```
                ```console
                $ cat data/a.txt
                one
                $ name=value
                $ printf '%s\\n' \\
                >   "$name"
                other

                $ false
                $ echo $?
                1
                $ false
                ```
                ```sh
                $ never run
                ```
                """)
        #expect(page.commands.map(\.line) == [6, 8, 9, 13, 14, 16])
        #expect(page.promptsElsewhere == [19])
        try await withState { home in
            let outcomes = ConsolePage.outcomes(try await Typist(state: home).type(page.script).output)
            #expect(outcomes.map(\.status) == [0, 0, 0, 1, 0, 1])
            #expect(outcomes.map(\.output) == [["one"], [], ["value"], [], ["1"], []])
            #expect(page.differences(outcomes).map(\.line) == [9, 16])
            let recorded = ConsolePage(markdown: page.recorded(outcomes))
            #expect(recorded.differences(outcomes).map(\.line) == [16])
            #expect(recorded.commands[2].output == ["value", ""])
        }
    }
}
