import Foundation
import Testing

@testable import RSSCommands

/// Every error code is produced by a test.
@Suite(.serialized) struct ErrorCodeTests {
    /// Codes that no test produces, and why; a code that one does is taken from the list.
    static let exceptions: [String: String] = [:]

    @Test func `what a user gets wrong ends with its code, and with a next step that is a command`() async throws {
        let scenarios = try ErrorScenario.all()
        #expect(scenarios.count > 100 && Set(scenarios.map(\.code)).isSubset(of: ErrorCode.all.map(\.code)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            // They mostly wait for a process or a server.
            for worker in 0..<3 {
                group.addTask {
                    for index in stride(from: worker, to: scenarios.count, by: 3) {
                        try await scenarios[index].check()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `every error code is in the expectation of a test`() throws {
        let expected = try Self.expected()
        let codes = ErrorCode.all.map(\.code)
        #expect(codes.count > 300)
        let missing = codes.filter { !expected.contains($0) && Self.exceptions[$0] == nil }
        #expect(missing.isEmpty, "produce them in Tests/IntegrationTests/Errors: \(missing)")
        let needless = Self.exceptions.keys.filter { expected.contains($0) || !codes.contains($0) }.sorted()
        #expect(needless.isEmpty, "they are produced, take them from the list: \(needless)")
    }

    /// The codes of the scenarios, and those in literals of the tests: not in comments, nor in this list.
    private static func expected() throws -> Set<String> {
        var codes = Set(try ErrorScenario.all().map(\.code))
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        for case let file as URL in FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
            ?? .init()
        where file.pathExtension == "swift" && file.lastPathComponent != "ErrorCodeTests.swift" {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let text = line.trimmingCharacters(in: .whitespaces)
                if text.hasPrefix("//") { continue }
                codes.formUnion(text.matches(of: /RSS-[A-Z]+-[0-9]{3}/).map { String($0.0) })
            }
        }
        return codes
    }
}
