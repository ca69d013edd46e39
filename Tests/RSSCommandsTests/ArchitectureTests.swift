import Foundation
import RSSModel
import Testing

@testable import RSSCommands

@Suite struct ArchitectureTests {
    private static let root = CommandTreeTests.root

    /// What each module may import of ours. The compiler refuses what `Package.swift` does not list; this table holds that against a line
    /// added there.
    private static let allowed: [String: Set<String>] = [
        "RSSModel": [], "RSSSystem": ["RSSModel"], "PostgresClient": ["CLibPQ"],
        "RedisClient": ["RSSModel", "CHiredis", "COpenSSL"], "CSV": ["CByteMask", "CUchardet"],
        "Spreadsheet": ["RSSSystem", "CZlib"], "SQLScript": ["CPgQuery"],
        "Journal": ["RSSModel", "RSSSystem"],
        "RSSCore": ["RSSModel", "RSSSystem", "PostgresClient", "RedisClient", "SQLScript", "Journal", "COpenSSL"],
        "RSSMigrate": core.union(["SQLScript"]),
        "RSSPartition": core.union(["SQLScript", "CZstd"]),
        "RSSBulk": core.union(["CSV", "Spreadsheet", "CZstd"]),
        "RSSReport": core, "RSSCache": core.union(["RedisClient"]), "RSSAnalyze": core.union(["SQLScript"]),
        "RSSSetup": core.union(["RSSMigrate", "RSSPartition", "RedisClient", "SQLScript", "Journal"]),
        "Console": ["RSSModel", "RSSSystem"],
        "RSSCommands": [
            "RSSMigrate", "RSSPartition", "RSSBulk", "RSSReport", "RSSCache", "RSSAnalyze", "RSSSetup", "RSSCore",
            "RSSModel",
            "RSSSystem", "Console", "CSV", "Spreadsheet", "Journal", "PostgresClient", "RedisClient", "CBuildInfo",
            "CProcessEnd",
        ],
        "rssctl": ["RSSCommands"],
    ]

    /// What every capability is built on.
    private static let core: Set = ["RSSCore", "RSSModel", "RSSSystem", "PostgresClient"]

    private static let ours = Set(allowed.keys).union([
        "CLibPQ", "CHiredis", "COpenSSL", "CPgQuery", "CZstd", "CZlib", "CUchardet", "CBuildInfo", "CProcessEnd",
    ])

    /// What may come from outside, by module: no terminal and no argument parser below RSSCommands, no database in CSV.
    private static let libraries: [String: Set<String>] = [
        "Journal": ["GRDB"], "RSSCore": ["Yams"], "RSSPartition": ["Yams"], "PostgresClient": ["Logging"],
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

    /// But for CSV: the compiler specializes what is `@inlinable` across libraries only where it is public, and the import reads each field
    /// by it.
    @Test func `nothing is public, because no code outside the package uses it`() throws {
        for (path, text) in try Self.sources("Sources") where !path.hasPrefix("CSV/") {
            for line in text.split(separator: "\n")
            where !line.contains("public init?(argument:") && !line.contains("public static var allValueStrings") {
                #expect(line.firstMatch(of: /^ *(?:@\w+ )*public\b/) == nil, "Sources/\(path): \(line)")
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

    @Test func `no path is taken apart by NSString, which ends the program on one of a single character`() throws {
        for (path, text) in try Self.sources("Sources") where path != "RSSSystem/FilePath.swift" {
            #expect(!text.contains("as NSString"), "Sources/\(path)")
        }
    }

    @Test func `files are made in one way, and what makes one otherwise is known`() throws {
        // Locks, the journal's file, files for the output of programs, those of an archive in its own folder, and answers, which
        // are made within a folder that is open.
        let others: Set = [
            "RSSSystem/FileDraft.swift", "RSSCore/System/LocalStore.swift", "RSSSystem/PrivateFile.swift",
            "Journal/Journal.swift",
            "RSSCore/System/Subprocess.swift", "RSSPartition/Archive/ArchiveFile.swift",
        ]
        for (path, text) in try Self.sources("Sources") where !others.contains(path) {
            for call in ["O_CREAT", "O_TRUNC", "createFile(", ".write(to: URL", "mkstemp64", "fopen("] {
                #expect(!text.contains(call), "Sources/\(path): \(call)")
            }
        }
    }

    @Test func `verbs open sessions through their context, and the runner closes them`() throws {
        for (path, text) in try Self.sources("Sources/RSSCommands") where !path.hasPrefix("Framework/") {
            for call in ["PostgresConnection.connect(", "RedisConnection.connect(", ".close()"] {
                #expect(!text.contains(call), "Sources/RSSCommands/\(path): \(call)")
            }
        }
    }

    @Test func `a source file holds one idea`() throws {
        for (path, text) in try Self.sources("Sources") {
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 500, "Sources/\(path)")
        }
    }

    /// What is decided over data is decided by the server's clock. That of this machine is for the journal, and for what it
    /// says of itself.
    @Test func `only the journal and stamps use the clock of this machine`() throws {
        let own: Set<String> = [
            "RSSCommands/Framework/Runner.swift", "RSSCommands/Framework/Runner+Show.swift",
            "RSSCommands/Framework/World.swift",
            "RSSCommands/Bulk/LoadOptions.swift", "RSSCommands/Runs/RunsExport.swift",
            "RSSCommands/Runs/RunsList.swift", "RSSCommands/Runs/RunsPrune.swift", "RSSCore/Database/ServerClock.swift",
            // The age of answers in this machine's own store.
            "RSSCommands/Framework/Context+LocalStore.swift",
            // The ids of rows, which decide nothing.
            "RSSBulk/Load/RowStream.swift", "RSSModel/UUID+V7.swift",
        ]
        for (path, text) in try Self.sources("Sources")
        where path.hasPrefix("RSS") {
            let reads = text.contains("world.now") || text.contains(/\bDate\(\)/) || text.contains("Date.now")
            #expect(!reads || own.contains(path), "Sources/\(path)")
        }
    }
}
