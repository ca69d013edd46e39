import ArgumentParser
import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSModel
import TestSupport
import Testing

@testable import RSSCommands

/// A way into an error that a user can go, from the files in `Errors`, whose form is at the top of `Errors/files.txt`.
struct ErrorScenario: Sendable, CustomStringConvertible {
    enum Database: String { case migrated, empty, none }

    enum Step {
        case file(name: String, text: String)
        case sql(String)
        case shell(String)
        case variable(name: String, value: String)
        case command(String)
    }

    let code: String
    let status: Int32
    let database: Database
    let needsRoot: Bool
    let steps: [Step]

    var description: String { code }

    /// The folder of the files.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Errors")

    /// Every scenario of every file.
    static func all() throws -> [ErrorScenario] {
        var scenarios: [ErrorScenario] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for part in "\n\(text)".components(separatedBy: "\n## ").dropFirst() {
                scenarios.append(try ErrorScenario(part))
            }
        }
        return scenarios
    }

    /// A visit report V-1 of organization o, whatever the day.
    private static let visit = """
        CREATE TABLE visit_reports_2020_01 PARTITION OF visit_reports FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
        INSERT INTO organizations (id, name) VALUES (md5('o')::uuid, 'o');
        INSERT INTO visit_reports (id, report_number, organization_id, visit_date)
            VALUES (md5('v')::uuid, 'V-1', md5('o')::uuid, '2020-01-05');
        """

    /// Reads a scenario from its heading on.
    private init(_ text: String) throws {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        let heading = try #require(lines.popFirst()?.split(separator: " "))
        try #require(heading.count == 2)
        code = String(heading[0])
        status = try #require(Int32(heading[1]))
        var database = Database.migrated
        var needsRoot = false
        var steps: [Step] = []
        while let line = lines.popFirst() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            let rest = words.count > 1 ? words[1] : ""
            var body = ""
            while let next = lines.first, next.hasPrefix("  ") {
                body += next.dropFirst(2) + "\n"
                lines.removeFirst()
            }
            switch words[0] {
            case "needs": needsRoot = true
            case "database": database = try #require(Database(rawValue: rest))
            case "visit": steps.append(.sql(Self.visit))
            case "file": steps.append(.file(name: rest, text: body))
            case "sql": steps.append(.sql(body))
            case "sh": steps.append(.shell(rest))
            case "env":
                let parts = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                steps.append(.variable(name: parts[0], value: parts[1]))
            case "$": steps.append(.command(rest))
            default: throw UnknownStep(text: String(line))
            }
        }
        self.database = database
        self.needsRoot = needsRoot
        self.steps = steps
    }

    private struct UnknownStep: Error { let text: String }

    /// Goes the way, and checks where it ends.
    func check() async throws {
        if needsRoot, geteuid() != 0 { return }
        switch database {
        case .none: try await withState { try await walk($0, nil) }
        case .migrated, .empty:
            try await withDatabase(migrated: database == .migrated) { options in
                try await withState { try await walk($0, options) }
            }
        }
    }

    private func walk(_ folder: String, _ options: ConnectionOptions?) async throws {
        var variables: [String: String] = [:]
        if let options { variables = try await target(options) }
        let typist = try Typist(
            state: folder, environment: ["RSSCTL_STATE": "\(folder)/state", "RSSCTL_CONFIG": ""])
        var last: Typist.Answer?
        for step in steps {
            switch step {
            case .file(let name, let text):
                let url = URL(fileURLWithPath: "\(folder)/\(name)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            case .sql(let text):
                let connection = try await PostgresConnection.connect(try #require(options))
                try await connection.executeScript(text)
                await connection.close()
            case .shell(let line):
                _ = try await typed(line, typist, variables)
            case .variable(let name, let value):
                variables[name] = value.replacing("D/", with: "\(folder)/")
                if value == "SANDBOX" { variables[name] = try await TestCluster.shared.state.folder }
            case .command(let line):
                last = try await typed("rssctl \(line.replacing("D/", with: "\(folder)/"))", typist, variables)
            }
        }
        let answer = try #require(last)
        let shown = answer.errors.contains("\n  code: \(code)\n")
        let listed = [2, 3, 65].contains(answer.status) && answer.output.contains(code)
        #expect(
            answer.status == status && (shown || listed), "\(code): \(answer.status) \(answer.errors)\(answer.output)")
        for line in answer.errors.split(separator: "\n") where line.hasPrefix("  hint: ") {
            for command in Self.commands(in: String(line)) { try Self.checkCommand(command, of: code) }
        }
    }

    private func typed(_ line: String, _ typist: Typist, _ variables: [String: String]) async throws -> Typist.Answer {
        var typist = typist
        typist.environment.merge(variables) { $1 }
        // A scenario may leave nothing in PATH.
        return try await typist.type("{ \(line)\n} < /dev/null", in: ["/bin/bash"])
    }

    /// The words from each `rssctl` on to where a sentence or a pipe ends.
    private static func commands(in hint: String) -> [[String]] {
        hint.matches(of: /rssctl (?<words>[^;|&>)?]*)/).map { match in
            match.words.split(separator: " ").map { $0.trimmingCharacters(in: [".", ",", "'", ":"]) }
        }
    }

    /// A command of a hint is one, with options that it has; the words after it may be prose.
    private static func checkCommand(_ words: [String], of code: String) throws {
        let verbs = words.prefix { $0.wholeMatch(of: /[a-z-]+/) != nil && !$0.hasPrefix("-") }
        // `rssctl and its configuration` is prose.
        guard let first = verbs.first, Root.children.contains(where: { $0._commandName == first }) else { return }
        let path = CommandLinePath(words)
        // `rssctl migrate again` goes on with prose: the group has a verb of its own.
        let isVerb = path.unknown == nil || path.command.configuration.defaultSubcommand != nil
        #expect(isVerb, "\(code): rssctl \(words.joined(separator: " "))")
        // The options of a group's own verb may follow the group.
        let group = path.words.dropFirst().joined(separator: " ")
        let own = path.command.configuration.defaultSubcommand.map { " \($0._commandName)" } ?? ""
        let known = Set(CommandTree.options(of: group) + CommandTree.options(of: group + own))
        for word in words where word.hasPrefix("--") && word.count > 2 {
            let name = String(word.prefix { $0 != "=" })
            #expect(known.contains(name), "\(code): \(path.text) has no \(name)")
        }
    }
}
