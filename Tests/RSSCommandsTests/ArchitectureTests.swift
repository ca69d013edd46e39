import Foundation
import RSSModel
import Testing

@testable import RSSCommands

@Suite struct ArchitectureTests {
    private static let root = CommandTreeTests.root

    /// What each module may import of ours; an arrow that is not here runs up, or sideways.
    private static let allowed: [String: Set<String>] = [
        "RSSModel": [], "PostgresClient": ["CLibPQ"], "RedisClient": ["CHiredis", "COpenSSL"], "CSV": ["CByteMask"],
        "SQLScript": ["CPgQuery"], "Journal": [],
        "RSSCore": [
            "RSSModel", "PostgresClient", "RedisClient", "CSV", "SQLScript", "Journal", "COpenSSL", "CZstd", "CZlib",
        ],
        "Console": ["RSSModel"],
        "RSSCommands": ["RSSCore", "RSSModel", "Console", "Journal", "PostgresClient", "RedisClient", "CBuildInfo"],
        "rssctl": ["RSSCommands"],
    ]

    private static let ours = Set(allowed.keys).union([
        "CLibPQ", "CHiredis", "COpenSSL", "CPgQuery", "CZstd", "CZlib", "CBuildInfo",
    ])

    /// What may come from outside, by module: no terminal and no argument parser below RSSCommands, no database in CSV.
    private static let libraries: [String: Set<String>] = [
        "Journal": ["GRDB"], "RSSCore": ["Configuration", "Yams", "Logging"], "PostgresClient": ["Logging"],
        "RSSCommands": ["ArgumentParser", "Logging"],
    ]

    private static let system: Set<String> = ["Foundation", "Glibc", "Dispatch", "Synchronization"]

    static func sources(_ folder: String) throws -> [(path: String, text: String)] {
        let base = root.appendingPathComponent(folder).path
        let files = try #require(FileManager.default.enumerator(atPath: base))
        return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map {
            ($0, try String(contentsOfFile: "\(base)/\($0)", encoding: .utf8))
        }
    }

    @Test func `imports run down only`() throws {
        let files = try Self.sources("Sources")
        #expect(files.count > 100)
        for (path, text) in files {
            let module = String(path.prefix { $0 != "/" })
            let mayImport = Self.allowed[module, default: []].union(Self.libraries[module, default: []]).union(
                Self.system)
            for match in text.matches(of: /(?m)^(?:@testable |public )?import (?<name>\w+)/) {
                #expect(mayImport.contains(String(match.name)), "Sources/\(path) imports \(match.name)")
            }
        }
    }

    @Test func `no source can be made to crash on purpose`() throws {
        for (path, text) in try Self.sources("Sources") {
            for line in text.split(separator: "\n") where !line.contains("//") {
                #expect(
                    !line.contains("try!") && !line.contains("fatalError(") && !line.contains(" as! "),
                    "Sources/\(path): \(line)")
            }
        }
    }

    @Test func `every error code is explained`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/error-codes.md"), encoding: .utf8)
        var codes: Set<String> = []
        for (_, text) in try Self.sources("Sources") {
            for match in text.matches(of: /"(?<code>RSS-[A-Z]+-[0-9]{3})"/) { codes.insert(String(match.code)) }
        }
        #expect(codes.count > 30)
        let missing = codes.filter { !page.contains("`\($0)`") }
        #expect(missing.isEmpty)
    }

    @Test func `the exit statuses of the documentation are those of the program`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/error-codes.md"), encoding: .utf8)
        let missing = ExitStatus.allCases.filter { !page.contains("| \($0.rawValue) | \($0.summary) |") }
        #expect(missing.isEmpty)
    }

    @Test func `a source file holds one idea`() throws {
        for (path, text) in try Self.sources("Sources") {
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 500, "Sources/\(path)")
        }
    }

    /// What is decided over data is decided by the server's clock. That of this machine is for the journal, and for what it
    /// says of itself.
    @Test func `nothing but the journal and stamps is told the time by this machine`() throws {
        let own: Set<String> = [
            "RSSCommands/Framework/Runner.swift", "RSSCommands/Framework/World.swift",
            "RSSCommands/Bulk/LoadOptions.swift", "RSSCommands/Runs/RunsExport.swift",
            "RSSCommands/Runs/RunsList.swift", "RSSCommands/Runs/RunsPrune.swift", "RSSCore/Support/ServerClock.swift",
            // The ids of rows, which decide nothing.
            "RSSCore/Bulk/Load/RowStream.swift",
        ]
        for (path, text) in try Self.sources("Sources")
        where path.hasPrefix("RSSCore/") || path.hasPrefix("RSSCommands/") {
            let reads = text.contains("world.now") || text.contains(/\bDate\(\)/) || text.contains("Date.now")
            #expect(!reads || own.contains(path), "Sources/\(path)")
        }
    }
}
