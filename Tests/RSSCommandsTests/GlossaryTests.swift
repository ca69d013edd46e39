import Foundation
import Testing

/// What users read is written in the words of the field: `Docs/glossary.md` lists those that are retired, and what is written in their place.
@Suite struct GlossaryTests {
    /// Retired words, as a reader meets them.
    private static let retired = [
        "told", "tells", "taken back", "take back", "takes back", "took back", "broken off", "passed over",
        "passes over", "found out",
        "goes on", "going on", "went on", "becomes of", "mend", "mended", "anew", "known again", "be had", "somebody",
        "nobody",
        "by another hand", "under way", "is no table", "is no number", "is no partition", "for ever", "what becomes",
    ]

    /// The user who runs servers for root is named so.
    private static let allowed = [
        #"user nobody"#, "nobody:", "`nobody`", "postgres or nobody", "nobody to run", "\"nobody\"",
    ]

    private static func retiredWords(in text: String) -> [String] {
        let lower = allowed.reduce(text.lowercased()) { $0.replacing($1, with: "") }
        return retired.filter { word in
            lower.ranges(of: word).contains { range in
                let before = range.lowerBound == lower.startIndex ? " " : lower[lower.index(before: range.lowerBound)]
                let after = range.upperBound == lower.endIndex ? " " : lower[range.upperBound]
                return !before.isLetter && !after.isLetter
            }
        }
    }

    /// The files of a folder with a suffix, by path.
    private static func files(_ folder: String, _ suffix: String) throws -> [(path: String, text: String)] {
        let base = CommandTreeTests.root.appendingPathComponent(folder).path
        let paths = try #require(FileManager.default.enumerator(atPath: base)).compactMap { $0 as? String }
        return try paths.filter { $0.hasSuffix(suffix) }.map {
            ("\(folder)/\($0)", try String(contentsOfFile: "\(base)/\($0)", encoding: .utf8))
        }
    }

    @Test func `the pages, the help and the outputs use no retired word`() throws {
        let root = CommandTreeTests.root
        var pages =
            try Self.files("Docs", ".md").filter { $0.path != "Docs/glossary.md" }
            + Self.files("Tests/RSSCommandsTests/Golden", ".txt")
        for name in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"] {
            pages.append((name, try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)))
        }
        #expect(pages.count > 80)
        for (path, text) in pages {
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let words = Self.retiredWords(in: String(line))
                #expect(words.isEmpty, "\(path):\(index + 1): \(line)")
            }
        }
    }

    @Test func `the strings and comments of the sources use none`() throws {
        let files = try Self.files("Sources", ".swift")
        #expect(files.count > 500)
        for (path, text) in files {
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                guard line.contains("//") || line.contains("\"") else { continue }
                let words = Self.retiredWords(in: String(line))
                #expect(words.isEmpty, "\(path):\(index + 1): \(line)")
            }
        }
    }
}
