import Foundation
import Testing

/// The links between the pages of the documentation lead somewhere.
@Suite struct DocumentLinkTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The pages, by their paths from the root of the sources.
    private static func pages() throws -> [String] {
        let docs = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent("Docs").path)
        return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
            + docs.filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
    }

    private static func read(_ path: String) throws -> DocumentLinks {
        DocumentLinks(markdown: try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
    }

    @Test func `every link within the documentation leads to a file and to a heading of it`() throws {
        var found = 0
        for page in try Self.pages() {
            let links = try Self.read(page)
            for link in links.links where !link.target.contains("://") && !link.target.hasPrefix("mailto:") {
                found += 1
                let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let folder = Self.root.appendingPathComponent(page).deletingLastPathComponent()
                let file =
                    parts[0].isEmpty
                    ? Self.root.appendingPathComponent(page)
                    : folder.appendingPathComponent(String(parts[0])).standardizedFileURL
                guard FileManager.default.fileExists(atPath: file.path) else {
                    Issue.record("\(page):\(link.line): no file \(link.target)")
                    continue
                }
                guard parts.count == 2, file.pathExtension == "md" else { continue }
                let anchors = DocumentLinks(markdown: try String(contentsOf: file, encoding: .utf8)).anchors
                #expect(anchors.contains(String(parts[1])), "\(page):\(link.line): no heading \(link.target)")
            }
        }
        #expect(found > 100)
    }

    @Test func `every page is reached from the map`() throws {
        var reached: Set<String> = []
        var next = ["README.md"]
        while let page = next.popLast() {
            guard reached.insert(page).inserted else { continue }
            let folder = Self.root.appendingPathComponent(page).deletingLastPathComponent()
            for link in try Self.read(page).links where !link.target.contains("://") {
                let path = link.target.prefix { $0 != "#" }
                guard path.hasSuffix(".md") else { continue }
                let file = folder.appendingPathComponent(String(path)).standardizedFileURL.path
                let base = Self.root.standardizedFileURL.path + "/"
                if file.hasPrefix(base), FileManager.default.fileExists(atPath: file) {
                    next.append(String(file.dropFirst(base.count)))
                }
            }
        }
        let missing = try Self.pages().filter { !reached.contains($0) }
        #expect(missing.isEmpty)
    }

    @Test func `pages that the sources name exist`() throws {
        let sources = Self.root.appendingPathComponent("Sources").path
        var names: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources) where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(sources)/\(path)", encoding: .utf8)
            for part in text.components(separatedBy: "Docs/").dropFirst() {
                let name = part.prefix { $0.isLetter || $0.isNumber || "-_/.".contains($0) }
                if let end = name.range(of: ".md") { names.insert("Docs/" + name[..<end.upperBound]) }
            }
        }
        #expect(names.count >= 3)
        for name in names {
            #expect(FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(name).path), "\(name)")
        }
    }

    @Test func `anchors are made as code hosts make them`() {
        let page = DocumentLinks(
            markdown: """
                # What `x` is, and why
                ## Twice
                ## Twice
                ```
                # no heading
                ```
                See [a
                b](c.md#d) and `[e](f)`.
                """)
        #expect(page.anchors == ["what-x-is-and-why", "twice", "twice-1"])
        #expect(page.links.map(\.target) == ["c.md#d"])
    }
}
